"""Rules on class groups: judged once a visit, kept with the class group, and felt by everybody in it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from app.core.ids import LearnerId
from app.core.vocabulary import Eligibility, Feed
from app.db.models import Finding
from app.db.session import Database, reading
from app.eligibility.explain import explain_enrollment
from app.eligibility.schemas import AssessedClassGroup
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.class_world import (
    CLASSED_PROGRAMME,
    eligibilities,
    open_findings,
    outcomes,
    put_class,
    reaching,
    touch_class,
)
from tests.eligibility.world import AFTER, DURING, LI, SHORT_PROGRAMME, ZHAO, World
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, NINE_O_CLOCK, OTHER_KEY

ALL_WELL = {
    "enough-people": "pass",
    "lesson-length": "pass",
    "one-place": "pass",
    "surveyed": "fail",
    "project-hours": "pass",
    "all-there": "pass",
}


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> PolicyLibrary:
    directory: Path = tmp_path_factory.mktemp("packs")
    (directory / "short.yaml").write_text(SHORT_PROGRAMME)
    (directory / "classed.yaml").write_text(CLASSED_PROGRAMME)
    return PolicyLibrary.load(directory)


@pytest.fixture
def world(database: Database, library: PolicyLibrary, key_ring: KeyRing) -> World:
    return World(database, library, key_ring)


async def test_they_are_kept_with_the_class_group(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
    await world.assess()
    assert await outcomes(world) == ALL_WELL
    stored = await world.class_group()
    assert stored is not None
    assert (stored.policy_version, stored.facts) == (
        "2020-01-01",
        {
            "headcount": 2,
            "teacher_clashes": 0,
            "survey_coverage": "0",
            "planned_hours": "40",
            "expected_feeds_missing": 0,
        },
    )
    assert await reaching(world) == {LI: [], ZHAO: []}
    assert set((await eligibilities(world)).values()) == {Eligibility.eligible}


async def test_a_programme_without_them_keeps_none(world: World) -> None:
    async with world.storing() as session:
        await put_class(session, programme="short")
    await world.assess()
    stored = await world.class_group()
    assert stored is not None
    assert (stored.facts, stored.rules, await open_findings(world)) == ({}, [], {})


async def test_one_that_fails_bars_everybody_with_its_places(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
        await feeds.put_lesson(session, "S9", planned_minutes=44, required=False)
    await world.assess()
    assert await reaching(world) == {name: [("lesson-length", "fail")] for name in (LI, ZHAO)}
    assert set((await eligibilities(world)).values()) == {Eligibility.ineligible}
    standing = (await world.standings())[LI]
    assert standing.rules[-1]["subject"] == "lesson"
    assert standing.rules[-1]["places"] == ["S9"]
    assert "lesson-length:fail" in standing.outcome_tags


async def test_it_is_in_the_document_of_each_decision(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
        await feeds.put_lesson(session, "S9", planned_minutes=44, required=False)
    await world.assess()
    for decision in await world.decisions():
        assert decision.eligibility == Eligibility.ineligible
        rules = msgspec.json.decode(decision.document)["rules"]
        assert [rule["code"] for rule in rules] == ["attendance-rate", "credited-hours", "lesson-length"]
        assert rules[-1]["subject"] == "lesson"


async def test_a_decision_names_the_batch_its_project_came_with(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
        batch_id = await intake.add_batch(session, OTHER_KEY, feed=Feed.projects)
        await feeds.put_project(session, batch_id=batch_id)
    await sequence(world.database)
    await world.assess()
    (run,) = await world.runs()
    assert run.batch_ids == [batch_id]


async def test_one_that_is_missing_leaves_the_evidence_insufficient(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
        await feeds.put_project(session, deleted=True)
    await world.assess()
    assert set((await eligibilities(world)).values()) == {Eligibility.insufficient_evidence}
    async with world.storing() as session:
        await feeds.put_project(session, revision=1)
        await touch_class(session)
    await world.assess()
    assert set((await eligibilities(world)).values()) == {Eligibility.eligible}


async def test_a_touch_of_nobody_judges_the_class_group_alone(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_evaluation(session, LI)
        await touch_class(session)
    assert await world.assess() == AssessedClassGroup(KEY, enrollments=0, decisions=0)
    assert await outcomes(world) == ALL_WELL | {"surveyed": "pass"}
    assert await world.touches() == []


async def test_when_it_bars_everybody_is_judged_whoever_was_touched(world: World) -> None:
    async with world.storing() as session:
        await put_class(session)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_enrollment(session, ZHAO, withdrawn_at=NINE_O_CLOCK)
        await intake.touch(session, [ZHAO])
    assert await world.assess() == AssessedClassGroup(KEY, enrollments=2, decisions=2)
    assert await eligibilities(world) == {LI: Eligibility.ineligible, ZHAO: Eligibility.withdrawn}
    assert await reaching(world) == {name: [("enough-people", "fail")] for name in (LI, ZHAO)}
    async with world.storing() as session:
        await intake.touch(session, [ZHAO])
    assert await world.assess() == AssessedClassGroup(KEY, enrollments=1, decisions=0)


async def test_while_it_runs_they_are_shown_and_decide_nothing(world: World) -> None:
    async with world.storing() as session:
        await put_class(session, closed_at=None)
        await feeds.put_enrollment(session, ZHAO, withdrawn_at=NINE_O_CLOCK)
    await world.assess(DURING)
    assert (await reaching(world))[LI] == [("enough-people", "fail")]
    assert (await eligibilities(world))[LI] == Eligibility.in_progress
    assert await open_findings(world) == {}


class TestFindings:
    async def test_are_the_class_group_s_own_raised_confirmed_and_resolved(self, world: World) -> None:
        async with world.storing() as session:
            await put_class(session)
            await feeds.put_lesson(session, "S9", planned_minutes=44, required=False)
        await world.assess()
        found = await open_findings(world)
        assert {rule: (each.subject, each.outcome) for rule, each in found.items()} == {
            "lesson-length": ("lesson", "fail"),
            "surveyed": ("class_group", "fail"),
        }
        assert await world.findings() == {("", "lesson-length", "open"), ("", "surveyed", "open")}
        later = AFTER + timedelta(days=1)
        async with world.storing() as session:
            await feeds.put_lesson(session, "S9", planned_minutes=45, required=False)
            await intake.touch(session)
        await world.assess(later)
        found = await open_findings(world)
        assert set(found) == {"surveyed"}
        assert (found["surveyed"].raised_at, found["surveyed"].confirmed_at) == (AFTER, later)

    async def test_of_a_running_class_group_are_what_is_wrong_already(self, world: World) -> None:
        async with world.storing() as session:
            await put_class(session, closed_at=None)
            await feeds.put_lesson(session, "S9", planned_minutes=44, required=False)
        await world.assess(DURING)
        assert set(await open_findings(world)) == {"lesson-length"}

    async def test_go_with_the_programme_that_raised_them(self, world: World) -> None:
        async with world.storing() as session:
            await put_class(session)
        await world.assess()
        assert set(await open_findings(world)) == {"surveyed"}
        async with world.storing() as session:
            await feeds.put_class_group(session, programme="short")
            await intake.touch(session)
        await world.assess()
        assert await open_findings(world) == {}

    async def test_go_with_the_class_group(self, world: World) -> None:
        async with world.storing() as session:
            await put_class(session)
        await world.assess()
        async with world.storing() as session:
            await feeds.put_class_group(session, deleted=True)
            await intake.touch(session)
        await world.assess()
        assert await open_findings(world) == {}

    async def test_are_raised_where_nobody_is_enrolled(self, world: World) -> None:
        async with world.storing() as session:
            await put_class(session)
            for learner_id in (LI, ZHAO):
                await feeds.put_enrollment(session, learner_id, deleted=True)
        await world.assess()
        assert (await open_findings(world))["enough-people"].outcome == "missing"


async def test_a_teacher_in_two_places_names_the_other_lesson_on_both_sides(world: World) -> None:
    async with world.storing() as session:
        for key in (KEY, OTHER_KEY):
            await put_class(session, key)
        await feeds.put_teaching(session, "S4", OTHER_KEY, day=4, instructor_id="T1")
    await world.visit(KEY, OTHER_KEY)
    found = await world.rows(Finding, Finding.class_group_id)
    places = [each.evidence["places"] for each in found if each.rule == "one-place"]
    assert places == [["S4 C2/S4"], ["S4 C1/S4"]]


async def test_records_are_expected_from_the_first_day_on(world: World) -> None:
    """Nothing has come but the class group: time alone makes that a finding."""
    async with world.storing() as session:
        await feeds.put_class_group(session, programme="classed")
        await feeds.put_project(session)
        await intake.touch(session)
    first_day = datetime(2026, 3, 1, 16, tzinfo=UTC)
    await world.assess(first_day - timedelta(seconds=1))
    assert (await outcomes(world))["all-there"] == "pass"
    stored = await world.class_group()
    assert stored is not None
    assert stored.next_due_at == first_day
    await world.assess(first_day)
    assert (await outcomes(world))["all-there"] == "fail"
    assert (await open_findings(world))["all-there"].evidence["places"] == ["lessons"]


async def test_the_explanation_says_it_too(world: World, library: PolicyLibrary) -> None:
    async with world.storing() as session:
        await put_class(session)
        await feeds.put_lesson(session, "S9", planned_minutes=44, required=False)
    await world.assess()
    async with reading(world.database) as session:
        found = await explain_enrollment(session, library, KEY, LearnerId(LI), AFTER)
    stored = (await world.standings())[LI].rules
    assert [rule.stored() for rule in found.judgement.rules] == stored
    assert found.judgement.eligibility == Eligibility.ineligible
