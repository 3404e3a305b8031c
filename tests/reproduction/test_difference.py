"""Which record, which parameter, which waiver or other class group moved one decision to the next."""

import pytest

from app.core.ids import ClassGroupId, ClassGroupKey
from app.db.models import Decision
from app.db.session import transaction
from app.reproduction.compared import Difference, Kind, Step
from app.reproduction.difference import compare
from app.reproduction.errors import DecisionsNotComparable
from tests.factories import intake
from tests.policies.published import TWO_YEARS, pack, publish
from tests.reproduction.alterations import Alter, end, waive
from tests.reproduction.played import (
    LIVE,
    VOD,
    Played,
    attendance,
    class_group,
    lesson,
    project,
    session,
    study,
    teaching,
)

LESSONS = [*map(lesson, range(5))]


async def difference(played: Played, first: Decision, second: Decision) -> Difference:
    return await compare(
        played.database, played.library, played.key_ring, first.decision_id, second.decision_id
    )


async def of_the_last_two(played: Played, learner_id: str) -> dict[Kind, Step]:
    """Their steps lead from the one to the other, and are all that there is."""
    *_, first, second = await played.decisions(learner_id)
    found = await difference(played, first, second)
    assert found.is_explained, found
    assert found.changes
    explained = {change.field for step in found.steps for change in step.effect}
    assert {change.field for change in found.changes} <= explained
    return {step.kind: step for step in found.steps}


def fields(step: Step) -> set[str]:
    return {change.field for change in step.effect}


async def test_the_very_record_that_moved_it_is_named(term: Played) -> None:
    (_, receipt) = await term.push(
        attendance(1, revision=1, method="face"),
        session(0, revision=3, offline_at="2026-03-02T09:40:00+08:00"),
        session(2, "L2", revision=1, offline_at="2026-03-04T09:40:00+08:00"),
    )
    await term.settle()
    steps = await of_the_last_two(term, "L1")
    (moved,) = [each for each in steps[Kind.records].records if each.effect]
    assert (moved.feed, moved.key) == ("learning-records", ("C1", "L1", "x0"))
    assert moved.before is not None
    assert moved.after is not None
    assert (moved.before.revision, moved.after) == (0, (receipt.batch.batch_id, 1, 3, False))
    assert moved.fields == ("offline_at", "revision")
    (changed,) = steps[Kind.records].lessons
    assert changed == ("S0", 3_600_000_000, 3_600_000_000, 2_400_000_000, 2_400_000_000)
    assert "facts.credited_seconds" in fields(steps[Kind.records])
    assert fields(steps[Kind.moment]) == set()


async def test_a_record_taken_away_or_back_is_one_too(term: Played) -> None:
    await term.push(attendance(0, revision=1, deleted=True))
    await term.settle()
    (removed,) = (await of_the_last_two(term, "L1"))[Kind.records].records
    assert removed.after is not None
    assert removed.after.deleted
    assert {change.field for change in removed.effect or ()} >= {"facts.attendance_rate"}


async def test_the_parameter_of_a_newer_version(played: Played) -> None:
    await publish(played.database, pack())
    await played.push(class_group(programme="pilot"), *LESSONS, *study("L1", days=range(4)))
    await played.settle()
    await publish(played.database, pack({**TWO_YEARS, "2026-02-01": "0.90"}))
    async with transaction(played.database) as storing:
        await intake.touch(storing, None, ClassGroupKey(LIVE, ClassGroupId("C1")))
    await played.settle()
    step = (await of_the_last_two(played, "L1"))[Kind.policy]
    assert step.policies is not None
    assert [each.version for each in step.policies] == ["2026-01-01", "2026-02-01"]
    (parameter,) = step.parameters
    assert (parameter.name, float(parameter.before), float(parameter.after)) == (  # type: ignore[arg-type]
        "least_attendance_rate",
        0.8,
        0.9,
    )
    assert {change.field for change in parameter.effect or ()} >= {
        "eligibility",
        "rules.attendance-rate.outcome",
    }


async def test_a_waiver(term: Played) -> None:
    waiver_id = await waive(term)
    step = (await of_the_last_two(term, "L2"))[Kind.waivers]
    assert [each.waiver_id for each in step.waivers] == [str(waiver_id)]
    assert fields(step) >= {"eligibility", "rules.attendance-rate.waived_by"}
    await end(term, waiver_id)
    assert Kind.waivers in await of_the_last_two(term, "L2")


async def test_another_class_group_of_the_person(played: Played) -> None:
    await played.push(class_group(), project(), *LESSONS, *study("L1"))
    await played.settle()
    await played.push(
        class_group("B1", closed_at="2026-04-30T20:00:00+08:00"),
        lesson(0, "B1"),
        *study("M1", "B1", days=[0]),
        platform=VOD,
    )
    await played.settle()
    steps = await of_the_last_two(played, "L1")
    assert steps[Kind.elsewhere].elsewhere[0] == (("vod-b", "B1"), 0, 3_600_000_000)
    assert "facts.credited_seconds" in fields(steps[Kind.elsewhere])
    assert Kind.records not in steps


async def test_the_project_and_what_a_teacher_taught_elsewhere(played: Played) -> None:
    await played.push(class_group(programme="classed"), project(), *LESSONS, *map(teaching, range(5)))
    await played.push(*study("L1"), *study("L2", id_number="11010519491231002X"))
    await played.settle()
    await played.push(project(revision=1, planned_hours=2))
    await played.settle()
    step = (await of_the_last_two(played, "L1"))[Kind.references]
    (moved,) = step.records
    assert (moved.feed, moved.fields) == ("projects", ("planned_hours", "revision"))
    assert "eligibility" in fields(step)


async def test_decisions_on_two_learners_are_not_compared(term: Played) -> None:
    first, second = await term.decisions()
    with pytest.raises(DecisionsNotComparable):
        await difference(term, first, second)


async def test_what_was_altered_is_not_explained(term: Played, alter: Alter) -> None:
    await term.push(attendance(0, revision=1, deleted=True))
    await term.settle()
    await alter("UPDATE assessment_runs SET inputs_sealed = secret_sealed")
    found = await difference(term, *(await term.decisions("L1")))
    assert not found.is_explained
