"""All SQL of a person's own export: every row that is kept about an enrollment."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select

from app.core.vocabulary import Feed
from app.db.base import Base
from app.db.models import (
    Assessment,
    Attendance,
    Decision,
    Enrollment,
    Evaluation,
    ExamScore,
    Finding,
    LearningRecord,
    QuizAnswer,
    Verification,
)
from app.db.session import ReadSession
from app.rights.schemas import EnrollmentKey

Row = Mapping[str, Any]

OF_A_LEARNER: Mapping[Feed, type[Base]] = {
    Feed.enrollments: Enrollment,
    Feed.attendance: Attendance,
    Feed.learning_records: LearningRecord,
    Feed.verifications: Verification,
    Feed.quiz_answers: QuizAnswer,
    Feed.exam_scores: ExamScore,
    Feed.evaluations: Evaluation,
}
"""The feeds whose records are about one learner."""
JUDGED: Mapping[str, type[Base]] = {"assessments": Assessment, "decisions": Decision, "findings": Finding}


async def rows(session: ReadSession, model: type[Base], key: EnrollmentKey, limit: int) -> Sequence[Row]:
    """In the order of the primary key."""
    table = model.__table__
    statement = (
        select(*table.columns)
        .where(*(table.c[name] == value for name, value in key._asdict().items()))
        .order_by(*table.primary_key)
        .limit(limit)
    )
    return [dict(row) for row in (await session.execute(statement)).mappings()]
