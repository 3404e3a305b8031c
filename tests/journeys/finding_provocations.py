"""How to be refused work on findings."""

from collections.abc import Mapping

import httpx

from app.core import errors
from app.core.vocabulary import Role
from app.findings import errors as findings
from tests.journeys.error_world import Provocation, World
from tests.journeys.rights_provocations import person

FINDINGS = "/api/v1/findings"
NOBODYS = "00000000-0000-7000-8000-000000000000"


async def of_nobody(world: World) -> httpx.Response:
    return await (await person(world, Role.clerk)).get(f"{FINDINGS}/{NOBODYS}")


async def to_nobody_there(world: World) -> httpx.Response:
    wanted = {"finding_ids": [NOBODYS], "assignee_id": "user-0000000000000000"}
    return await (await person(world, Role.clerk)).post(f"{FINDINGS}/assignments", json=wanted)


async def telling_too_much(world: World) -> httpx.Response:
    said = {"finding_ids": [NOBODYS], "text": "已致电 13800138000"}
    return await (await person(world, Role.clerk)).post(f"{FINDINGS}/comments", json=said)


FINDINGS_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    findings.FindingUnknown: of_nobody,
    findings.AssigneeUnsuitable: to_nobody_there,
    findings.PersonalDataInComment: telling_too_much,
}
