"""How to be refused a proof or a bundle."""

from collections.abc import Mapping
from dataclasses import replace

import httpx

from app.api.deps import Resources
from app.core import clock, errors
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.eligibility.assess import assess_class_groups
from app.evidence import errors as evidence
from app.ledger.sequence import sequence
from tests.ingest.examples import FULL
from tests.journeys.error_world import Provocation, World

OF_ITS_OWN = "C-bundled"
FINAL = {"class_group_id": OF_ITS_OWN, "withdrawn_at": None}
WHY = {"purpose": "inspection", "reason": "核对补贴资格"}


async def pushed(world: World, feed: Feed, **changes: object) -> str:
    """The batch."""
    answer = await world.platform.post(f"/api/v1/feeds/{feed}", json=[FULL[feed] | changes])
    assert answer.json()["rejected"] == 0, answer.text
    return str(answer.json()["batch_id"])


async def of_a_line_that_is_not_there(world: World) -> httpx.Response:
    batch_id = await pushed(world, Feed.enrollments)
    return await world.platform.get(f"/api/v1/batches/{batch_id}/records/none/proof")


async def of_a_decision_that_is_not_there(world: World) -> httpx.Response:
    return await world.clients["regulator"].get("/api/v1/decisions/none/proof")


async def before_anything_is_signed(world: World) -> httpx.Response:
    batch_id = await pushed(world, Feed.enrollments)
    return await world.platform.get(f"/api/v1/batches/{batch_id}/records/1/proof")


async def of_more_than_may_be(world: World) -> httpx.Response:
    """Of a class group that is final; no other provocation knows it."""
    await pushed(world, Feed.class_groups, class_group_id=OF_ITS_OWN)
    await pushed(world, Feed.enrollments, **FINAL)
    await assessed(world)
    resources: Resources = world.app.state.resources
    none = resources.settings.model_copy(update={"bundle_records": 0})
    world.app.state.resources = replace(resources, settings=none)
    try:
        items = [{"platform": "P1", "class_group_id": OF_ITS_OWN}]
        regulator = world.clients["regulator"]
        return await regulator.post("/api/v1/evidence-bundles", json={"items": items, **WHY})
    finally:
        world.app.state.resources = resources


async def assessed(world: World) -> None:
    resources: Resources = world.app.state.resources
    key = ClassGroupKey(PlatformCode("P1"), ClassGroupId(OF_ITS_OWN))
    await sequence(world.doors.database)
    await assess_class_groups(world.doors.database, resources.library, resources.key_ring, [key], clock.now())


EVIDENCE_REFUSED: Mapping[type[errors.AppError], Provocation] = {
    evidence.LineUnknown: of_a_line_that_is_not_there,
    evidence.DecisionUnknown: of_a_decision_that_is_not_there,
    evidence.NotProvableYet: before_anything_is_signed,
    evidence.BundleTooLarge: of_more_than_may_be,
}
