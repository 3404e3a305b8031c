"""Every statement of an assessment finds its rows by an index."""

from datetime import UTC, datetime

import pytest

from app.db.session import WriteSession
from app.eligibility import decisions_repository, repository
from app.eligibility import touches_repository as touches
from app.findings import repository as findings
from app.records import repository as records
from tests.db.plans import index_used

KEY = ("live-a", "C1")
LEARNERS = ["L1", "L2"]
NOW = datetime(2026, 5, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("statement", "arguments", "indexes"),
    [
        (records.CLASS_GROUP, (), {"pk_class_groups"}),
        (records.LESSONS, (), {"pk_lessons"}),
        (records.ENROLLMENTS, (LEARNERS,), {"pk_enrollments"}),
        (records.ATTENDANCE, (LEARNERS,), {"pk_attendance"}),
        (records.LEARNING_RECORDS, (LEARNERS,), {"pk_learning_records"}),
        (records.VERIFICATIONS, (LEARNERS,), {"pk_verifications"}),
        (records.QUIZ_ANSWERS, (LEARNERS,), {"pk_quiz_answers"}),
        (records.EXAM_SCORES, (LEARNERS,), {"pk_exam_scores"}),
        (records.EVALUATIONS, (LEARNERS,), {"pk_evaluations"}),
        (touches.TAKE, (), {"ix_touches_platform_class_group_id"}),
        (repository.REMOVE_DEPARTED, (None,), {"pk_assessments", "pk_enrollments"}),
        (findings.RESOLVE_OTHERS, (NOW, LEARNERS, LEARNERS, LEARNERS), {"uq_findings_open"}),
        (
            decisions_repository.BATCHES,
            (),
            {"pk_batch_class_groups", "ix_ledger_entries_subject_id"},
        ),
        (
            decisions_repository.LAST_DECISIONS,
            (LEARNERS,),
            {"ix_decisions_platform_class_group_id_learner_id_decided_at", "pk_assessment_runs"},
        ),
    ],
)
async def test_of_one_class_group(
    session: WriteSession, statement: str, arguments: tuple[object, ...], indexes: set[str]
) -> None:
    assert await index_used(session, statement, *KEY, *arguments) == indexes


async def test_that_chooses_who_is_assessed_next(session: WriteSession) -> None:
    assert await index_used(session, touches.WAITING, 2000, [], [], NOW) == {
        "pk_touches",
        "ix_class_group_assessments_next_due_at",
    }
