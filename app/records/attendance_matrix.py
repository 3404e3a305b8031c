"""A class group lesson by lesson and learner by learner: who was there, as the platform has reported it.

What was credited is the rules' business. Films have no attendance, but minutes that records claim of them.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from app.core.ids import ClassGroupKey, LearnerId, LessonId
from app.core.vocabulary import AttendanceStatus, LessonKind
from app.db.session import ReadSession, driver
from app.rules.figures import shown_ratio

LESSONS = """
    SELECT lesson_id, title, kind, required, planned_minutes, starts_at, lessons.ends_at,
           CASE WHEN kind = 'vod' THEN (ends_on + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
                ELSE lessons.ends_at END <= $3 AS is_due
    FROM lessons
    JOIN class_groups USING (platform, class_group_id)
    WHERE platform = $1 AND class_group_id = $2 AND NOT lessons.deleted
    ORDER BY starts_at NULLS LAST, lesson_id COLLATE "C"
"""

LEARNERS = """
    SELECT learner_id, name, withdrawn_at IS NOT NULL AS is_withdrawn
    FROM enrollments
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND learner_id > $3
    ORDER BY learner_id
    LIMIT $4
"""

# One row a learner: tens of thousands of cells would be as many rows.
STATUSES = """
    SELECT learner_id, string_agg(lesson_id, ' '), string_agg(status, ' ')
    FROM attendance
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND learner_id = ANY($3)
    GROUP BY learner_id
"""

# An instant may be the first or the last there is: such a record claims no minutes.
MINUTES = """
    SELECT learner_id, string_agg(lesson_id, ' '), array_agg(minutes)
    FROM (
        SELECT learner_id, lesson_id,
               (extract(epoch FROM sum(offline_at - online_at)) / 60)::bigint AS minutes
        FROM learning_records
        WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND learner_id = ANY($3)
          AND lesson_id = ANY($4) AND isfinite(online_at) AND isfinite(offline_at) AND online_at < offline_at
        GROUP BY learner_id, lesson_id
    ) AS watched
    GROUP BY learner_id
"""

# Learners as an array: joined, each record of a class group that is new would meet all learners of it.
TALLIES = """
    SELECT lesson_id, status, count(*) AS learners
    FROM attendance
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND learner_id = ANY(ARRAY(
        SELECT learner_id FROM enrollments
        WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND withdrawn_at IS NULL
    ))
    GROUP BY lesson_id, status
"""

STAYING = """
    SELECT count(*) FROM enrollments
    WHERE platform = $1 AND class_group_id = $2 AND NOT deleted AND withdrawn_at IS NULL
"""


class LessonColumn(NamedTuple):
    lesson_id: LessonId
    title: str
    kind: LessonKind
    required: bool
    planned_minutes: int
    starts_at: datetime | None
    ends_at: datetime | None
    is_due: bool
    counts: Mapping[AttendanceStatus, int]
    """How many of those who have not withdrawn, by status."""
    staying: int
    """How many have not withdrawn."""

    @property
    def attendance_rate(self) -> Decimal | None:
        """Who attended ÷ who has not withdrawn. None: it is a film, it is not due, nobody is there."""
        if not self.is_due or not self.staying or self.kind is LessonKind.vod:
            return None
        attended = sum(number for status, number in self.counts.items() if status.is_attended)
        return shown_ratio(Fraction(attended, self.staying))


class LearnerRow(NamedTuple):
    learner_id: LearnerId
    name: str
    is_withdrawn: bool
    statuses: Sequence[AttendanceStatus | None]
    """In the order of the lessons; None: nothing was reported."""
    minutes: Sequence[int | None]
    """That learning records claim of films, overlapping or not; None of all else."""


class AttendanceMatrix(NamedTuple):
    lessons: Sequence[LessonColumn]
    """By their beginning, what has none last."""
    learners: Sequence[LearnerRow]
    """By learner id."""


async def attendance_matrix(
    session: ReadSession, key: ClassGroupKey, as_of: datetime, *, after: LearnerId | None = None, limit: int
) -> AttendanceMatrix:
    """All lessons, and the learners from behind `after`. The session should be repeatable."""
    connection = await driver(session)
    lessons = await connection.fetch(LESSONS, *key, as_of)
    learners = await connection.fetch(LEARNERS, *key, after or "", limit)
    tallies: defaultdict[str, dict[AttendanceStatus, int]] = defaultdict(dict)
    for lesson_id, status, number in await connection.fetch(TALLIES, *key):
        tallies[lesson_id][AttendanceStatus(status)] = number
    staying = await connection.fetchval(STAYING, *key)
    learner_ids = [row["learner_id"] for row in learners]
    statuses = _by_learner(await connection.fetch(STATUSES, *key, learner_ids))
    films = [row["lesson_id"] for row in lessons if row["kind"] == LessonKind.vod]
    watched = await connection.fetch(MINUTES, *key, learner_ids, films) if films else []
    minutes = {row[0]: dict(zip(row[1].split(" "), row[2], strict=True)) for row in watched}
    lesson_ids = [row["lesson_id"] for row in lessons]
    return AttendanceMatrix(
        [_column(row, tallies[row["lesson_id"]], staying) for row in lessons],
        [
            _row(row, lesson_ids, statuses.get(row["learner_id"], {}), minutes.get(row["learner_id"], {}))
            for row in learners
        ],
    )


def _by_learner(rows: Sequence[Any]) -> dict[str, dict[str, AttendanceStatus]]:
    known = {status.value: status for status in AttendanceStatus}
    return {
        learner_id: dict(zip(lesson_ids.split(" "), map(known.__getitem__, told.split(" ")), strict=True))
        for learner_id, lesson_ids, told in rows
    }


def _column(row: Any, tally: Mapping[AttendanceStatus, int], staying: int) -> LessonColumn:  # noqa: ANN401 (the driver's row)
    counts = {status: tally[status] for status in AttendanceStatus if status in tally}
    return LessonColumn(**{**row, "kind": LessonKind(row["kind"])}, counts=counts, staying=staying)


def _row(
    row: Any,  # noqa: ANN401 (likewise)
    lesson_ids: Sequence[str],
    statuses: Mapping[str, AttendanceStatus],
    minutes: Mapping[str, int],
) -> LearnerRow:
    told = list(map(statuses.get, lesson_ids)), list(map(minutes.get, lesson_ids))
    return LearnerRow(row["learner_id"], row["name"], row["is_withdrawn"], *told)
