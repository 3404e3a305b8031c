"""Who taught the lessons of a class group, as its platform has reported it."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.ids import ClassGroupKey, LessonId
from app.core.vocabulary import LessonKind
from app.db.session import ReadSession, driver
from app.privacy.fields import Personal, PersonalKind

LESSONS = """
    SELECT lessons.lesson_id, title, kind, required, planned_minutes, starts_at, lessons.ends_at,
           instructor_id, taught.instructor_name, qualification, started_at, ended_at
    FROM lessons
    LEFT JOIN teaching_records AS taught
      ON taught.platform = lessons.platform AND taught.class_group_id = lessons.class_group_id
     AND taught.lesson_id = lessons.lesson_id AND NOT taught.deleted
    WHERE lessons.platform = $1 AND lessons.class_group_id = $2 AND NOT lessons.deleted
    ORDER BY starts_at NULLS LAST, lessons.lesson_id COLLATE "C", started_at, instructor_id
"""


class Taught(NamedTuple):
    """One teaching record."""

    instructor_id: str
    instructor_name: Personal
    qualification: str | None
    started_at: datetime
    ended_at: datetime


class TaughtLesson(NamedTuple):
    lesson_id: LessonId
    title: str
    kind: LessonKind
    required: bool
    planned_minutes: int
    starts_at: datetime | None
    ends_at: datetime | None
    taught: Sequence[Taught]
    """Empty: no teaching record has come."""


async def taught_lessons(session: ReadSession, key: ClassGroupKey) -> list[TaughtLesson]:
    """By their beginning, what has none last."""
    found: dict[str, TaughtLesson] = {}
    records: dict[str, list[Taught]] = {}
    for row in await (await driver(session)).fetch(LESSONS, *key):
        of_one = records.setdefault(row["lesson_id"], [])
        planned = {name: row[name] for name in TaughtLesson._fields[:-1]}
        found.setdefault(
            row["lesson_id"], TaughtLesson(**planned | {"kind": LessonKind(row["kind"])}, taught=of_one)
        )
        if row["instructor_id"] is not None:
            told = {name: row[name] for name in Taught._fields}
            whose = Personal(PersonalKind.name, told.pop("instructor_name"))
            of_one.append(Taught(**told, instructor_name=whose))
    return list(found.values())
