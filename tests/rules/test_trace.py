"""The explanation adds up to the decision, and names the reason of everything it leaves out."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from hypothesis import given

from app.core.vocabulary import Feed
from app.rules.assessment import assess_enrollment
from app.rules.days import MINUTE
from app.rules.lesson_evidence import LessonEvidence, SourceKind
from app.rules.policy import PolicyVersion
from app.rules.reasons import Reason
from app.rules.records import Attendance, EnrollmentRecords, ExamScore, Lesson
from app.rules.trace import Trace, explain_enrollment
from tests.rules.examples import (
    A_PERSON,
    answer,
    at,
    check,
    counting,
    live,
    minutes,
    online,
    present,
    timetable,
    vod,
)
from tests.rules.strategies import Example, examples
from tests.rules.test_facts import timetable_of


def explain(
    lessons: Sequence[Lesson],
    version: PolicyVersion | None = None,
    **records: Any,  # noqa: ANN401 - lists of records
) -> Trace:
    return explain_enrollment(timetable(lessons, version=version), EnrollmentRecords(A_PERSON, **records))


def left_out(lesson: LessonEvidence) -> set[tuple[Reason, int]]:
    """With whole minutes."""
    parts = [part for source in lesson.sources for part in source.left_out]
    assert all(part.amount % MINUTE == 0 for part in parts)
    return {(part.reason, int(part.amount // MINUTE)) for part in parts}


def marks(score: str) -> tuple[Decimal, Decimal]:
    return Decimal(score), Decimal(60)


@given(examples())
def test_the_trace_adds_up_to_the_facts(example: Example) -> None:
    trace = explain_enrollment(timetable_of(example), example.records)
    facts = trace.judgement.facts
    over_the_cap = sum(part.amount for day in trace.days for part in day.left_out)
    counted_in = [lesson for lesson in trace.lessons if lesson.outside_rates is None]
    assert sum(lesson.credited for lesson in trace.lessons) - over_the_cap == facts.credited
    assert sum(lesson.counted - lesson.credited for lesson in trace.lessons) == facts.overlap
    assert len(counted_in) == facts.required_lessons
    assert sum(lesson.is_attended for lesson in counted_in) == facts.attended_lessons
    assert sum(lesson.is_completed for lesson in counted_in) == facts.lessons_completed
    assert len(trace.questions) == facts.questions_asked
    assert sum(question.is_right for question in trace.questions) == facts.questions_correct
    assert sum(exam.reason is not Reason.exam_not_named for exam in trace.exams) == facts.exams_required
    assert sum(exam.is_passed for exam in trace.exams) == facts.exams_passed
    assert len(trace.checks) == facts.verifications_issued
    assert sum(check.reason is None for check in trace.checks) == facts.verifications_passed


@given(examples())
def test_the_records_of_a_lesson_add_up_to_what_it_is_credited(example: Example) -> None:
    for lesson in explain_enrollment(timetable_of(example), example.records).lessons:
        assert sum(source.counted for source in lesson.sources) == lesson.credited


@given(examples())
def test_what_counted_and_what_did_not_is_the_whole_record(example: Example) -> None:
    for lesson in explain_enrollment(timetable_of(example), example.records).lessons:
        for source in lesson.sources:
            parts = source.counted + sum(part.amount for part in source.left_out)
            assert parts == source.span[1] - source.span[0]


@given(examples())
def test_what_was_watched_and_what_was_not_is_all_that_was_claimed(example: Example) -> None:
    for lesson in explain_enrollment(timetable_of(example), example.records).lessons:
        for watched in (source.watched for source in lesson.sources if source.watched):
            parts = watched.newly_covered + sum(part.amount for part in watched.left_out)
            assert parts == watched.claimed


@given(examples())
def test_the_trace_explains_the_very_judgement(example: Example) -> None:
    bench = timetable_of(example)
    assert explain_enrollment(bench, example.records).judgement == assess_enrollment(bench, example.records)


class TestTime:
    def test_outside_the_period_and_the_timetable(self) -> None:
        [lesson] = explain([live("A", 0)], learning_records=[online("A", -30, 70)]).lessons
        assert left_out(lesson) == {(Reason.outside_period, 30), (Reason.outside_timetable, 10)}
        assert lesson.credited == minutes(60)

    def test_after_a_failed_verification(self) -> None:
        trace = explain(
            [live("A", 0)],
            counting(stop_at_failed_verification=True),
            learning_records=[online("A", 0, 60)],
            verifications=[check("A", 20, passed=False), check("A", 50, passed=True)],
        )
        [lesson] = trace.lessons
        assert left_out(lesson) == {(Reason.failed_verification, 30)}
        assert lesson.stops == ((at(20), at(50)),)

    def test_the_same_time_in_two_records_of_a_lesson(self) -> None:
        records = [online("A", 0, 40), online("A", 30, 60)]
        [lesson] = explain([live("A", 0)], learning_records=records).lessons
        assert left_out(lesson) == {(Reason.same_time_as_another_record, 10)}

    def test_a_sign_in_proves_what_no_learning_record_does(self) -> None:
        trace = explain(
            [live("A", 0)], attendance=[present("A", 0, 60)], learning_records=[online("A", 0, 40)]
        )
        counted = {source.kind: source.counted for source in trace.lessons[0].sources}
        assert counted == {SourceKind.learning_record: minutes(40), SourceKind.attendance: minutes(20)}

    def test_a_minute_of_another_lesson_names_that_lesson(self) -> None:
        records = [online("A", 0, 60), online("V", 0, 60)]
        _, video = explain([live("A", 0), vod("V")], learning_records=records).lessons
        [source] = video.sources
        assert [(part.reason, part.lesson_id) for part in source.left_out] == [
            (Reason.credited_to_another_lesson, "A")
        ]

    def test_over_the_planned_minutes(self) -> None:
        [lesson] = explain([vod("V", 60)], learning_records=[online("V", 0, 90)]).lessons
        assert left_out(lesson) == {(Reason.over_planned_minutes, 30)}

    def test_over_the_planned_minutes_of_a_video_seen_whole(self) -> None:
        records = [online("V", 0, 90, (0, 3600))]
        [lesson] = explain([vod("V", 60)], learning_records=records).lessons
        assert left_out(lesson) == {(Reason.over_planned_minutes, 30)}

    def test_over_the_daily_cap(self) -> None:
        trace = explain([vod("V", 60)], counting(daily_cap_minutes=40), learning_records=[online("V", 0, 60)])
        [day] = trace.days
        assert [(part.reason, part.amount) for part in day.left_out] == [(Reason.daily_cap, minutes(20))]


class TestVideo:
    def test_a_part_watched_before(self) -> None:
        records = [online("V", 0, 40, (0, 2400)), online("V", 60, 100, (0, 2400))]
        [lesson] = explain([vod("V")], learning_records=records).lessons
        first, again = lesson.sources
        assert first.watched is not None
        assert again.watched is not None
        assert first.watched.newly_covered == minutes(40)
        assert [(part.reason, part.amount) for part in again.watched.left_out] == [
            (Reason.position_already_covered, minutes(40))
        ]
        assert [part.reason for part in again.left_out] == [Reason.nothing_new_covered]

    def test_a_jump(self) -> None:
        [lesson] = explain([vod("V")], learning_records=[online("V", 0, 10, (0, 3600))]).lessons
        [source] = lesson.sources
        assert source.watched is not None
        assert [(part.reason, part.amount) for part in source.watched.left_out] == [
            (Reason.faster_than_playback_rate, minutes(50))
        ]

    def test_what_played_before_the_period(self) -> None:
        [lesson] = explain([vod("V")], learning_records=[online("V", -30, 30, (0, 3600))]).lessons
        [source] = lesson.sources
        assert source.watched is not None
        assert [(part.reason, part.amount) for part in source.watched.left_out] == [
            (Reason.passed_while_not_present, minutes(30))
        ]


class TestAttendance:
    def test_times_on_an_absent_record(self) -> None:
        absent = Attendance("A", "absent", at(0), at(60))
        [lesson] = explain([live("A", 0)], attendance=[absent]).lessons
        assert (lesson.is_attended, lesson.attendance_reason) == (False, Reason.absent)
        assert left_out(lesson) == {(Reason.absent, 60)}

    def test_a_sign_in_to_a_video(self) -> None:
        [lesson] = explain([vod("V")], attendance=[present("V", 0, 60)]).lessons
        assert lesson.attendance_reason is Reason.attendance_record
        assert left_out(lesson) == {(Reason.vod_sign_in, 60)}

    def test_a_sign_in_without_sign_out(self) -> None:
        [lesson] = explain([live("A", 0)], attendance=[present("A", 0)]).lessons
        assert left_out(lesson) == {(Reason.no_sign_in_and_out, 0)}

    def test_a_video_attended_by_its_time(self) -> None:
        [lesson] = explain([vod("V")], learning_records=[online("V", 0, 48)]).lessons
        assert (lesson.is_attended, lesson.attendance_reason) == (True, Reason.vod_time)

    def test_no_record_at_all(self) -> None:
        [lesson] = explain([live("A", 0)]).lessons
        assert (lesson.is_attended, lesson.attendance_reason) == (False, Reason.no_attendance_record)

    def test_lessons_that_the_rates_leave_out(self) -> None:
        lessons = [live("A", 0), live("B", 60, required=False), live("C", 120)]
        trace = explain_enrollment(timetable(lessons, closed=False, as_of=120), EnrollmentRecords(A_PERSON))
        assert [lesson.outside_rates for lesson in trace.lessons] == [
            None,
            Reason.not_required,
            Reason.not_due,
        ]


class TestAnswersExamsAndChecks:
    def test_an_attempt_that_does_not_decide(self) -> None:
        answers = [answer("A", "q", right=False), answer("A", "q", attempt=2)]
        [question] = explain([live("A", 0)], quiz_answers=answers).questions
        assert [(attempt.decides, attempt.reason) for attempt in question.attempts] == [
            (True, Reason.wrong_answer),
            (False, Reason.another_attempt_decides),
        ]

    def test_a_prompt_never_answered(self) -> None:
        asked = answer("A", "q")._replace(answered_at=None)
        [question] = explain([live("A", 0)], quiz_answers=[asked]).questions
        assert [attempt.reason for attempt in question.attempts] == [Reason.unanswered]

    def test_exams_passed_failed_untaken_and_unasked(self) -> None:
        scores = [ExamScore("passed", 1, *marks("60")), ExamScore("failed", 1, *marks("59.99"))]
        records = EnrollmentRecords(A_PERSON, exam_scores=[*scores, ExamScore("unasked", 1, *marks("100"))])
        bench = timetable([live("A", 0)], exam_ids=["passed", "failed", "untaken"])
        reasons = {exam.exam_id: exam.reason for exam in explain_enrollment(bench, records).exams}
        assert reasons == {
            "passed": None,
            "failed": Reason.below_pass_score,
            "untaken": Reason.exam_not_taken,
            "unasked": Reason.exam_not_named,
        }

    def test_a_check_not_passed(self) -> None:
        trace = explain([live("A", 0)], verifications=[check("A", 20, passed=False)])
        assert [one.reason for one in trace.checks] == [Reason.verification_not_passed]


def test_records_of_an_unknown_lesson_are_named() -> None:
    trace = explain(
        [],
        attendance=[present("A")],
        learning_records=[online("A", 0, 60)],
        verifications=[check("A", 20, passed=True)],
        quiz_answers=[answer("A", "q")],
    )
    assert [orphan.feed for orphan in trace.orphans] == [
        Feed.attendance,
        Feed.learning_records,
        Feed.verifications,
        Feed.quiz_answers,
    ]
    assert {orphan.reason for orphan in trace.orphans} == {Reason.lesson_unknown}


def test_every_reason_has_its_sentence_in_both_languages() -> None:
    for reason in Reason:
        assert reason.text.zh
        assert reason.text.en
