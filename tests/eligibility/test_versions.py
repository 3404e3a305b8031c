"""A version comes into force: whoever it judges is assessed by it, whatever happens at the same time."""

import asyncio
import json
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from app.db.models import AssessmentRun, LedgerEntry, PolicyRecord
from app.db.session import reading
from app.eligibility.schemas import AssessedClassGroup
from app.ledger.sequence import sequence
from app.policies.recording import record_files
from tests.eligibility.test_concurrency import stopped_before_storing, until_one_is_blocked
from tests.eligibility.world import AFTER, CLOSED, SHORT_PROGRAMME, ZHAO, World, put_class_group, put_pair
from tests.factories import feeds, intake
from tests.factories.feeds import KEY
from tests.policies.published import publish

LATER = AFTER + timedelta(hours=1)
FIRST, MILDER = "2020-01-01", "2026-02-01"
"""The class group starts on 2026-03-02. Zhao attends three lessons of five."""
ANCHOR = "      2020-01-01: {value: 0.8, clause: 通知 第三条, words: 不低于80%}\n"
HALF = f"      {MILDER}: {{value: 0.5, clause: 补充通知 第一条, words: 不低于50%}}\n"
MILDER_FROM_FEBRUARY = SHORT_PROGRAMME.replace(ANCHOR, ANCHOR + HALF)


@pytest.fixture
async def world(world: World) -> World:
    """Closed and decided by the version of 2020."""
    await record_files(world.database, world.library)
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    return world


async def judged(world: World) -> tuple[str, str]:
    """By which version, and how, Zhao stands."""
    standing = (await world.standings())[ZHAO]
    return standing.policy_version, standing.eligibility


async def decided(world: World) -> list[str]:
    return [each.eligibility for each in await world.decisions() if each.learner_id == ZHAO]


async def test_a_retroactive_version_has_its_class_groups_decided_anew(world: World) -> None:
    assert await judged(world) == (FIRST, "ineligible")
    await publish(world.database, MILDER_FROM_FEBRUARY)
    assert await world.assess(LATER) == AssessedClassGroup(KEY, enrollments=2, decisions=2)
    assert await judged(world) == (MILDER, "eligible")
    assert await decided(world) == ["ineligible", "eligible"]


async def test_a_version_of_other_days_touches_nobody(world: World) -> None:
    later = MILDER_FROM_FEBRUARY.replace(MILDER, "2026-03-03")
    await publish(world.database, later)
    assert await world.touches() == []


async def test_a_run_leads_to_the_entry_of_its_version_in_the_ledger(world: World) -> None:
    await publish(world.database, MILDER_FROM_FEBRUARY)
    await world.assess(LATER)
    await sequence(world.database)
    async with reading(world.database) as session:
        runs = (await session.scalars(select(AssessmentRun).order_by(AssessmentRun.assessed_at))).all()
        for run in runs:
            record_id = select(PolicyRecord.record_id).where(
                PolicyRecord.programme == run.policy_id,
                PolicyRecord.effective_from == date.fromisoformat(run.policy_version),
                PolicyRecord.content_hash == run.policy_hash,
            )
            entry = (
                await session.scalars(select(LedgerEntry).where(LedgerEntry.subject_id.in_(record_id)))
            ).one()
            assert json.loads(entry.envelope)["policy"] == {
                "id": run.policy_id,
                "version": run.policy_version,
                "hash": run.policy_hash.hex(),
            }
    assert [run.policy_version for run in runs] == [FIRST, MILDER]


class TestAtTheSameTime:
    async def test_a_version_published_during_an_assessment_judges_afterwards(self, world: World) -> None:
        await world.touch(ZHAO)
        async with stopped_before_storing(world) as (_, running):
            await publish(world.database, MILDER_FROM_FEBRUARY)
        assert isinstance(await running, AssessedClassGroup)
        assert await judged(world) == (FIRST, "ineligible")
        assert len(await world.touches()) == 1
        await world.assess(LATER + timedelta(hours=1))
        assert await judged(world) == (MILDER, "eligible")
        assert await world.touches() == []

    async def test_a_class_group_that_is_being_stored_is_waited_for(self, world: World) -> None:
        """Else an assessment between the two commits would take its touch and not see the version."""
        async with asyncio.TaskGroup() as tasks:
            async with world.storing() as session:
                await feeds.put_class_group(session, feeds.OTHER_KEY, programme="short")
                await intake.touch(session, key=feeds.OTHER_KEY)
                publishing = tasks.create_task(publish(world.database, MILDER_FROM_FEBRUARY))
                await until_one_is_blocked(world)
            await publishing
        assert sorted(each.class_group_id for each in await world.touches()) == ["C1", "C2", "C2"]


class TestAClassGroupThatChanges:
    @pytest.fixture
    async def milder(self, world: World) -> World:
        await publish(world.database, MILDER_FROM_FEBRUARY)
        await world.assess(LATER)
        return world

    async def test_its_first_day_is_judged_by_the_version_of_that_day(self, milder: World) -> None:
        async with milder.storing() as session:
            await put_class_group(session, closed_at=CLOSED, starts_on=date(2026, 1, 31))
            await intake.touch(session)
        await milder.assess(LATER + timedelta(hours=1))
        assert await judged(milder) == (FIRST, "ineligible")
        assert await decided(milder) == ["ineligible", "eligible", "ineligible"]

    async def test_its_programme_is_judged_by_the_other_one(self, milder: World) -> None:
        other = SHORT_PROGRAMME.replace("programme: short", "programme: other")
        other = other.replace("0.8, clause: 通知 第三条", "0.6, clause: 通知 第三条")
        await publish(milder.database, other)
        async with milder.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await feeds.put_class_group(session, KEY, programme="other", closed_at=CLOSED)
            await intake.touch(session)
        await milder.assess(LATER + timedelta(hours=1))
        standing = (await milder.standings())[ZHAO]
        assert (standing.programme, standing.policy_version, standing.eligibility) == (
            *("other", FIRST, "eligible"),
        )
        runs = await milder.runs()
        assert [(run.policy_id, run.policy_version) for run in runs] == [
            *(("short", FIRST), ("short", MILDER), ("other", FIRST)),
        ]
