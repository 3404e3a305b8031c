"""How to be refused a checklist, or an answer to one of its items."""

from collections.abc import Mapping

import httpx

from app.checklists import errors as checklists
from app.core import errors
from app.core.vocabulary import Feed, Role
from tests.ingest.examples import FULL
from tests.journeys.error_world import Provocation, World
from tests.journeys.rights_provocations import person

SHAOGUAN = FULL[Feed.class_groups] | {"class_group_id": "C-checklist", "programme": "sg-onjob-2020"}


def checklist(class_group_id: str) -> str:
    return f"/api/v1/compliance/class-groups/P1/{class_group_id}/checklist"


async def of_no_class_group(world: World) -> httpx.Response:
    return await (await person(world, Role.clerk)).get(checklist("nothing"))


async def answered(world: World, code: str) -> httpx.Response:
    """In a class group whose policy has items."""
    await world.platform.post("/api/v1/feeds/class-groups", json=[SHAOGUAN])
    said = {"platform": "P1", "class_group_id": SHAOGUAN["class_group_id"], "code": code, "answer": "yes"}
    return await (await person(world, Role.clerk)).post("/api/v1/checklist-answers", json=said)


async def of_no_item(world: World) -> httpx.Response:
    return await answered(world, "nothing")


async def before_the_claim(world: World) -> httpx.Response:
    return await answered(world, "SUB_02")


CHECKLISTS_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    checklists.ChecklistUnknown: of_no_class_group,
    checklists.ChecklistItemUnknown: of_no_item,
    checklists.AnsweredWithClaim: before_the_claim,
}
