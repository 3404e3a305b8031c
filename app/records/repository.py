"""Loads the records of one class group as the rules want them: few statements, no object per instant.

Instants leave PostgreSQL as whole microseconds: `extract` of an epoch is exact, and costs this process a
third less than a `datetime` per column. Statements run on the driver itself, whose rows become named tuples.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, NamedTuple, TypeVar

from app.core.ids import ClassGroupKey, LearnerId, Uscc
from app.core.vocabulary import LessonKind
from app.db.session import ReadSession, driver
from app.rules.records import (
    Attendance,
    ClassGroup,
    Enrollment,
    EnrollmentRecords,
    ExamScore,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)

Record = TypeVar("Record", bound=tuple[Any, ...])


class StoredClassGroup(NamedTuple):
    """A class group and whose it is, which the rules need not know."""

    class_group: ClassGroup
    enterprise_uscc: Uscc


MICROSECONDS = r"""
    CASE WHEN isfinite(\1) THEN (extract(epoch FROM \1) * 1000000)::bigint
         WHEN \1 < 'epoch' THEN -62135596800000000
         WHEN \1 > 'epoch' THEN 253402300799999999 END"""
"""The driver stores the first and the last instant that Python knows as infinities."""


def _exact(statement: str) -> str:
    """Spells out `microseconds(column)`."""
    return re.sub(r"microseconds\((\w+)\)", MICROSECONDS, statement)


CLASS_GROUP = _exact("""
    SELECT platform, class_group_id, programme, starts_on, ends_on, coalesce(exam_ids, '{}'),
           microseconds(closed_at), enterprise_uscc
    FROM class_groups
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted
""")

LESSONS = _exact("""
    SELECT lesson_id, title, kind, planned_minutes, required, microseconds(starts_at), microseconds(ends_at)
    FROM lessons
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted
    ORDER BY lesson_id COLLATE "C"
""")

ENROLLMENTS = _exact("""
    SELECT learner_id, microseconds(withdrawn_at)
    FROM enrollments
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted
      AND ($3::text[] IS NULL OR learner_id = ANY($3))
    ORDER BY learner_id COLLATE "C"
""")

ATTENDANCE = _exact("""
    SELECT learner_id, lesson_id, status, microseconds(signed_in_at), microseconds(signed_out_at)
    FROM attendance
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
""")

# 1 is the playback rate of a record that names none, and a Decimal is dear to build.
LEARNING_RECORDS = _exact("""
    SELECT learner_id, session_id, lesson_id, microseconds(online_at), microseconds(offline_at),
           position_from_ms, position_to_ms, nullif(playback_rate, 1)
    FROM learning_records
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
""")

VERIFICATIONS = _exact("""
    SELECT learner_id, verification_id, lesson_id, microseconds(issued_at), passed
    FROM verifications
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
""")

QUIZ_ANSWERS = _exact("""
    SELECT learner_id, answer_id, lesson_id, question_id, attempt,
           microseconds(asked_at), microseconds(answered_at), correct
    FROM quiz_answers
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
""")

EXAM_SCORES = """
    SELECT learner_id, exam_id, attempt, score, pass_score
    FROM exam_scores
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
"""

EVALUATIONS = """
    SELECT learner_id
    FROM evaluations
    WHERE platform = $1 AND class_group_id = $2 AND learner_id = ANY($3) AND NOT deleted
"""


async def class_group(session: ReadSession, key: ClassGroupKey) -> StoredClassGroup | None:
    """None while it has not arrived, and when it is deleted."""
    row = await (await driver(session)).fetchrow(CLASS_GROUP, *key)
    return row and StoredClassGroup(ClassGroup(*row[:-1]), row[-1])


async def lessons(session: ReadSession, key: ClassGroupKey) -> list[Lesson]:
    rows = await (await driver(session)).fetch(LESSONS, *key)
    return [Lesson(*row)._replace(kind=LessonKind(row["kind"])) for row in rows]


async def enrollments(
    session: ReadSession, key: ClassGroupKey, learner_ids: Iterable[LearnerId] | None = None
) -> list[Enrollment]:
    """Those of `learner_ids` that are stored and not deleted, or all; by learner id in code point order."""
    rows = await (await driver(session)).fetch(ENROLLMENTS, *key, learner_ids)
    return [Enrollment(*row) for row in rows]


async def enrollment_records(
    session: ReadSession, key: ClassGroupKey, enrolled: Sequence[Enrollment]
) -> list[EnrollmentRecords]:
    """Everything the rules need of these learners: one statement a feed, however many they are."""
    connection = await driver(session)
    learner_ids = [enrollment.learner_id for enrollment in enrolled]

    async def load(statement: str, kind: type[Record]) -> dict[str, list[Record]]:
        return _by_learner(await connection.fetch(statement, *key, learner_ids), kind)

    attendance = await load(ATTENDANCE, Attendance)
    learning_records = await load(LEARNING_RECORDS, LearningRecord)
    verifications = await load(VERIFICATIONS, Verification)
    quiz_answers = await load(QUIZ_ANSWERS, QuizAnswer)
    exam_scores = await load(EXAM_SCORES, ExamScore)
    evaluated = {row[0] for row in await connection.fetch(EVALUATIONS, *key, learner_ids)}
    return [
        EnrollmentRecords(
            enrollment,
            attendance.get(enrollment.learner_id, ()),
            learning_records.get(enrollment.learner_id, ()),
            verifications.get(enrollment.learner_id, ()),
            quiz_answers.get(enrollment.learner_id, ()),
            exam_scores.get(enrollment.learner_id, ()),
            enrollment.learner_id in evaluated,
        )
        for enrollment in enrolled
    ]


def _by_learner(rows: Iterable[Any], kind: type[Record]) -> dict[str, list[Record]]:
    """The first column says whose a row is, the others are the fields.

    `kind._make` would count them again, in Python: each statement was written for its kind.
    """
    make = partial(tuple.__new__, kind)
    groups: dict[str, list[Record]] = defaultdict(list)
    for row in rows:
        groups[row[0]].append(make(row[1:]))
    return groups
