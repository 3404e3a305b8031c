"""How to be refused a clock, a hold or a disposal."""

from collections.abc import Mapping

import httpx

from app.core import errors
from app.core.vocabulary import Role
from app.ingest.errors import BatchDisposed
from app.retention import errors as retention
from tests.journeys.error_world import Provocation, World
from tests.journeys.rights_provocations import person

NOBODYS = "00000000-0000-7000-8000-000000000000"


async def read(world: World, path: str) -> httpx.Response:
    return await (await person(world, Role.reviewer)).get(path)


async def of_no_class_group(world: World) -> httpx.Response:
    return await read(world, "/api/v1/retention/P1/nothing")


async def of_no_disposal(world: World) -> httpx.Response:
    return await read(world, f"/api/v1/disposals/{NOBODYS}")


async def on_nothing(world: World) -> httpx.Response:
    wanted = {"about": "class_group", "platform": "P1", "class_group_id": "nothing", "reason": "审计"}
    return await (await person(world, Role.clerk)).post("/api/v1/legal-holds", json=wanted)


async def proposed(world: World, act: str, **arguments: str) -> httpx.Response:
    wanted = {"act": act, "arguments": arguments, "reason": "保存期限已满"}
    return await (await person(world, Role.reviewer)).post("/api/v1/approvals", json=wanted)


async def of_no_hold(world: World) -> httpx.Response:
    return await proposed(world, "hold:lift", hold_id=NOBODYS)


async def of_what_is_kept(world: World) -> httpx.Response:
    return await proposed(world, "retention:dispose", platform="P1", class_group_id="C1")


RETENTION_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    retention.RetentionUnknown: of_no_class_group,
    retention.DisposalUnknown: of_no_disposal,
    retention.HoldSubjectUnknown: on_nothing,
    retention.HoldUnknown: of_no_hold,
    retention.StillKept: of_what_is_kept,
}

LATER = "takes years after a class group: tests/retention"
RETENTION_NOT_OVER_HTTP: Mapping[type[errors.AppError], str] = {
    retention.HoldStands: LATER,
    BatchDisposed: LATER,
}
