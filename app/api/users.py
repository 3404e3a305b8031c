"""`/api/v1/users`: administrators add, reset and disable people, and end their sessions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Response
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Resources, Shared
from app.api.parameters import ID, OnlyKnown
from app.api.problems import documented
from app.api.sessions import SessionListing, item
from app.api.visitors import Person
from app.core import clock
from app.core.ids import ActorId
from app.core.vocabulary import Role
from app.db.session import reading, transaction
from app.people import links, service, sessions
from app.people.links import Purpose
from app.people.schemas import IssuedLink, Known, NewUser, UserAccount

router = APIRouter(prefix="/api/v1", tags=["人员 / People"], dependencies=[OnlyKnown])

UserPath = Annotated[ActorId, Path(pattern=ID, title="用户 / User", examples=["user-0f1e2d3c4b5a6978"])]
Manager = Annotated[Caller, Allowed(Action.manage_users)]


async def _there(_caller: Manager, user_id: UserPath, shared: Shared) -> ActorId:
    """Who is not there is not found, whatever is wanted of the person."""
    async with reading(shared.database) as session:
        return (await service.account_of(session, user_id)).user_id


SomebodyThere = Annotated[ActorId, Depends(_there)]


class UserItem(BaseModel):
    """一名可登录的人员。A person who may sign in."""

    model_config = ConfigDict(frozen=True)

    user_id: str = Field(title="用户 / User", examples=["user-0f1e2d3c4b5a6978"])
    login: str = Field(title="登录名 / Login", examples=["li.ming"])
    display_name: str = Field(title="姓名 / Name", examples=["李某"])
    role: Role = Field(title="角色 / Role", examples=["reviewer"])
    platform: str | None = Field(title="平台 / Platform")
    uscc: str | None = Field(title="企业 / Enterprise")
    districts: Sequence[str] | None = Field(title="行政区划 / Districts")
    has_password: bool = Field(title="已设密码 / Has a password")
    has_second_factor: bool = Field(title="已绑定第二重验证 / Has a second factor")
    created_at: datetime = Field(title="创建时间 / Created at")
    disabled_at: datetime | None = Field(title="停用时间 / Disabled at")


class UserListing(BaseModel):
    model_config = ConfigDict(frozen=True)

    items: Sequence[UserItem] = Field(title="人员 / People")


class Duties(BaseModel):
    """角色及其范围。A role, and what it is bound to."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_max_length=100)

    role: Role = Field(title="角色 / Role", examples=["reviewer"])
    platform: str | None = Field(
        default=None, title="平台 / Platform", description="仅 operator。Of an operator."
    )
    uscc: str | None = Field(default=None, title="企业 / Enterprise", description="仅 agent。Of an agent.")
    districts: list[str] = Field(
        default_factory=list,
        max_length=100,
        title="行政区划 / Districts",
        description="区划代码（GB/T 2260）；空为不限。District codes; none: everywhere.",
        examples=[["440200"]],
    )


class WantedUser(Duties):
    """新增的人员。A person who is to be added."""

    login: str = Field(title="登录名 / Login", examples=["li.ming"])
    display_name: str = Field(title="姓名 / Name", examples=["李某"])


class LinkAnswer(BaseModel):
    """一次性链接，仅显示这一次。A link that is good once, and shown this once only."""

    model_config = ConfigDict(frozen=True)

    user_id: str = Field(title="用户 / User", examples=["user-0f1e2d3c4b5a6978"])
    link: str = Field(title="链接 / Link", examples=["https://supervise.example.cn/enrolment/…"])
    expires_at: datetime = Field(title="失效时间 / Expires at")


@router.get("/users", summary="人员列表 / People")
async def list_users(_caller: Annotated[Caller, Allowed(Action.read_users)], shared: Shared) -> UserListing:
    """不含学员。All but learners."""
    async with reading(shared.database) as session:
        return UserListing(items=[_item(each) for each in await service.list_users(session)])


@router.post(
    "/users", summary="新增人员 / Add a person", status_code=201, responses=documented(404, 409, 422)
)
async def add_user(caller: Manager, person: Person, wanted: WantedUser, shared: Shared) -> LinkAnswer:
    """返回一次性启用链接。Answers the link by which the person sets a password and enrols a second factor."""
    at = _fresh(shared, person)
    async with transaction(shared.database) as session:
        link = await service.add_user(session, shared.settings, _new_user(wanted), at, by=caller)
    return link_answer(shared, link, Purpose.enrolment)


@router.get("/users/{user_id}", summary="一名人员 / One person", responses=documented(404))
async def read_user(
    _caller: Annotated[Caller, Allowed(Action.read_users)], user_id: UserPath, shared: Shared
) -> UserItem:
    """角色、范围与状态。Role, bounds and state."""
    async with reading(shared.database) as session:
        return _item(await service.account_of(session, user_id))


@router.put(
    "/users/{user_id}/role",
    summary="变更角色 / Change the role",
    status_code=204,
    responses=documented(404, 422),
)
async def change_role(
    caller: Manager, person: Person, user_id: SomebodyThere, duties: Duties, shared: Shared
) -> Response:
    """不得变更本人的角色；对方的会话全部结束。Not one's own; all sessions of the person end."""
    at = _fresh(shared, person)
    async with transaction(shared.database) as session:
        await service.change_role(session, _new_user(duties), user_id, at, by=caller)
    return Response(status_code=204)


@router.post(
    "/users/{user_id}/disable",
    summary="停用人员 / Disable a person",
    status_code=204,
    responses=documented(404),
)
async def disable_user(caller: Manager, person: Person, user_id: UserPath, shared: Shared) -> Response:
    """立即生效，会话全部结束。At once; all sessions end."""
    at = _fresh(shared, person)
    async with transaction(shared.database) as session:
        await service.disable_user(session, user_id, at, by=caller)
    return Response(status_code=204)


@router.post("/users/{user_id}/reset", summary="重置人员 / Reset a person", responses=documented(404))
async def reset_user(caller: Manager, person: Person, user_id: UserPath, shared: Shared) -> LinkAnswer:
    """清除密码、第二重验证和会话，并启用账户。Takes factors and sessions away, and enables again."""
    at = _fresh(shared, person)
    async with transaction(shared.database) as session:
        link = await service.reset_user(session, shared.settings, user_id, at, by=caller)
    return link_answer(shared, link, Purpose.enrolment)


@router.get(
    "/users/{user_id}/sessions", summary="人员的会话 / Sessions of a person", responses=documented(404)
)
async def list_sessions(
    _caller: Annotated[Caller, Allowed(Action.read_users)],
    person: Person,
    user_id: UserPath,
    shared: Shared,
) -> SessionListing:
    """最近登录的在前。The newest first."""
    async with reading(shared.database) as session:
        account = await service.account_of(session, user_id)
        entries = await sessions.list_sessions(session, shared.settings, account.user_id, clock.now())
    return SessionListing(items=[item(entry, person.session_id) for entry in entries])


@router.delete(
    "/users/{user_id}/sessions",
    summary="结束人员的全部会话 / End all sessions of a person",
    status_code=204,
    responses=documented(404),
)
async def end_sessions(caller: Manager, user_id: UserPath, shared: Shared) -> Response:
    """立即生效。From the next request on."""
    async with transaction(shared.database) as session:
        await service.end_sessions_of(session, user_id, clock.now(), by=caller)
    return Response(status_code=204)


def link_answer(shared: Resources, link: IssuedLink, purpose: Purpose) -> LinkAnswer:
    address = links.address_of(shared.settings.public_url, purpose, link.token)
    return LinkAnswer(user_id=link.user_id, link=address, expires_at=link.expires_at)


def _fresh(shared: Resources, person: Known) -> datetime:
    """The moment, of a person who has shown a factor just now."""
    at = clock.now()
    sessions.assert_fresh(shared.settings, person, at)
    return at


def _new_user(wanted: Duties) -> NewUser:
    login, display_name = ("", "")
    if isinstance(wanted, WantedUser):
        login, display_name = wanted.login, wanted.display_name
    return NewUser(
        role=wanted.role,
        login=login,
        display_name=display_name,
        platform=wanted.platform,
        uscc=wanted.uscc,
        districts=tuple(wanted.districts),
    )


def _item(account: UserAccount) -> UserItem:
    return UserItem(**{name: getattr(account, name) for name in UserItem.model_fields})
