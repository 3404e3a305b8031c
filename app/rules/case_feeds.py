"""The small feeds of a case: what a platform would send of one learner in one class group (contract.md).

Ids of class group and learner are left out, and each record stands as its newest revision would. The class
group is closed as its last day ends.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple, TypeVar

from app.core.ids import ClassGroupId, LearnerId, LessonId, PlatformCode
from app.core.vocabulary import AttendanceStatus, LessonKind
from app.rules.facts import Facts, account_for
from app.rules.nodes import Fields, Wrong
from app.rules.policy import PolicyVersion
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
from app.rules.timetable import draw_up, period_of
from app.rules.values import choice_of, read_day, read_flag, read_number, read_words

Value = TypeVar("Value")

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LEARNER = LearnerId("L1")
FEEDS = {
    "class-groups": {"ends_on", "exam_ids"},
    "lessons": {
        *("lesson_id", "course_id", "title", "kind", "planned_minutes", "required", "starts_at", "ends_at"),
    },
    "enrollments": {"employment", "withdrawn_at"},
    "attendance": {"lesson_id", "status", "method", "signed_in_at", "signed_out_at"},
    "learning-records": {
        *("session_id", "lesson_id", "online_at", "offline_at"),
        *("position_from", "position_to", "playback_rate"),
    },
    "verifications": {"verification_id", "lesson_id", "issued_at", "passed"},
    "quiz-answers": {
        *("answer_id", "lesson_id", "question_id", "attempt", "asked_at", "answered_at", "correct"),
    },
    "exam-scores": {"exam_id", "attempt", "score", "pass_score"},
    "evaluations": {"submitted_at"},
}
"""What a case may write of each feed."""


class CaseFeeds(NamedTuple):
    ends_on: date
    exam_ids: tuple[str, ...]
    lessons: tuple[Lesson, ...]
    records: EnrollmentRecords

    def facts(self, version: PolicyVersion, starts_on: date) -> Facts:
        """Counted by the code that judges, once the class group is closed."""
        class_group = ClassGroup(
            platform=PlatformCode("case"),
            class_group_id=ClassGroupId("C1"),
            programme=version.programme,
            starts_on=starts_on,
            ends_on=self.ends_on,
            exam_ids=self.exam_ids,
            closed_at=None,
        )
        _, over = period_of(class_group)
        closed = class_group._replace(closed_at=over)
        return account_for(draw_up(version, closed, self.lessons, over), self.records).facts


def read_feeds(fields: Fields) -> CaseFeeds:
    fields.allow(FEEDS)
    of = {feed: _entries(fields, feed) for feed in FEEDS}
    if len(of["class-groups"]) > 1 or len(of["enrollments"]) > 1:
        fields.note(
            None,
            "班级（class-groups）与花名册条目（enrollments）各至多一个。",
            "At most one class group and one enrollment belong here.",
        )
    [class_group, *_] = of["class-groups"] or [fields.fields("class-groups")]
    return CaseFeeds(
        ends_on=class_group.read("ends_on", read_day, date.max),
        exam_ids=class_group.texts("exam_ids", read_words),
        lessons=tuple([_lesson(entry) for entry in of["lessons"]]),
        records=EnrollmentRecords(
            enrollment=next(map(_enrollment, of["enrollments"]), Enrollment(LEARNER, None)),
            attendance=[_attendance(entry) for entry in of["attendance"]],
            learning_records=[_learning_record(entry) for entry in of["learning-records"]],
            verifications=[_verification(entry) for entry in of["verifications"]],
            quiz_answers=[_quiz_answer(entry) for entry in of["quiz-answers"]],
            exam_scores=[_exam_score(entry) for entry in of["exam-scores"]],
            evaluation_submitted=bool(of["evaluations"]),
            face_sign_ins={
                _id(entry, "lesson_id")
                for entry in of["attendance"]
                if _optional(entry, "method", read_words) == "face"
            },
        ),
    )


def _entries(fields: Fields, feed: str) -> list[Fields]:
    entries = fields.entries(feed) if fields.has(feed) else []
    for entry in entries:
        entry.allow(FEEDS[feed])
    return entries


def _optional(entry: Fields, name: str, reader: Callable[[str], Value]) -> Value | None:
    return entry.read(name, reader, None) if entry.has(name) else None


def _id(entry: Fields, name: str) -> str:
    return entry.read(name, read_words, "")


def _instant(entry: Fields, name: str) -> int:
    return entry.read(name, read_instant, 0)


def _lesson(entry: Fields) -> Lesson:
    required = _optional(entry, "required", read_flag)
    return Lesson(
        lesson_id=LessonId(_id(entry, "lesson_id")),
        title=_optional(entry, "title", read_words) or "",
        kind=entry.read("kind", choice_of(LessonKind), LessonKind.vod),
        planned_minutes=entry.read("planned_minutes", _whole, 1),
        required=required is not False,
        starts_at=_optional(entry, "starts_at", read_instant),
        ends_at=_optional(entry, "ends_at", read_instant),
        course_id=_optional(entry, "course_id", read_words),
    )


def _enrollment(entry: Fields) -> Enrollment:
    return Enrollment(
        LEARNER,
        _optional(entry, "withdrawn_at", read_instant),
        _optional(entry, "employment", read_words),
    )


def _attendance(entry: Fields) -> Attendance:
    return Attendance(
        lesson_id=_id(entry, "lesson_id"),
        status=entry.read("status", choice_of(AttendanceStatus), AttendanceStatus.absent).value,
        signed_in_at=_optional(entry, "signed_in_at", read_instant),
        signed_out_at=_optional(entry, "signed_out_at", read_instant),
    )


def _learning_record(entry: Fields) -> LearningRecord:
    return LearningRecord(
        session_id=_id(entry, "session_id"),
        lesson_id=_id(entry, "lesson_id"),
        online_at=_instant(entry, "online_at"),
        offline_at=_instant(entry, "offline_at"),
        position_from_ms=_optional(entry, "position_from", _milliseconds),
        position_to_ms=_optional(entry, "position_to", _milliseconds),
        playback_rate=_optional(entry, "playback_rate", _decimal),
    )


def _verification(entry: Fields) -> Verification:
    return Verification(
        verification_id=_id(entry, "verification_id"),
        lesson_id=_id(entry, "lesson_id"),
        issued_at=_instant(entry, "issued_at"),
        passed=entry.read("passed", read_flag, False),
    )


def _quiz_answer(entry: Fields) -> QuizAnswer:
    return QuizAnswer(
        answer_id=_id(entry, "answer_id"),
        lesson_id=_id(entry, "lesson_id"),
        question_id=_id(entry, "question_id"),
        attempt=_optional(entry, "attempt", _whole) or 1,
        asked_at=_instant(entry, "asked_at"),
        answered_at=_optional(entry, "answered_at", read_instant),
        correct=entry.read("correct", read_flag, False),
    )


def _exam_score(entry: Fields) -> ExamScore:
    return ExamScore(
        exam_id=_id(entry, "exam_id"),
        attempt=_optional(entry, "attempt", _whole) or 1,
        score=entry.read("score", _decimal, Decimal()),
        pass_score=entry.read("pass_score", _decimal, Decimal()),
    )


def read_instant(text: str) -> int:
    """RFC 3339 with an offset, as microseconds.

    >>> read_instant("1970-01-01T08:00:01+08:00")
    1000000
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise Wrong(
            "时刻应写作 2020-03-02T09:00:00+08:00。", "A moment is written 2020-03-02T09:00:00+08:00."
        )
    return (moment - EPOCH) // timedelta(microseconds=1)


def _whole(text: str) -> int:
    number = read_number(text)
    if number.denominator != 1:
        raise Wrong("应为整数。", "A whole number belongs here.")
    return int(number)


def _decimal(text: str) -> Decimal:
    read_number(text)
    return Decimal(text)


def _milliseconds(text: str) -> int:
    return int(read_number(text) * 1000)
