"""What was altered behind the program's back is told: a decision that rests on it is not made again."""
# ruff: noqa: S608 (statements put together from constants)

from uuid import uuid4

import pytest

from app.reproduction.errors import DecisionUnknown
from app.reproduction.schemas import RemarkCode, Reproduction
from app.reproduction.service import reproduce
from tests.policies.published import pack, publish
from tests.reproduction.alterations import Alter, waive
from tests.reproduction.played import Played, class_group, lesson, study

OF_SESSIONS = "batch_id IN (SELECT batch_id FROM batches WHERE feed = 'learning-records')"


async def told(played: Played) -> tuple[Reproduction, set[RemarkCode]]:
    """Of the newest decision."""
    found = await played.again((await played.decisions())[-1])
    assert found.is_identical == (not found.remarks)
    return found, {each.code for each in found.remarks}


LAST_BYTE = "length(body_sealed) - 1"
FLIPPED = f"set_byte(body_sealed, {LAST_BYTE}, 255 - get_byte(body_sealed, {LAST_BYTE}))"
OTHER_WORDS = "convert_to(replace(convert_from(document, 'UTF8'), 'ineligible', 'eligible'), 'UTF8')"
OF_ANOTHER = "FROM batch_archives AS other WHERE batch_archives.batch_id <> other.batch_id"

LOWER = "replace(text, '0.80', '0.70')"

ALTERATIONS: dict[str, tuple[str, set[RemarkCode]]] = {
    "outcomes of an archive": (
        f"UPDATE batch_archives SET outcomes = set_byte(outcomes, 0, 3) WHERE {OF_SESSIONS}",
        {RemarkCode.archive_altered},
    ),
    "an archive": (
        f"UPDATE batch_archives SET body_sealed = {FLIPPED} WHERE {OF_SESSIONS}",
        {RemarkCode.archive_unreadable, RemarkCode.document_differs},
    ),
    "an archive that is gone": (
        f"DELETE FROM batch_archives WHERE {OF_SESSIONS}",
        {RemarkCode.archive_unreadable, RemarkCode.document_differs},
    ),
    "a batch that is gone": (
        f"DELETE FROM batches WHERE {OF_SESSIONS}",
        {RemarkCode.batch_missing, RemarkCode.document_differs},
    ),
    "the salts of an archive": (
        f"UPDATE batch_archives SET secret_sealed = other.secret_sealed {OF_ANOTHER}",
        {RemarkCode.archive_altered},
    ),
    "a decision": (
        f"UPDATE decisions SET document = {OTHER_WORDS}",
        {RemarkCode.decision_altered, RemarkCode.run_altered, RemarkCode.document_differs},
    ),
    "another decision of the run": (
        "UPDATE decisions SET document = '{}' WHERE learner_id = 'L1'",
        {RemarkCode.decision_altered, RemarkCode.run_altered},
    ),
    "the batches that a run names": (
        "UPDATE assessment_runs SET batch_ids = batch_ids[1:cardinality(batch_ids) - 1]",
        {RemarkCode.run_altered, RemarkCode.document_differs},
    ),
    "the moment of a run": (
        "UPDATE assessment_runs SET assessed_at = assessed_at - interval '1 second'",
        {RemarkCode.run_altered},
    ),
    "the policy that a run names": (
        "UPDATE assessment_runs SET policy_hash = sha256('other')",
        {RemarkCode.run_altered, RemarkCode.policy_missing},
    ),
    "the root of a run": (
        "UPDATE assessment_runs SET decisions_root = sha256('other')",
        {RemarkCode.decision_altered},
    ),
    "the salts of a run": (
        "UPDATE assessment_runs SET secret_sealed = inputs_sealed",
        {RemarkCode.decision_altered},
    ),
    "what was kept with a run": (
        "UPDATE assessment_runs SET inputs_sealed = secret_sealed",
        {RemarkCode.inputs_altered, RemarkCode.inputs_not_kept},
    ),
    "an entry of the ledger that is gone": (
        "DELETE FROM ledger_entries WHERE kind = 'assessment'",
        {RemarkCode.not_in_ledger},
    ),
}


@pytest.mark.parametrize("what", ALTERATIONS)
async def test_what_was_altered_is_told(term: Played, alter: Alter, what: str) -> None:
    statement, expected = ALTERATIONS[what]
    assert await alter(statement)
    found, codes = await told(term)
    assert codes == expected
    assert not found.is_identical


async def test_rows_that_were_altered_do_not_matter_for_they_are_made_from_archives(
    term: Played, alter: Alter
) -> None:
    assert await alter("UPDATE learning_records SET offline_at = online_at")
    assert await alter("DELETE FROM attendance")
    assert await alter("UPDATE enrollments SET deleted = true")
    found, _ = await told(term)
    assert found.is_identical


async def test_a_published_text_that_was_altered_says_no_policy(played: Played, alter: Alter) -> None:
    await publish(played.database, pack())
    await played.push(class_group(programme="pilot"), *map(lesson, range(5)), *study("L1", days=range(4)))
    await played.settle()
    assert await alter(
        f"UPDATE policy_texts SET text = {LOWER}, text_hash = sha256(convert_to({LOWER}, 'UTF8'))"
    )
    played.library = type(played.library).load()  # as a program does that starts now
    found, codes = await told(played)
    assert codes == {RemarkCode.policy_missing}
    assert found.made_again is None


async def test_a_waiver_that_is_gone_is_missed(term: Played, alter: Alter) -> None:
    await waive(term)
    assert await alter("DELETE FROM waivers")
    _, codes = await told(term)
    assert codes == {RemarkCode.waiver_missing, RemarkCode.document_differs}


async def test_the_differences_are_named_field_by_field(term: Played, alter: Alter) -> None:
    await alter(f"UPDATE decisions SET document = {OTHER_WORDS}")
    found, _ = await told(term)
    assert found.differences == [("eligibility", "eligible", "ineligible")]


async def test_no_decision_no_reproduction(term: Played) -> None:
    with pytest.raises(DecisionUnknown, match="There is no decision"):
        await reproduce(term.database, term.library, term.key_ring, uuid4())
