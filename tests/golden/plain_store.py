"""Revisions and tombstones in a few lines (semantics.md §2): the rules are tried without a database."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from app.core.ids import ClassGroupId, LearnerId, LessonId, PlatformCode
from app.core.vocabulary import LessonKind
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

KEYS = {
    "class-groups": ("class_group_id",),
    "lessons": ("class_group_id", "lesson_id"),
    "enrollments": ("class_group_id", "learner_id"),
    "attendance": ("class_group_id", "learner_id", "lesson_id"),
    "learning-records": ("class_group_id", "learner_id", "session_id"),
    "verifications": ("class_group_id", "learner_id", "verification_id"),
    "quiz-answers": ("class_group_id", "learner_id", "answer_id"),
    "exam-scores": ("class_group_id", "learner_id", "exam_id", "attempt"),
    "evaluations": ("class_group_id", "learner_id"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Record = Mapping[str, Any]


class ClassGroupRecords(NamedTuple):
    """A class group whole."""

    class_group: ClassGroup
    lessons: Sequence[Lesson]
    enrollments: Sequence[EnrollmentRecords]


class PlainStore:
    """The highest revision of each record, whatever the order of delivery."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, ...], Record] = {}

    def deliver(self, feed: str, record: Record) -> None:
        if feed not in KEYS:
            return
        key = (feed, *[str(record[field]) for field in KEYS[feed]])
        stored = self._records.get(key)
        if stored is None or record.get("revision", 0) > stored.get("revision", 0):
            self._records[key] = record

    def class_group(self, class_group_id: str) -> ClassGroupRecords:
        [stored] = self._of("class-groups", class_group_id)
        return ClassGroupRecords(
            class_group=ClassGroup(
                platform=PlatformCode("golden"),
                class_group_id=ClassGroupId(class_group_id),
                programme=stored["programme"],
                starts_on=date.fromisoformat(stored["starts_on"]),
                ends_on=date.fromisoformat(stored["ends_on"]),
                exam_ids=stored.get("exam_ids") or [],
                closed_at=instant(stored.get("closed_at")),
            ),
            lessons=[_lesson(record) for record in self._of("lessons", class_group_id)],
            enrollments=[self._enrollment(record) for record in self._of("enrollments", class_group_id)],
        )

    def _of(self, feed: str, *owner: str) -> list[Record]:
        return [
            record
            for key, record in self._records.items()
            if key[: 1 + len(owner)] == (feed, *owner) and not record.get("deleted")
        ]

    def _enrollment(self, enrollment: Record) -> EnrollmentRecords:
        owner = (enrollment["class_group_id"], enrollment["learner_id"])
        return EnrollmentRecords(
            enrollment=Enrollment(LearnerId(owner[1]), instant(enrollment.get("withdrawn_at"))),
            attendance=[_attendance(record) for record in self._of("attendance", *owner)],
            learning_records=[_learning_record(record) for record in self._of("learning-records", *owner)],
            verifications=[_verification(record) for record in self._of("verifications", *owner)],
            quiz_answers=[_quiz_answer(record) for record in self._of("quiz-answers", *owner)],
            exam_scores=[_exam_score(record) for record in self._of("exam-scores", *owner)],
            evaluation_submitted=bool(self._of("evaluations", *owner)),
        )


def instant(text: str | None) -> int | None:
    return None if text is None else moment(text)


def moment(text: str) -> int:
    return (datetime.fromisoformat(text) - EPOCH) // timedelta(microseconds=1)


def _lesson(record: Record) -> Lesson:
    required = record.get("required")
    return Lesson(
        lesson_id=LessonId(record["lesson_id"]),
        title=record["title"],
        kind=LessonKind(record["kind"]),
        planned_minutes=record["planned_minutes"],
        required=True if required is None else required,
        starts_at=instant(record.get("starts_at")),
        ends_at=instant(record.get("ends_at")),
    )


def _attendance(record: Record) -> Attendance:
    return Attendance(
        record["lesson_id"],
        record["status"],
        instant(record.get("signed_in_at")),
        instant(record.get("signed_out_at")),
    )


def _learning_record(record: Record) -> LearningRecord:
    return LearningRecord(
        session_id=record["session_id"],
        lesson_id=record["lesson_id"],
        online_at=moment(record["online_at"]),
        offline_at=moment(record["offline_at"]),
        position_from_ms=milliseconds(record.get("position_from")),
        position_to_ms=milliseconds(record.get("position_to")),
        playback_rate=decimal(record.get("playback_rate")),
    )


def _verification(record: Record) -> Verification:
    return Verification(
        record["verification_id"], record["lesson_id"], moment(record["issued_at"]), record["passed"]
    )


def _quiz_answer(record: Record) -> QuizAnswer:
    return QuizAnswer(
        answer_id=record["answer_id"],
        lesson_id=record["lesson_id"],
        question_id=record["question_id"],
        attempt=record.get("attempt") or 1,
        asked_at=moment(record["asked_at"]),
        answered_at=instant(record.get("answered_at")),
        correct=record["correct"],
    )


def _exam_score(record: Record) -> ExamScore:
    return ExamScore(
        record["exam_id"], record["attempt"], Decimal(record["score"]), Decimal(record["pass_score"])
    )


def milliseconds(seconds: Decimal | int | None) -> int | None:
    return None if seconds is None else int(seconds * 1000)


def decimal(number: Decimal | int | None) -> Decimal | None:
    return None if number is None else Decimal(number)


def delivered(feeds: Iterable[tuple[str, Record]]) -> PlainStore:
    store = PlainStore()
    for feed, record in feeds:
        store.deliver(feed, record)
    return store
