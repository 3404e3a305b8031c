"""How complete the records of one class group are: what is worth asking before it is closed."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.ids import ClassGroupKey, LearnerId, LessonId
from app.db.session import ReadSession, driver

# Hardly a lesson is without any record: the first one found answers for it, and the rest are not read. A film
# that nobody has to watch may well be: nothing is missing of it, so all records need not be read to say so.
LESSONS = """
    SELECT lesson_id, is_due, is_unattended AND kind <> 'vod' AS is_unattended,
           is_unattended AND is_due AND is_expected AND NOT EXISTS (
               SELECT FROM learning_records AS record
               WHERE record.platform = $1 AND record.class_group_id = $2
                 AND record.lesson_id = asked.lesson_id AND NOT record.deleted
           ) AS is_without_records
    FROM (
        SELECT lesson_id, kind, required OR kind <> 'vod' AS is_expected,
               CASE WHEN kind = 'vod' THEN (ends_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
                    ELSE ends_at END <= $3 AS is_due,
               NOT EXISTS (
                   SELECT FROM attendance AS record
                   WHERE record.platform = $1 AND record.class_group_id = $2
                     AND record.lesson_id = lessons.lesson_id AND NOT record.deleted
               ) AS is_unattended
        FROM lessons
        JOIN class_groups USING (platform, class_group_id)
        WHERE platform = $1 AND class_group_id = $2 AND NOT lessons.deleted
        OFFSET 0
    ) AS asked
    ORDER BY lesson_id COLLATE "C"
"""

ENROLLMENTS = """
    SELECT learner_id, withdrawn_at IS NOT NULL AS is_withdrawn,
           NOT EXISTS (
               SELECT FROM attendance AS record
               WHERE record.platform = $1 AND record.class_group_id = $2
                 AND record.learner_id = enrollments.learner_id AND NOT record.deleted
           ) AND NOT EXISTS (
               SELECT FROM learning_records AS record
               WHERE record.platform = $1 AND record.class_group_id = $2
                 AND record.learner_id = enrollments.learner_id AND NOT record.deleted
           ) AS is_without_records
    FROM enrollments
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted
    ORDER BY learner_id COLLATE "C"
"""


class Completeness(NamedTuple):
    headcount: int
    """Stored enrollments that are not withdrawn."""
    withdrawn: int
    lessons: int
    lessons_due: int
    lessons_without_attendance: Sequence[LessonId]
    """Due live and offline lessons of which no attendance has come."""
    lessons_without_records: Sequence[LessonId]
    """Due lessons of which neither attendance nor learning records have come, but for optional films."""
    learners_without_records: Sequence[LearnerId]
    """Not withdrawn, and neither attendance nor learning records have come of them."""


async def completeness(session: ReadSession, key: ClassGroupKey, as_of: datetime) -> Completeness:
    connection = await driver(session)
    lessons = await connection.fetch(LESSONS, *key, as_of)
    enrollments = await connection.fetch(ENROLLMENTS, *key)
    due = [row for row in lessons if row["is_due"]]
    staying = [row for row in enrollments if not row["is_withdrawn"]]
    return Completeness(
        headcount=len(staying),
        withdrawn=len(enrollments) - len(staying),
        lessons=len(lessons),
        lessons_due=len(due),
        lessons_without_attendance=[row["lesson_id"] for row in due if row["is_unattended"]],
        lessons_without_records=[row["lesson_id"] for row in due if row["is_without_records"]],
        learners_without_records=[row["learner_id"] for row in staying if row["is_without_records"]],
    )
