"""Class groups as untidy as they come: overlaps, jumps, orphans, nights, the bounds of the period."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple, TypeVar

from hypothesis import strategies as st

from app.core.ids import LessonId
from app.core.vocabulary import AttendanceStatus, LessonKind, QuizAttempt
from app.rules.days import MINUTE
from app.rules.policy import Counting
from app.rules.records import (
    Attendance,
    EnrollmentRecords,
    ExamScore,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)
from tests.rules.examples import A_PERSON, at

Record = TypeVar("Record")

LESSON_IDS = ["A", "B", "C", "D"]
NAMED_LESSONS = st.sampled_from([*LESSON_IDS, *LESSON_IDS, "an-orphan"])
QUARTERS = st.one_of(st.integers(78, 102), st.integers(78, 102), st.integers(-4, 2 * 96 + 4))
"""Quarters of an hour: mostly between 19:30 and 1:30 of the first night, some outside the period."""
ODD_MICROSECONDS = st.sampled_from([0, 0, 0, 1, 333_333, 59_999_999])
EVENING = st.integers(0, 18).map(lambda tens: 1200 + 10 * tens)
TENS = st.integers(1, 9).map(lambda tens: 10 * tens)
"""Minutes."""
PLACES = st.sampled_from([0, 0, 1, 600_000, 1_800_000, 3_599_999])
"""Milliseconds into a video."""


class Example(NamedTuple):
    lessons: list[Lesson]
    records: EnrollmentRecords
    counting: Counting
    closed: bool
    as_of: int


@st.composite
def instants(draw: st.DrawFn) -> int:
    return at(15 * draw(QUARTERS)) + draw(ODD_MICROSECONDS)


@st.composite
def spans(draw: st.DrawFn) -> tuple[int, int]:
    start = draw(instants())
    return start, start + draw(st.integers(1, 12)) * 15 * MINUTE + draw(ODD_MICROSECONDS)


@st.composite
def lessons(draw: st.DrawFn) -> list[Lesson]:
    chosen = draw(st.lists(st.sampled_from(LESSON_IDS), unique=True, max_size=4))
    return [draw(one_lesson(LessonId(lesson_id))) for lesson_id in chosen]


@st.composite
def one_lesson(draw: st.DrawFn, lesson_id: LessonId) -> Lesson:
    kind = draw(st.sampled_from([LessonKind.live, LessonKind.vod, LessonKind.vod, LessonKind.offline]))
    planned = draw(st.sampled_from([1, 20, 45, 60, 120]))
    required = draw(st.sampled_from([True, True, False]))
    if kind is LessonKind.vod:
        return Lesson(lesson_id, lesson_id, kind, planned, required, None, None)
    start = draw(instants())
    length = max(planned, draw(st.sampled_from([60, 180]))) * MINUTE
    return Lesson(lesson_id, lesson_id, kind, planned, required, start, start + length)


@st.composite
def learning_records(draw: st.DrawFn, number: int) -> LearningRecord:
    online_at, offline_at = draw(spans())
    positions = draw(st.one_of(st.none(), st.tuples(PLACES, st.integers(1, 9_000_000))))
    return LearningRecord(
        session_id=f"session-{number}",
        lesson_id=draw(NAMED_LESSONS),
        online_at=online_at,
        offline_at=offline_at,
        position_from_ms=positions[0] if positions else None,
        position_to_ms=sum(positions) if positions else None,
        playback_rate=draw(st.sampled_from([None, *map(Decimal, ("0.3", "1", "1.25", "2", "16"))])),
    )


@st.composite
def attendances(draw: st.DrawFn, lesson_id: str) -> Attendance:
    signed_in_at, signed_out_at = draw(spans())
    return Attendance(
        lesson_id,
        draw(st.sampled_from(AttendanceStatus)),
        draw(st.sampled_from([signed_in_at, signed_in_at, None])),
        draw(st.sampled_from([signed_out_at, signed_out_at, signed_in_at, None])),
    )


@st.composite
def verifications(draw: st.DrawFn, number: int) -> Verification:
    return Verification(f"check-{number}", draw(NAMED_LESSONS), draw(instants()), draw(st.booleans()))


@st.composite
def quiz_answers(draw: st.DrawFn, number: int) -> QuizAnswer:
    asked_at = draw(st.sampled_from([at(0), at(1)]))
    return QuizAnswer(
        answer_id=f"answer-{number}",
        lesson_id=draw(NAMED_LESSONS),
        question_id=draw(st.sampled_from(["q1", "q2"])),
        attempt=draw(st.sampled_from([1, 2])),
        asked_at=asked_at,
        answered_at=draw(st.sampled_from([None, asked_at])),
        correct=draw(st.booleans()),
    )


@st.composite
def exam_scores(draw: st.DrawFn, number: int) -> ExamScore:
    score = draw(st.sampled_from(["59.99", "60", "61"]))
    return ExamScore(draw(st.sampled_from(["E1", "E2"])), number, Decimal(score), Decimal(60))


@st.composite
def countings(draw: st.DrawFn) -> Counting:
    return Counting(
        minutes_per_hour=Fraction(draw(st.sampled_from([45, 60]))),
        vod_attended_share=Fraction(draw(st.sampled_from(["0.8", "1", "0.333"]))),
        stop_at_failed_verification=draw(st.booleans()),
        quiz_attempt=draw(st.sampled_from(QuizAttempt)),
        daily_cap_minutes=draw(st.sampled_from([None, None, 50])),
    )


@st.composite
def examples(draw: st.DrawFn) -> Example:
    attended = draw(st.lists(st.sampled_from([*LESSON_IDS, "an-orphan"]), unique=True, max_size=4))
    records = EnrollmentRecords(
        enrollment=A_PERSON,
        attendance=[draw(attendances(lesson_id)) for lesson_id in attended],
        learning_records=draw(numbered(learning_records, 8)),
        verifications=draw(numbered(verifications, 4)),
        quiz_answers=draw(numbered(quiz_answers, 5)),
        exam_scores=draw(numbered(exam_scores, 3)),
        evaluation_submitted=draw(st.booleans()),
    )
    return Example(draw(lessons()), records, draw(countings()), draw(st.booleans()), draw(instants()))


@st.composite
def crowds(draw: st.DrawFn) -> Example:
    """Three or four lessons in the same three hours of an evening: each minute to one of them."""
    lesson_ids = LESSON_IDS[: draw(st.integers(3, 4))]
    records = [
        LearningRecord(f"session-{number}", lesson_id, at(start), at(start + minutes), None, None, None)
        for number, (lesson_id, start, minutes) in enumerate(
            draw(st.lists(st.tuples(st.sampled_from(lesson_ids), EVENING, TENS), min_size=3, max_size=9))
        )
    ]
    lessons = [
        draw(
            st.sampled_from(
                [
                    Lesson(LessonId(lesson_id), "", LessonKind.vod, planned, True, None, None),
                    Lesson(LessonId(lesson_id), "", LessonKind.live, planned, True, at(1200), at(1380)),
                ]
            )
        )
        for lesson_id in lesson_ids
        for planned in [draw(TENS)]
    ]
    counting = Counting(Fraction(45), Fraction("0.8"), daily_cap_minutes=draw(st.sampled_from([None, 60])))
    return Example(lessons, EnrollmentRecords(A_PERSON, learning_records=records), counting, True, at(0))


def numbered(
    record: Callable[[int], st.SearchStrategy[Record]], most: int
) -> st.SearchStrategy[list[Record]]:
    """A list of records, each with a number of its own to make its id from."""
    return st.integers(0, most).flatmap(
        lambda count: st.tuples(*[record(number) for number in range(count)]).map(list)
    )
