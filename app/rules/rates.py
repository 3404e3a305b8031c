"""What the rates count: answers, exams, checks (semantics.md §4, Rates). Lessons are counted in `facts`."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import assert_never

from app.core.vocabulary import QuizAttempt
from app.rules.records import ExamScore, QuizAnswer, Verification

Question = tuple[str, str]
"""(lesson_id, question_id)"""


def questions_of(answers: Sequence[QuizAnswer], lessons: Collection[str]) -> dict[Question, list[QuizAnswer]]:
    """The questions asked in these lessons, each with its attempts in order."""
    asked = defaultdict(list)
    for answer in answers:
        if answer.lesson_id in lessons:
            asked[answer.lesson_id, answer.question_id].append(answer)
    for attempts in asked.values():
        if len(attempts) > 1:
            attempts.sort(key=lambda answer: (answer.attempt, answer.asked_at, answer.answer_id))
    return asked


def count_questions(
    answers: Sequence[QuizAnswer], lessons: Collection[str], which: QuizAttempt
) -> tuple[int, int]:
    """How many questions were asked in these lessons, and how many are right.

    Where no question was answered twice, no attempt needs to be chosen: a third of the time.
    """
    right = {
        (lesson_id, question_id): correct and answered_at is not None
        for _, lesson_id, question_id, _, _, answered_at, correct in answers
        if lesson_id in lessons
    }
    if len(right) == len(answers):
        return len(right), sum(right.values())
    questions = questions_of(answers, lessons)
    deciding = [deciding_attempt(attempts, which) for attempts in questions.values()]
    return len(questions), sum([is_right(answer) for answer in deciding])


def deciding_attempt(attempts: Sequence[QuizAnswer], which: QuizAttempt) -> QuizAnswer:
    """The attempt that counts, of those of one question in order."""
    match which:
        case QuizAttempt.first:
            return attempts[0]
        case QuizAttempt.last:
            return attempts[-1]
        case QuizAttempt.best:
            return next((attempt for attempt in attempts if is_right(attempt)), attempts[0])
        case _:
            assert_never(which)


def is_right(answer: QuizAnswer) -> bool:
    """An unanswered question is wrong, whatever it is marked."""
    return answer.correct and answer.answered_at is not None


def exams_of(named: Sequence[str], scores: Sequence[ExamScore]) -> set[str]:
    """The exams the class group names, or if it names none, those with scores."""
    return set(named) or {score.exam_id for score in scores}


def passed_exams(exams: Collection[str], scores: Sequence[ExamScore]) -> set[str]:
    """Those of which any attempt was enough."""
    return {score.exam_id for score in scores if score.exam_id in exams and reaches_pass_score(score)}


def reaches_pass_score(score: ExamScore) -> bool:
    return score.score >= score.pass_score


def checks_of(verifications: Sequence[Verification], lessons: Collection[str]) -> list[Verification]:
    return [verification for verification in verifications if verification.lesson_id in lessons]
