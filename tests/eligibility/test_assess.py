"""How enrollments stand follows what is stored, whoever is touched, and the passing of time."""

from datetime import UTC, datetime, timedelta

import pytest

from app.eligibility.schemas import AssessedClassGroup, NotYet
from tests.eligibility.world import (
    AFTER,
    CLOSED,
    DURING,
    LI,
    THREE_OF_FIVE,
    ZHAO,
    World,
    attend,
    put_class_group,
    put_learner,
    put_pair,
)
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY


class TestClosedClassGroup:
    async def test_each_enrollment_stands_by_its_facts(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        assert await world.assess() == AssessedClassGroup(KEY, enrollments=2, decisions=2)
        standings = await world.standings()
        assert {name: row.eligibility for name, row in standings.items()} == {
            LI: "eligible",
            ZHAO: "ineligible",
        }
        zhao = standings[ZHAO]
        assert (
            zhao.enterprise_uscc,
            zhao.programme,
            zhao.policy_version,
            zhao.outlook,
            zhao.assessed_at,
        ) == (*(feeds.ENTERPRISE, "short", "2020-01-01", None, AFTER),)
        assert zhao.facts["attendance_rate"] == "3/5"
        assert zhao.facts["credited_seconds"] == 3 * 3_600_000_000
        assert [(rule["code"], rule["outcome"], rule["shortfall"]) for rule in zhao.rules] == [
            ("attendance-rate", "fail", 1),
            ("credited-hours", "pass", None),
        ]
        assert zhao.outcome_tags == ["attendance-rate:fail", "credited-hours:pass"]

    async def test_the_class_group_tallies_them(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        tally = await world.class_group()
        assert tally is not None
        assert (tally.headcount, tally.is_final, tally.next_due_at, tally.assessed_at) == (
            2,
            True,
            None,
            AFTER,
        )
        assert tally.counts == {
            "eligible": 1,
            "ineligible": 1,
            "attendance-rate:pass": 1,
            "attendance-rate:fail": 1,
            "credited-hours:pass": 2,
        }

    async def test_every_failed_rule_raises_a_finding_until_it_passes(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        assert await world.findings() == {(ZHAO, "attendance-rate", "open")}
        async with world.storing() as session:
            await attend(session, ZHAO, "S3")
            await intake.touch(session, [ZHAO])
        await world.assess()
        assert await world.findings() == {(ZHAO, "attendance-rate", "resolved")}

    async def test_an_enrollment_without_records_lacks_evidence_or_fails(self, world: World) -> None:
        async with world.storing() as session:
            await feeds.put_class_group(session, programme="short", closed_at=CLOSED)
            await feeds.put_enrollment(session, LI)
            await intake.touch(session)
        await world.assess()
        assert (await world.standings())[LI].eligibility == "insufficient_evidence"
        assert await world.findings() == {(LI, "attendance-rate", "open"), (LI, "credited-hours", "open")}


class TestRunningClassGroup:
    async def test_shows_facts_and_outlook_and_decides_nothing(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await put_learner(session, LI, THREE_OF_FIVE)
            await put_learner(session, ZHAO, ())
            await intake.touch(session)
        assert await world.assess(DURING) == AssessedClassGroup(KEY, enrollments=2, decisions=0)
        standings = await world.standings()
        assert {name: (row.eligibility, row.outlook) for name, row in standings.items()} == {
            LI: ("in_progress", "on_track"),
            ZHAO: ("in_progress", "lost"),
        }
        assert standings[LI].facts["required_lessons"] == 3
        assert standings[LI].decision_id is None
        assert await world.decisions() == []

    async def test_raises_findings_only_for_what_is_lost(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await put_learner(session, LI, ("S0",))
            await put_learner(session, ZHAO, ("S0", "S1"))
            await intake.touch(session)
        await world.assess(DURING)
        # Li can still attend 3 of 5 lessons, Zhao 4; both can still earn four hours of 45 minutes.
        assert await world.findings() == {(LI, "attendance-rate", "open")}
        assert (await world.standings())[ZHAO].outlook == "at_risk"

    async def test_is_judged_whole_once_a_lesson_falls_due(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await put_learner(session, LI, THREE_OF_FIVE)
            await intake.touch(session)
        await world.assess(DURING)
        tally = await world.class_group()
        assert tally is not None
        fourth_ends = feeds.NINE_O_CLOCK + timedelta(days=3, hours=1)
        assert tally.next_due_at == fourth_ends
        assert await world.assess(fourth_ends - timedelta(microseconds=1)) is NotYet.nothing_waits
        assert isinstance(await world.assess(fourth_ends), AssessedClassGroup)
        standing = (await world.standings())[LI]
        assert (standing.facts["required_lessons"], standing.assessed_at) == (4, fourth_ends)

    async def test_a_touch_of_one_does_not_hide_that_a_lesson_fell_due_for_all(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session)
        await world.assess(DURING)
        await world.touch(ZHAO)
        await world.assess(DURING + timedelta(days=1))
        required = {name: row.facts["required_lessons"] for name, row in (await world.standings()).items()}
        assert required == {LI: 4, ZHAO: 4}

    async def test_waits_for_nothing_once_all_lessons_are_over(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session)
        await world.assess(AFTER)
        tally = await world.class_group()
        assert tally is not None
        assert (tally.is_final, tally.next_due_at) == (False, None)

    async def test_a_vod_lesson_falls_due_at_the_end_of_the_last_day(self, world: World) -> None:
        async with world.storing() as session:
            await feeds.put_class_group(session, programme="short")
            await feeds.put_lesson(session, "V0", kind="vod", starts_at=None, ends_at=None)
            await intake.touch(session)
        await world.assess(DURING)
        tally = await world.class_group()
        assert tally is not None
        assert tally.next_due_at == datetime(2026, 4, 30, 16, tzinfo=UTC)


class TestWhoIsJudged:
    async def test_only_the_touched_learners(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        await world.touch(ZHAO)
        later = AFTER + timedelta(minutes=1)
        assert await world.assess(later) == AssessedClassGroup(KEY, enrollments=1, decisions=0)
        assert {name: row.assessed_at for name, row in (await world.standings()).items()} == {
            LI: AFTER,
            ZHAO: later,
        }
        tally = await world.class_group()
        assert tally is not None
        assert (tally.headcount, tally.counts["eligible"]) == (2, 1)

    async def test_all_if_any_touch_names_the_whole_class_group(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        await world.touch(ZHAO)
        await world.touch()
        assert await world.assess() == AssessedClassGroup(KEY, enrollments=2, decisions=0)

    async def test_a_large_class_group_in_chunks(self, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("app.eligibility.visit.LESSONS_AT_ONCE", 10)
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            for number in range(5):
                await put_learner(session, f"L{number}", THREE_OF_FIVE)
            await intake.touch(session)
        assert await world.assess() == AssessedClassGroup(KEY, enrollments=5, decisions=5)
        assert len(await world.standings()) == len(await world.findings()) == 5
        (run,) = await world.runs()
        assert {row.run_id for row in await world.decisions()} == {run.run_id}

    async def test_nobody_while_nothing_waits(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
        await world.assess()
        assert await world.assess(AFTER + timedelta(days=1)) is NotYet.nothing_waits

    async def test_nobody_of_another_class_group(self, world: World) -> None:
        async with world.storing() as session:
            await put_pair(session, closed_at=CLOSED)
            await intake.touch(session, key=OTHER_KEY)
        await world.assess()
        assert [touch.class_group_id for touch in await world.touches()] == [OTHER_KEY.class_group_id]
