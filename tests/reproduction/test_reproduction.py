"""Every decision can be made again, byte for byte, whatever came after it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import transaction
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.reproduction.basis import SHADOWED
from app.reproduction.schemas import RemarkCode, Reproduction
from tests.eligibility.test_moments import put_checkpoint, root_of
from tests.factories import intake
from tests.golden.cases import GoldenCase, golden_cases
from tests.ingest.deliveries import rows
from tests.ingest.examples import ID_NUMBER_X
from tests.policies.published import TWO_YEARS, pack, publish
from tests.reproduction.alterations import Alter, end, waive
from tests.reproduction.played import (
    LIVE,
    STEP,
    STOLEN,
    VOD,
    Played,
    attendance,
    class_group,
    enrollment,
    lesson,
    project,
    session,
    study,
    teaching,
)

CLOSED_CASES = 60
"""At least so many golden enrollments are of closed class groups."""
LESSONS = [*map(lesson, range(5))]


def proven(found: list[Reproduction]) -> bool:
    assert found
    for each in found:
        assert each.remarks == [], each
        assert each.made_again == each.stored
        assert each.is_identical
    return True


async def test_a_decision_comes_out_again(term: Played) -> None:
    found = await term.all_again()
    assert [each.learner_id for each in found] == ["L1", "L2"]
    assert proven(found)


async def test_after_later_corrections_each_of_the_old_ones_does(term: Played) -> None:
    await term.push(attendance(3, "L2"), session(3, "L2"))
    await term.settle()
    await term.push(
        session(0, "L1", revision=3, offline_at="2026-03-02T09:10:00+08:00"),
        attendance(1, revision=1, deleted=True),
    )
    await term.settle()
    await term.push(class_group(revision=1, ends_on="2026-03-04"), lesson(4, revision=1, required=False))
    await term.settle()
    found = await term.all_again()
    assert len(found) == 6
    assert proven(found)


async def test_and_after_a_stolen_key_s_batches_were_taken_back(term: Played) -> None:
    await term.push(session(0, "L1", revision=9, offline_at="2026-03-02T09:10:00+08:00"), credential=STOLEN)
    await term.settle()
    await term.the_thief_is_caught()
    await term.settle()
    await term.push(session(0, "L1", revision=1, offline_at="2026-03-02T09:50:00+08:00"))
    await term.settle()
    found = await term.all_again()
    assert [each.learner_id for each in found] == ["L1", "L2", "L1", "L1", "L1"]
    assert proven(found)


async def test_of_a_person_in_two_class_groups(played: Played) -> None:
    await played.push(class_group(), project(), *LESSONS, *study("L1"))
    await played.push(
        class_group("D1", closed_at="2026-05-02T09:00:00+08:00"),
        *(lesson(day, "D1", hour=10) for day in range(4)),
        lesson(4, "D1", hour=9),
        *study("M1", "D1", days=range(4), hour=10),
        attendance(4, "M1", "D1"),
        session(4, "M1", "D1"),
        platform=VOD,
    )
    await played.settle()
    await played.push(session(4, revision=1, offline_at="2026-03-06T09:30:00+08:00"))
    await played.settle()
    found = await played.all_again()
    assert {each.rests_on.key.class_group_id for each in found} == {"C1", "D1"}
    assert len(found) > 2
    told = [each for each in found if each.rests_on.elsewhere]
    assert told
    assert all(each.rests_on.elsewhere[0][0] == ("live-a", "C1") for each in told)
    assert proven(found)


async def test_where_rules_ask_about_project_and_teachers(played: Played) -> None:
    await played.push(class_group(programme="classed"), project(), *LESSONS, *map(teaching, range(5)))
    await played.push(*study("L1"), *study("L2", id_number=ID_NUMBER_X))
    await played.push(
        class_group("C2", programme="classed", project_id="P2"), lesson(0, "C2"), teaching(0, "C2")
    )
    await played.settle()
    first = await played.decisions()
    await played.push(project(revision=1, planned_hours=2))
    await played.settle()
    await played.push(teaching(0, "C2", revision=1, deleted=True), project(revision=2, deleted=True))
    await played.settle()
    found = await played.all_again()
    assert len(found) > len(first)
    assert {feed for each in found for feed, _, _ in each.rests_on.references} >= {
        Feed.projects,
        Feed.teaching_records,
    }
    assert proven(found)


async def test_every_closed_golden_case(played: Played) -> None:
    for case in golden_cases():
        await play(played, case)
    await played.settle()
    found = await played.all_again()
    assert len({(each.rests_on.key, each.learner_id) for each in found}) >= CLOSED_CASES
    assert proven(found)


async def play(played: Played, case: GoldenCase) -> None:
    for feed in case.feeds:
        records = [(Feed(feed), dict(record)) for record in case.records(feed)]
        await played.push(*records, platform=PlatformCode(f"golden-{case.number}"))


async def test_where_records_quote_checkpoints(played: Played) -> None:
    """One that was issued after a decision is none to that decision."""
    known, later = root_of(1), root_of(2)
    await issue(played, 1, known, datetime(2026, 3, 1, tzinfo=UTC))
    sessions = [session(day, beacon=known if day else later) for day in range(5)]
    await played.push(class_group(programme="bracketed"), project(), *LESSONS, enrollment(), *sessions)
    await played.settle()
    await issue(played, 2, later, played.moment)
    await touch(played)
    await played.settle()
    found = await played.all_again()
    assert [b"not-afterwards" in each.stored for each in found] == [False, True]
    assert proven(found)


async def issue(played: Played, size: int, root: str, issued_at: datetime) -> None:
    async with transaction(played.database) as storing:
        await put_checkpoint(storing, size, root, issued_at + STEP)


async def touch(played: Played) -> None:
    async with transaction(played.database) as storing:
        await intake.touch(storing, None, ClassGroupKey(LIVE, ClassGroupId("C1")))


async def test_after_a_newer_text_of_the_policy_was_published(played: Played) -> None:
    await publish(played.database, pack())
    await played.push(class_group(programme="pilot"), *LESSONS, *study("L1", days=range(4)))
    await played.settle()
    await publish(played.database, pack({**TWO_YEARS, "2026-02-01": "0.90"}))
    await touch(played)
    await played.settle()
    found = await played.all_again()
    assert len({each.rests_on.policy.content_hash for each in found}) == 2
    assert proven(found)


async def test_after_a_release_that_reads_the_same_day_otherwise(played: Played, tmp_path: Path) -> None:
    releases = []
    for hours in ("4", "5"):
        (tmp_path / hours).mkdir()
        (tmp_path / hours / "pilot.yaml").write_text(pack(hours=hours))
        releases.append(PolicyLibrary.load(tmp_path / hours))
    await played.push(class_group(programme="pilot"), *LESSONS, *study("L1"))
    for played.library in releases:
        await record_files(played.database, played.library)
        await played.settle()
    found = await played.all_again()
    assert [each.rests_on.policy.version for each in found] == ["2026-01-01", "2026-01-01"]
    assert proven(found)


async def test_after_a_waiver_was_given_and_has_ended(term: Played) -> None:
    waiver_id = await waive(term)
    await end(term, waiver_id)
    found = [each for each in await term.all_again() if each.learner_id == "L2"]
    assert [each.rests_on.waivers for each in found] == [[], [str(waiver_id)], []]
    assert proven(found)


async def test_a_decision_between_the_theft_and_the_withdrawal_names_the_stolen_batch(term: Played) -> None:
    (receipt,) = await term.push(
        session(0, "L1", revision=9, offline_at="2026-03-02T09:10:00+08:00"), credential=STOLEN
    )
    await term.the_thief_is_known()
    await term.settle()
    await term.it_is_taken_back()
    await term.settle()
    found = [each for each in await term.all_again() if each.learner_id == "L1"]
    named = [receipt.batch.batch_id in {used.batch_id for used in each.rests_on.batches} for each in found]
    assert named == [False, True, False]
    assert proven(found)


async def test_nothing_of_the_tables_is_touched(term: Played) -> None:
    before = await everything(term)
    await term.all_again()
    assert await everything(term) == before


async def everything(played: Played) -> list[list[Any]]:
    return [await rows(played.database, f"SELECT * FROM {table}") for table in SHADOWED]  # noqa: S608 (our own)


async def test_one_of_another_program_version_says_so_and_is_made_all_the_same(
    term: Played, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.reproduction.service.__version__", "9.9.9")
    (found, _) = await term.all_again()
    assert [each.code for each in found.remarks] == [RemarkCode.other_program]
    assert found.is_identical


async def test_one_whose_entry_waits_for_its_index_says_so(term: Played) -> None:
    await term.push(attendance(0, revision=1, deleted=True))
    await sequence(term.database)
    await term.assess()
    found = await term.again((await term.decisions())[-1])
    assert [each.code for each in found.remarks] == [RemarkCode.pending]
    assert found.is_identical
    await sequence(term.database)
    assert proven(await term.all_again())


async def test_an_old_one_without_inputs_is_tried_by_what_is_stored_now(term: Played, alter: Alter) -> None:
    waiver_id = await waive(term)
    await end(term, waiver_id)
    await alter("UPDATE assessment_runs SET inputs_sealed = NULL")
    found = await term.all_again()
    assert {remark.code for each in found for remark in each.remarks} == {RemarkCode.inputs_not_kept}
    assert all(each.is_identical for each in found)
