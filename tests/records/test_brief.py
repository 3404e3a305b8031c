"""What a judgement is loaded with says the same as all that is stored."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from app.core.ids import LearnerId
from app.db.models import QuizAnswer as QuizAnswerRow
from app.db.session import WriteSession
from app.records import repository as records
from app.rules.records import Attendance, Enrollment, EnrollmentRecords, LearningRecord, QuizAnswer
from tests.factories import feeds
from tests.factories.feeds import KEY, NINE_O_CLOCK, OTHER_KEY

NINE = 1_772_413_200_000_000
HOUR = 3_600_000_000
LI, ZHAO = LearnerId("L1"), LearnerId("L2")


async def in_brief(session: WriteSession, *learner_ids: LearnerId) -> list[EnrollmentRecords]:
    enrolled = [Enrollment(learner_id, None) for learner_id in learner_ids]
    return (await records.enrollment_records(session, {KEY: enrolled}, in_brief=True))[KEY]


async def put_answer(
    session: WriteSession, learner_id: LearnerId, lesson_id: str, question_id: str, **columns: object
) -> None:
    defaults = {"answer_id": f"{lesson_id}-{question_id}", "attempt": 1, "asked_at": NINE_O_CLOCK}
    row = {"lesson_id": lesson_id, "question_id": question_id, **defaults, **columns}
    await feeds.put(session, QuizAnswerRow, **KEY._asdict(), learner_id=learner_id, **row)


async def test_attendance_keeps_its_absent_instants(session: WriteSession) -> None:
    await feeds.put_attendance(session, LI, "S1", signed_in_at=NINE_O_CLOCK)
    await feeds.put_attendance(session, LI, "S2", status="absent")
    await feeds.put_attendance(session, LI, "S3", deleted=True)
    await feeds.put_attendance(session, LI, "S4", OTHER_KEY)
    (li,) = await in_brief(session, LI)
    assert sorted(li.attendance) == [
        Attendance("S1", "present", NINE, None),
        Attendance("S2", "absent", None, None),
    ]


async def test_learning_records_with_and_without_positions_stay_apart(session: WriteSession) -> None:
    positions: dict[str, Any] = {"position_from_ms": 1500, "position_to_ms": 61_500}
    await feeds.put_learning_record(session, LI, "S1", session_id="a", playback_rate=Decimal(2))
    await feeds.put_learning_record(session, LI, "S2", session_id="b", **positions, playback_rate=Decimal(1))
    await feeds.put_learning_record(session, LI, "S1", session_id="c", **positions, playback_rate=Decimal(2))
    await feeds.put_learning_record(session, ZHAO, "S1", session_id="d")
    li, zhao = await in_brief(session, LI, ZHAO)
    assert set(li.learning_records) == {
        LearningRecord("", "S1", NINE, NINE + HOUR, None, None, None),
        LearningRecord("", "S1", NINE, NINE + HOUR, 1500, 61_500, Decimal(2)),
        LearningRecord("", "S2", NINE, NINE + HOUR, 1500, 61_500, None),
    }
    assert len(li.learning_records) == 3
    assert list(zhao.learning_records) == [LearningRecord("", "S1", NINE, NINE + HOUR, None, None, None)]


async def test_of_a_question_asked_once_only_whether_it_is_right_is_told(session: WriteSession) -> None:
    later = NINE_O_CLOCK + timedelta(minutes=1)
    await put_answer(session, LI, "S1", "Q1", answered_at=later, correct=True)
    await put_answer(session, LI, "S1", "Q2", answered_at=None, correct=True)
    await put_answer(session, LI, "S2", "Q1", answered_at=later, correct=False)
    (li,) = await in_brief(session, LI)
    assert sorted(li.quiz_answers) == [
        QuizAnswer("", "S1", "Q1", 1, 0, 0, True),
        QuizAnswer("", "S1", "Q2", 1, 0, 0, False),
        QuizAnswer("", "S2", "Q1", 1, 0, 0, False),
    ]


async def test_answers_are_whole_where_a_question_was_asked_twice(session: WriteSession) -> None:
    later = NINE_O_CLOCK + timedelta(minutes=1)
    for learner_id in (LI, ZHAO):
        await put_answer(session, learner_id, "S1", "Q1", answered_at=later, correct=True)
    await put_answer(
        session, ZHAO, "S1", "Q1", answer_id="again", attempt=2, answered_at=later, correct=False
    )
    li, zhao = await in_brief(session, LI, ZHAO)
    assert list(li.quiz_answers) == [QuizAnswer("", "S1", "Q1", 1, 0, 0, True)]
    (whole,) = (await records.enrollment_records(session, {KEY: [Enrollment(ZHAO, None)]}))[KEY]
    assert sorted(zhao.quiz_answers) == sorted(whole.quiz_answers)
    assert {answer.attempt for answer in zhao.quiz_answers} == {1, 2}
