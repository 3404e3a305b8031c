"""The other rates explained: question by question, exam by exam, check by check."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from app.rules.rates import (
    checks_of,
    deciding_attempt,
    exams_of,
    is_right,
    passed_exams,
    questions_of,
    reaches_pass_score,
)
from app.rules.reasons import Reason
from app.rules.records import EnrollmentRecords, ExamScore, QuizAnswer, Verification
from app.rules.timetable import Timetable


class AttemptEvidence(NamedTuple):
    answer: QuizAnswer
    decides: bool
    reason: Reason | None
    """Why it does not make the question right; None if it does."""


class QuestionEvidence(NamedTuple):
    lesson_id: str
    question_id: str
    is_right: bool
    attempts: tuple[AttemptEvidence, ...]
    """In their order (semantics.md §4)."""


class ScoreEvidence(NamedTuple):
    score: ExamScore
    reason: Reason | None
    """Why this attempt does not pass the exam; None if it does."""


class ExamEvidence(NamedTuple):
    exam_id: str
    is_passed: bool
    reason: Reason | None
    """Why it is not passed, or not asked for at all."""
    attempts: tuple[ScoreEvidence, ...]


class CheckEvidence(NamedTuple):
    verification: Verification
    reason: Reason | None
    """Why it is not passed; None if it is."""


def question_evidence(timetable: Timetable, records: EnrollmentRecords) -> tuple[QuestionEvidence, ...]:
    which = timetable.version.counting.quiz_attempt
    questions = questions_of(records.quiz_answers, timetable.lessons)
    return tuple(
        _question(*question, attempts, deciding_attempt(attempts, which))
        for question, attempts in sorted(questions.items())
    )


def exam_evidence(timetable: Timetable, records: EnrollmentRecords) -> tuple[ExamEvidence, ...]:
    """The exams that count, and those with scores that do not."""
    exams = exams_of(timetable.class_group.exam_ids, records.exam_scores)
    passed = passed_exams(exams, records.exam_scores)
    attempts: dict[str, list[ExamScore]] = {exam_id: [] for exam_id in exams}
    for score in sorted(records.exam_scores, key=lambda score: score.attempt):
        attempts.setdefault(score.exam_id, []).append(score)
    return tuple(
        ExamEvidence(
            exam_id=exam_id,
            is_passed=exam_id in passed,
            reason=_exam_reason(exam_id, exams, passed, scores),
            attempts=tuple(ScoreEvidence(score, _score_reason(score)) for score in scores),
        )
        for exam_id, scores in sorted(attempts.items())
    )


def check_evidence(timetable: Timetable, records: EnrollmentRecords) -> tuple[CheckEvidence, ...]:
    checks = checks_of(records.verifications, timetable.lessons)
    return tuple(
        CheckEvidence(check, None if check.passed else Reason.verification_not_passed)
        for check in sorted(checks, key=lambda check: (check.issued_at, check.verification_id))
    )


def _question(
    lesson_id: str, question_id: str, attempts: Sequence[QuizAnswer], decider: QuizAnswer
) -> QuestionEvidence:
    evidence = tuple(
        AttemptEvidence(answer, answer is decider, _answer_reason(answer, decider)) for answer in attempts
    )
    return QuestionEvidence(lesson_id, question_id, is_right(decider), evidence)


def _answer_reason(answer: QuizAnswer, decider: QuizAnswer) -> Reason | None:
    if answer is not decider:
        return Reason.another_attempt_decides
    if is_right(answer):
        return None
    return Reason.unanswered if answer.answered_at is None else Reason.wrong_answer


def _exam_reason(
    exam_id: str, exams: Collection[str], passed: Collection[str], scores: Sequence[ExamScore]
) -> Reason | None:
    if exam_id not in exams:
        return Reason.exam_not_named
    if exam_id in passed:
        return None
    return Reason.below_pass_score if scores else Reason.exam_not_taken


def _score_reason(score: ExamScore) -> Reason | None:
    return None if reaches_pass_score(score) else Reason.below_pass_score
