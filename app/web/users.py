"""People who may sign in, for administrators: who they are, what they may, and what becomes of it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.accounts.authorisation import DISTRICT_ROLES, Action, Caller
from app.api.deps import Allowed, Resources, Shared
from app.api.form import form_fields
from app.api.parameters import OnlyKnown
from app.api.sessions import SessionListing
from app.api.users import (
    Duties,
    LinkAnswer,
    SomebodyThere,
    UserItem,
    UserListing,
    WantedUser,
    add_user,
    change_role,
    disable_user,
    end_sessions,
    list_sessions,
    list_users,
    read_user,
    reset_user,
)
from app.api.visitors import Person, whole_address
from app.core.errors import Invalid, Text
from app.core.vocabulary import Role
from app.web.pages import PageRoute, go, page, shown_once

router = APIRouter(prefix="/users", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

USERS = "/users"
Manager = Annotated[Caller, Allowed(Action.manage_users)]
ROLES = [role for role in Role if not role.is_program and role is not Role.learner]


class UserIncomplete(Invalid):
    code = "user_incomplete"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "请选择角色，并填写该角色所属的平台、企业或行政区划。",
                "Choose a role, and say which platform, enterprise or districts it is bound to.",
            )
        )


@router.get("")
async def users(request: Request, found: Annotated[UserListing, Depends(list_users)]) -> Response:
    return page(request, "users", found=found, roles=ROLES)


@router.post("")
async def add(request: Request, caller: Manager, person: Person, shared: Shared) -> Response:
    """The link is shown on the page that answers, and nowhere else."""
    said = await form_fields(request)
    wanted = WantedUser.model_validate({**duties_of(said).model_dump(), **_named(said)})
    link = await add_user(caller, person, wanted, shared)
    return _link_page(request, shared, link, wanted.display_name)


@router.get("/{user_id}")
async def user(
    request: Request,
    user: Annotated[UserItem, Depends(read_user)],
    sessions: Annotated[SessionListing, Depends(list_sessions)],
) -> Response:
    return page(request, "user", user=user, sessions=sessions, roles=ROLES)


@router.post("/{user_id}/role")
async def change(
    request: Request, caller: Manager, person: Person, user_id: SomebodyThere, shared: Shared
) -> Response:
    await change_role(caller, person, user_id, duties_of(await form_fields(request)), shared)
    return go(f"{USERS}/{user_id}")


@router.post("/{user_id}/disable")
async def disable(caller: Manager, person: Person, user_id: SomebodyThere, shared: Shared) -> Response:
    await disable_user(caller, person, user_id, shared)
    return go(f"{USERS}/{user_id}")


@router.post("/{user_id}/reset")
async def reset(
    request: Request, caller: Manager, person: Person, user_id: SomebodyThere, shared: Shared
) -> Response:
    link = await reset_user(caller, person, user_id, shared)
    return _link_page(request, shared, link, (await read_user(caller, user_id, shared)).display_name)


def _link_page(request: Request, shared: Resources, link: LinkAnswer, name: str) -> Response:
    address = whole_address(request, shared.settings, link.link)
    return shown_once(request, "user_link", address=address, link=link, name=name)


@router.post("/{user_id}/sessions/end")
async def end(caller: Manager, user_id: SomebodyThere, shared: Shared) -> Response:
    await end_sessions(caller, user_id, shared)
    return go(f"{USERS}/{user_id}")


def duties_of(said: dict[str, str]) -> Duties:
    """Of a form, in which one field names what the role is bound to; raises `UserIncomplete`."""
    try:
        role = Role(said.get("role", ""))
        bound = said.get("bound", "").strip()
        return Duties(
            role=role,
            platform=bound or None if role is Role.operator else None,
            uscc=bound or None if role is Role.agent else None,
            districts=bound.replace(",", " ").replace("，", " ").split() if role in DISTRICT_ROLES else [],
        )
    except (ValueError, ValidationError):
        raise UserIncomplete from None


def _named(said: dict[str, str]) -> dict[str, str]:
    return {name: said.get(name, "").strip()[:100] for name in ("login", "display_name")}
