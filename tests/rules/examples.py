"""Small class groups to judge, and a policy to judge by. Times are minutes since 00:00 of the first day."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from app.core.ids import ClassGroupId, LearnerId, LessonId, PlatformCode
from app.core.vocabulary import LessonKind
from app.rules.days import MINUTE, start_of_day
from app.rules.loader import load_packs
from app.rules.policy import PolicyVersion
from app.rules.records import (
    Attendance,
    ClassGroup,
    Enrollment,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)
from app.rules.timetable import Timetable, draw_up

FIRST_DAY = date(2026, 3, 2)
LAST_DAY = date(2026, 3, 3)
A_PERSON = Enrollment(LearnerId("L1"), None)


@cache
def standard() -> PolicyVersion:
    version = load_packs().version_for("standard", FIRST_DAY)
    assert version is not None
    return version


def counting(**otherwise: Any) -> PolicyVersion:  # noqa: ANN401 - any counting parameter
    """The standard version, but counting otherwise."""
    return replace(standard(), counting=replace(standard().counting, **otherwise))


def minutes(number: int) -> int:
    return number * MINUTE


def at(minute: int) -> int:
    return start_of_day(FIRST_DAY) + minute * MINUTE


def class_group(*, closed: bool = True, exam_ids: Sequence[str] = ()) -> ClassGroup:
    """A class group of two days."""
    return ClassGroup(
        platform=PlatformCode("P1"),
        class_group_id=ClassGroupId("C1"),
        programme="standard",
        starts_on=FIRST_DAY,
        ends_on=LAST_DAY,
        exam_ids=exam_ids,
        closed_at=at(100_000) if closed else None,
    )


def live(
    lesson_id: str, starts: int, minutes: int = 60, *, planned: int | None = None, required: bool = True
) -> Lesson:
    return Lesson(
        LessonId(lesson_id),
        lesson_id,
        LessonKind.live,
        planned or minutes,
        required,
        at(starts),
        at(starts + minutes),
    )


def vod(lesson_id: str, planned: int = 60, *, required: bool = True) -> Lesson:
    return Lesson(LessonId(lesson_id), lesson_id, LessonKind.vod, planned, required, None, None)


def present(lesson_id: str, signed_in: int | None = None, signed_out: int | None = None) -> Attendance:
    return Attendance(
        lesson_id,
        "present",
        None if signed_in is None else at(signed_in),
        None if signed_out is None else at(signed_out),
    )


def online(
    lesson_id: str,
    start: int,
    end: int,
    positions: tuple[int, int] | None = None,
    rate: str | None = None,
) -> LearningRecord:
    """Positions in seconds."""
    return LearningRecord(
        session_id=f"{lesson_id}-{start}-{end}",
        lesson_id=lesson_id,
        online_at=at(start),
        offline_at=at(end),
        position_from_ms=None if positions is None else positions[0] * 1000,
        position_to_ms=None if positions is None else positions[1] * 1000,
        playback_rate=None if rate is None else Decimal(rate),
    )


def check(lesson_id: str, minute: int, *, passed: bool) -> Verification:
    return Verification(f"{lesson_id}-{minute}-{passed}", lesson_id, at(minute), passed)


def answer(lesson_id: str, question_id: str, *, right: bool = True, attempt: int = 1) -> QuizAnswer:
    return QuizAnswer(
        f"{lesson_id}-{question_id}-{attempt}", lesson_id, question_id, attempt, at(0), at(1), right
    )


def timetable(
    lessons: Sequence[Lesson],
    *,
    version: PolicyVersion | None = None,
    closed: bool = True,
    as_of: int = 100_000,
    exam_ids: Sequence[str] = (),
) -> Timetable:
    return draw_up(version or standard(), class_group(closed=closed, exam_ids=exam_ids), lessons, at(as_of))
