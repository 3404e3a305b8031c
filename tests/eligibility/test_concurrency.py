"""Workers at once, and records that arrive meanwhile: nothing is lost, nothing is done twice."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from itertools import pairwise

import pytest
from sqlalchemy import text

from app.db.session import WriteSession, reading
from app.eligibility.schemas import AssessedClassGroup, NotYet
from tests.eligibility.world import AFTER, CLOSED, LI, ZHAO, World, attend, put_class_group, put_learner
from tests.factories import feeds, intake
from tests.factories.feeds import KEY

LATER = AFTER + timedelta(hours=1)
HOLD = text("SELECT FROM class_group_assessments FOR UPDATE")
CHANGE = text("UPDATE class_group_assessments SET headcount = headcount")
BLOCKED = text("""
    SELECT count(*)
    FROM pg_locks AS wanted JOIN pg_locks AS held USING (pid) JOIN pg_database ON held.database = oid
    WHERE NOT wanted.granted AND datname = current_database()
""")


@pytest.fixture
async def world(world: World) -> World:
    """Li attends everything, Zhao three lessons of five; assessed once, and touched again."""
    async with world.storing() as session:
        await put_class_group(session, closed_at=CLOSED)
        await put_learner(session, LI)
        await put_learner(session, ZHAO, ("S0", "S1", "S2"))
        await intake.touch(session)
    await world.assess()
    await world.touch(ZHAO)
    return world


@asynccontextmanager
async def stopped_before_storing(
    world: World,
) -> AsyncIterator[tuple[WriteSession, asyncio.Task[AssessedClassGroup | NotYet]]]:
    """An assessment that has judged and waits for a row that this session holds until the block ends."""
    async with asyncio.TaskGroup() as tasks, world.storing() as session:
        await session.execute(HOLD)
        running = tasks.create_task(world.assess(LATER))
        await until_one_is_blocked(world)
        yield session, running


async def until_one_is_blocked(world: World) -> None:
    async with asyncio.timeout(10), reading(world.database) as session:
        while not await session.scalar(BLOCKED):
            await session.execute(text("SELECT pg_sleep(0.01)"))


async def test_a_touch_that_arrives_during_an_assessment_is_judged_afterwards(world: World) -> None:
    async with stopped_before_storing(world) as (_, running), world.storing() as session:
        await attend(session, ZHAO, "S3")
        await intake.touch(session, [ZHAO])
    assert await running == AssessedClassGroup(KEY, enrollments=1, decisions=0)
    assert (await world.standings())[ZHAO].eligibility == "ineligible"
    assert len(await world.touches()) == 1
    assert await world.assess(LATER) == AssessedClassGroup(KEY, enrollments=1, decisions=1)
    assert (await world.standings())[ZHAO].eligibility == "eligible"


async def test_a_class_group_that_another_worker_has_is_left_to_it(world: World) -> None:
    async with stopped_before_storing(world) as (_, running):
        assert await world.assess(LATER) is NotYet.taken
        assert not running.done()
    assert await running == AssessedClassGroup(KEY, enrollments=1, decisions=0)


async def test_an_assessment_that_meets_a_change_looks_again(world: World) -> None:
    async with stopped_before_storing(world) as (session, running):
        await session.execute(CHANGE)
        async with world.storing() as other:
            await attend(other, ZHAO, "S3")
            await intake.touch(other, [ZHAO])
    assert await running == AssessedClassGroup(KEY, enrollments=1, decisions=1)
    assert await world.touches() == []


async def test_an_assessment_that_dies_leaves_its_touches(world: World) -> None:
    async with stopped_before_storing(world) as (_, running):
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
    assert len(await world.touches()) == 1
    assert isinstance(await world.assess(LATER), AssessedClassGroup)


async def test_workers_at_once_do_each_thing_once(world: World) -> None:
    results = await asyncio.gather(*(world.assess(LATER) for _ in range(6)))
    assert sum(isinstance(result, AssessedClassGroup) for result in results) == 1
    assert len(await world.runs()) == 1


async def test_under_a_storm_of_corrections_the_last_word_stands_and_none_is_decided_twice(
    world: World,
) -> None:
    corrections = 20
    done = asyncio.Event()

    async def correct() -> None:
        for revision in range(corrections):
            async with world.storing() as session:
                await feeds.put_attendance(session, ZHAO, "S3", deleted=revision % 2 == 0)
                await intake.touch(session, [ZHAO])
        done.set()

    async def work() -> None:
        while not done.is_set() or await world.touches():
            await world.assess(LATER)

    await asyncio.gather(correct(), work(), work(), work())
    assert (await world.standings())[ZHAO].eligibility == "eligible"
    zhao = [row for row in await world.decisions() if row.learner_id == ZHAO]
    assert all(older.document != newer.document for older, newer in pairwise(zhao))
    assert zhao[-1].decision_id == (await world.standings())[ZHAO].decision_id
