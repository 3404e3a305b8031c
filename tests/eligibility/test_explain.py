"""The explanation is the judgement that is stored, with the evidence that led to it."""

from datetime import timedelta

import pytest

from app.core.ids import LearnerId
from app.db.session import reading
from app.eligibility.errors import EnrollmentNotFound
from app.eligibility.explain import explain_enrollment
from app.rules.trace import Trace
from tests.eligibility.world import (
    AFTER,
    CLOSED,
    DURING,
    LI,
    ZHAO,
    World,
    attend,
    put_class_group,
    put_learner,
)
from tests.factories import feeds, intake
from tests.factories.feeds import KEY

HOUR = 3_600_000_000


async def explain(world: World, learner_id: str = ZHAO) -> Trace:
    """As of the moment it was assessed for; of a stranger, as of later."""
    standing = (await world.standings()).get(learner_id)
    as_of = standing.assessed_at if standing else AFTER
    async with reading(world.database, repeatable=True) as session:
        return await explain_enrollment(session, world.library, KEY, LearnerId(learner_id), as_of)


@pytest.fixture(params=[None, CLOSED], ids=["running", "closed"])
async def world(world: World, request: pytest.FixtureRequest) -> World:
    """Zhao attended three lessons of five."""
    async with world.storing() as session:
        await put_class_group(session, closed_at=request.param)
        await put_learner(session, LI)
        await put_learner(session, ZHAO, ("S0", "S1", "S2"))
        await intake.touch(session)
    await world.assess(DURING + timedelta(days=1))
    return world


async def test_says_what_was_stored(world: World) -> None:
    trace = await explain(world)
    standing = (await world.standings())[ZHAO]
    assert trace.judgement.facts.stored() == standing.facts
    assert [rule.stored() for rule in trace.judgement.rules] == standing.rules
    assert (trace.judgement.eligibility, trace.judgement.outlook) == (standing.eligibility, standing.outlook)


async def test_adds_up_lesson_by_lesson(world: World) -> None:
    trace = await explain(world)
    assert {each.lesson.lesson_id: each.credited for each in trace.lessons} == {
        "S0": HOUR,
        "S1": HOUR,
        "S2": HOUR,
        "S3": 0,
        "S4": 0,
    }


async def test_shows_what_has_arrived_since(world: World) -> None:
    async with world.storing() as session:
        await attend(session, ZHAO, "S3")
        await intake.touch(session, [ZHAO])
    trace = await explain(world)
    assert trace.judgement.facts.attended_lessons == 4


@pytest.mark.parametrize("missing", ["stranger", "gone"])
async def test_finds_nobody_who_is_not_enrolled(world: World, missing: str) -> None:
    async with world.storing() as session:
        await feeds.put_enrollment(session, "gone", deleted=True)
    with pytest.raises(EnrollmentNotFound):
        await explain(world, missing)


async def test_finds_nobody_in_a_deleted_class_group(world: World) -> None:
    async with world.storing() as session:
        await feeds.put_class_group(session, deleted=True)
    with pytest.raises(EnrollmentNotFound):
        await explain(world)
