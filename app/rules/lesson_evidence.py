"""The hours explained: lesson by lesson which record counted, how much, and why the rest did not.

Read from the studies that the facts were added up from. Each instant is ascribed to the first record that
proves it, so what the records of a lesson counted adds up to what the lesson is credited.
"""

from collections.abc import Iterator
from enum import StrEnum, auto
from typing import NamedTuple

from app.rules.ascription import Ascription, LeftOut, Watched
from app.rules.facts import Account
from app.rules.intervals import Span, length
from app.rules.presence import ATTENDED, signed_span
from app.rules.reasons import Reason
from app.rules.records import Attendance, LearningRecord, Lesson
from app.rules.study import Study, is_attended, is_completed
from app.rules.timetable import PlannedLesson, Timetable


class SourceKind(StrEnum):
    learning_record = auto()
    attendance = auto()


class SourceEvidence(NamedTuple):
    """One learning record, or the sign-in and sign-out of an attendance record."""

    kind: SourceKind
    session_id: str | None
    span: Span
    counted: int
    left_out: tuple[LeftOut, ...]
    watched: Watched | None
    """Of a VOD record with positions."""


class LessonEvidence(NamedTuple):
    """One lesson of one learner, times in microseconds."""

    lesson: Lesson
    outside_rates: Reason | None
    """Why the rates leave this lesson out; None if they count it."""
    is_attended: bool
    attendance_status: str | None
    attendance_reason: Reason
    is_completed: bool
    stops: tuple[Span, ...]
    """When failed verifications stopped the clock, where the policy lets them."""
    wall: int
    media: int | None
    counted: int
    credited: int
    sources: tuple[SourceEvidence, ...]


def lesson_evidence(timetable: Timetable, account: Account) -> tuple[LessonEvidence, ...]:
    """All lessons of the timetable, in its order."""
    return tuple(_lesson(timetable, plan, account) for plan in timetable.lessons.values())


def _lesson(timetable: Timetable, plan: PlannedLesson, account: Account) -> LessonEvidence:
    study = account.studies.get(plan.lesson_id) or Study.nothing(plan)
    return LessonEvidence(
        lesson=plan.lesson,
        outside_rates=_outside_rates(plan),
        is_attended=is_attended(study),
        attendance_status=study.attendance.status if study.attendance else None,
        attendance_reason=_attendance_reason(study),
        is_completed=is_completed(study),
        stops=tuple(study.stops),
        wall=study.wall,
        media=study.media,
        counted=study.counted,
        credited=study.credited,
        sources=tuple(
            _sources(study, Ascription(timetable, study, account.studies.values(), account.person))
        ),
    )


def _outside_rates(plan: PlannedLesson) -> Reason | None:
    if plan.is_required:
        return None
    return Reason.not_due if plan.lesson.required else Reason.not_required


def _attendance_reason(study: Study) -> Reason:
    attendance = study.attendance
    if attendance is not None and attendance.status in ATTENDED:
        return Reason.attendance_record
    if is_attended(study):
        return Reason.vod_time
    return Reason(attendance.status) if attendance else Reason.no_attendance_record


def _sources(study: Study, ascription: Ascription) -> Iterator[SourceEvidence]:
    """By time, the sign-in last: the order in which instants and positions are ascribed."""
    for record in sorted(study.records, key=lambda record: (record.online_at, record.session_id)):
        yield _learning_record(record, ascription)
    if study.attendance is not None:
        yield from _sign_in(study, study.attendance, ascription)


def _learning_record(record: LearningRecord, ascription: Ascription) -> SourceEvidence:
    span = (record.online_at, record.offline_at)
    counted, left_out = ascription.time_of(span)
    return SourceEvidence(
        SourceKind.learning_record,
        record.session_id,
        span,
        counted,
        left_out,
        ascription.positions_of(record),
    )


def _sign_in(study: Study, attendance: Attendance, ascription: Ascription) -> Iterator[SourceEvidence]:
    """Nothing where the attendance record names no time."""
    times = [time for time in (attendance.signed_in_at, attendance.signed_out_at) if time is not None]
    if not times:
        return
    span = (times[0], times[-1])
    if signed_span(study.plan, attendance):
        counted, left_out = ascription.time_of(span)
    else:
        counted, left_out = 0, (LeftOut(_no_presence(study, attendance), length([span])),)
    yield SourceEvidence(SourceKind.attendance, None, span, counted, left_out, None)


def _no_presence(study: Study, attendance: Attendance) -> Reason:
    if study.plan.is_vod:
        return Reason.vod_sign_in
    return Reason.no_sign_in_and_out if attendance.status in ATTENDED else Reason(attendance.status)
