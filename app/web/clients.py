"""Programs that may ask for tokens: their owners see keys and quotas, administrators manage them."""

from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request, Response
from pydantic import BaseModel, ValidationError

from app.accounts.authorisation import Action, Caller
from app.accounts.credentials import of_key, of_secret
from app.api.approvals import WantedAct, propose
from app.api.clients import (
    ClientItem,
    Manager,
    NamedClient,
    WantedClient,
    WantedQuota,
    WantedSecret,
    add_client,
    list_clients,
    one_client,
    rotate_secret,
    set_quotas,
    switch_off_secret,
)
from app.api.deps import Allowed, Shared
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.visitors import Person
from app.approvals.clients import DISTRUST_CREDENTIAL, REVOKE_CLIENT
from app.core.clock import SHANGHAI
from app.core.errors import Invalid, Text
from app.core.vocabulary import Role
from app.web.forms import filled_in
from app.web.pages import PageRoute, go, page, shown_once

router = APIRouter(
    prefix="/clients", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)

Proposer = Annotated[Caller, Allowed(Action.propose_act)]
Body = TypeVar("Body", bound=BaseModel)
CLIENTS, PROPOSALS = "/clients", "/desk"
PROGRAMS = [role for role in Role if role.is_program]
WRITTEN = "%Y-%m-%dT%H:%M:%SZ"
ENDS_SOON_DAYS = 30
"""How long before its end a key is marked."""


class ClientIncomplete(Invalid):
    code = "client_incomplete"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "请填完整：数量须为不小于 0 的整数，时刻须为日期加时间，理由不得为空。",
                "Fill it in whole: numbers are whole and not below 0, a moment has day and time, a reason "
                "is needed.",
            )
        )


@router.get("")
async def clients(request: Request, found: Annotated[Listing[ClientItem], Depends(list_clients)]) -> Response:
    return page(request, "clients", found=found, roles=PROGRAMS, soon=ENDS_SOON_DAYS)


@router.get("/{client_id}")
async def client(request: Request, client: Annotated[ClientItem, Depends(one_client)]) -> Response:
    credentials = [of_secret(number) for number in range(client.secret_number, 0, -1)]
    credentials += [of_key(key.kid) for key in client.keys]
    return page(request, "client", client=client, credentials=credentials, soon=ENDS_SOON_DAYS)


@router.post("")
async def add(request: Request, caller: Manager, person: Person, shared: Shared) -> Response:
    """The secret is shown on the page that answers, and nowhere else."""
    said = await filled_in(request)
    districts = said.pop("districts", "").replace(",", " ").replace("，", " ").split()
    told = await add_client(caller, person, _body(WantedClient, {**said, "districts": districts}), shared)
    return shown_once(request, "client_secret", told_secret=told, is_new=True)


@router.post("/secret")
async def rotate(request: Request, caller: Manager, person: Person, shared: Shared) -> Response:
    told = await rotate_secret(caller, person, _body(WantedSecret, await filled_in(request)), shared)
    return shown_once(request, "client_secret", told_secret=told, is_new=False)


@router.post("/secret/off")
async def switch_off(request: Request, caller: Manager, person: Person, shared: Shared) -> Response:
    wanted = _body(NamedClient, await filled_in(request))
    await switch_off_secret(caller, person, wanted, shared)
    return go(f"{CLIENTS}/{wanted.client_id}")


@router.post("/quota")
async def quota(request: Request, caller: Manager, person: Person, shared: Shared) -> Response:
    wanted = _body(WantedQuota, await filled_in(request))
    await set_quotas(caller, person, wanted, shared)
    return go(f"{CLIENTS}/{wanted.client_id}")


@router.post("/revocation")
async def revocation(request: Request, caller: Proposer, person: Person, shared: Shared) -> Response:
    said = await filled_in(request)
    arguments = {"client_id": said.get("client_id", "")}
    await propose(caller, person, _act(REVOKE_CLIENT.name, arguments, said), shared)
    return go(PROPOSALS)


@router.post("/distrust")
async def distrust(request: Request, caller: Proposer, person: Person, shared: Shared) -> Response:
    said = await filled_in(request)
    arguments = {name: said.get(name, "") for name in ("client_id", "credential")}
    arguments["since"] = in_utc(said.get("since", ""))
    await propose(caller, person, _act(DISTRUST_CREDENTIAL.name, arguments, said), shared)
    return go(PROPOSALS)


def in_utc(typed: str) -> str:
    """A moment as a form has it, in Beijing time, as proposals write it."""
    try:
        return datetime.fromisoformat(typed).replace(tzinfo=SHANGHAI).astimezone(UTC).strftime(WRITTEN)
    except (ValueError, OverflowError):
        raise ClientIncomplete from None


def _act(name: str, arguments: dict[str, str], said: dict[str, str]) -> WantedAct:
    return _body(WantedAct, {"act": name, "arguments": arguments, "reason": said.get("reason", "")})


def _body(kind: type[Body], said: dict[str, Any]) -> Body:
    try:
        return kind.model_validate(said)
    except ValidationError:
        raise ClientIncomplete from None
