"""The shortest way to pass a rule, from the account that the decision was added up from (semantics U).

While the class group runs it tells what is still to be done, and whether the lessons to come can give it;
afterwards what is missing, and the remedy that is left. Amounts are exact; only the sentence rounds, upwards.
"""

from collections.abc import Callable, Mapping
from enum import StrEnum, auto
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from app.core.errors import Text
from app.core.vocabulary import LessonKind, Outcome, QuizAttempt
from app.rules import advice_words as words
from app.rules.days import SECOND
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.facts import Account
from app.rules.further_facts import OFFLINE, ONLINE
from app.rules.outlook import still_to_earn
from app.rules.policy import Operator, Rule
from app.rules.study import Study, is_attended, is_completed
from app.rules.timetable import Timetable


class Way(StrEnum):
    """What kind of thing is to be done."""

    study = auto()
    attend = auto()
    complete = auto()
    answer = auto()
    pass_exams = auto()
    pass_verifications = auto()
    evaluate = auto()
    mend = auto()
    """Something else is not as the policy asks: the pack's remedy."""
    send_data = auto()
    """There is nothing to judge by."""
    correct = auto()
    """The class group is closed: late data or a correction is all that is left."""
    return_to_class = auto()
    """The learner has withdrawn."""


class Advice(NamedTuple):
    way: Way
    text: Text
    amount: int | Fraction | None = None
    """The least whole number of lessons, questions and so on; of `study` exact seconds. None: no number."""
    available: int | Fraction | None = None
    """How much of that the lessons still to come can give; None: nobody knows."""
    is_reachable: bool | None = None
    """Whether the class group can still give it; None: nobody knows, or it is not for the learner to do."""


class Case(NamedTuple):
    """What an enrollment was judged from, and whether the learner has withdrawn."""

    timetable: Timetable
    account: Account
    is_withdrawn: bool


def advise(case: Case, outcome: RuleOutcome) -> Advice | None:
    """None where there is nothing to do: the rule does not apply, or passes whatever is still to come.

    None too where the version that applies now has no such rule: the next assessment drops it.
    """
    rule = next((rule for rule in case.timetable.version.rules if rule.code == outcome.code), None)
    if rule is None or outcome.outcome is Outcome.not_applicable:
        return None
    if outcome.outcome is Outcome.passed:
        return _to_keep(case, rule, outcome)
    if case.is_withdrawn:
        return Advice(Way.return_to_class, words.withdrawn())
    if not case.timetable.is_running:
        is_learning = outcome.fact in _OF_LEARNERS or outcome.fact in _LEARNT
        text = words.closed(rule, outcome, case.timetable.credited_hour, is_learning=is_learning)
        return Advice(Way.correct, text, outcome.shortfall)
    if outcome.outcome is Outcome.missing:
        return Advice(Way.send_data, words.missing(rule, outcome))
    return _to_pass(case, rule, outcome)


def _to_pass(case: Case, rule: Rule, outcome: RuleOutcome) -> Advice:
    if rule.comparison.operator is Operator.at_least and outcome.fact in _OF_LEARNERS:
        return _OF_LEARNERS[outcome.fact](case, rule)
    if outcome.fact is FactName.evaluation_submitted and rule.comparison.operator is Operator.is_true:
        return Advice(Way.evaluate, words.evaluate(), 1, None, is_reachable=True)
    return Advice(Way.mend, words.mend(rule, outcome, case.timetable.credited_hour), outcome.shortfall)


def _to_keep(case: Case, rule: Rule, outcome: RuleOutcome) -> Advice | None:
    """A rate over lessons passes as of today, and falls as lessons fall due that nobody attends."""
    if (
        not case.timetable.is_running
        or case.is_withdrawn
        or rule.comparison.operator is not Operator.at_least
    ):
        return None
    if outcome.fact not in _OVER_LESSONS:
        return None
    advice = _OF_LEARNERS[outcome.fact](case, rule)
    return advice._replace(text=words.keep(advice.text)) if advice.amount else None


def _study(case: Case, rule: Rule) -> Advice:
    """Time, in whole microseconds: credited hours, or credited seconds."""
    timetable = case.timetable
    is_hours = rule.comparison.fact is FactName.credited_hours
    unit = timetable.credited_hour if is_hours else Fraction(SECOND)
    if unit is None:
        raise TypeError("Without lessons the hours are missing and do not fail.")
    amount = ceil(_threshold(rule) * unit) - case.account.facts.credited
    available = still_to_earn(timetable, case.account)
    text = words.study(amount, available, unit if is_hours else None)
    return Advice(
        Way.study,
        text,
        Fraction(amount, SECOND),
        Fraction(available, SECOND),
        is_reachable=amount <= available,
    )


def _attend(case: Case, rule: Rule) -> Advice:
    return _lessons(case, rule, Way.attend, is_attended)


def _complete(case: Case, rule: Rule) -> Advice:
    return _lessons(case, rule, Way.complete, is_completed)


def _lessons(case: Case, rule: Rule, way: Way, is_done: Callable[[Study], bool]) -> Advice:
    """Of the required lessons, those still to come that must be attended (completed) as well.

    What is done already of a lesson not yet due counts once it is due, and needs not be done again.
    """
    kinds = _OVER_LESSONS.get(rule.comparison.fact)
    asked = [
        plan
        for plan in case.timetable.lessons.values()
        if plan.lesson.required and plan.lesson.kind in (kinds or LessonKind)
    ]
    studies = case.account.studies
    done = {
        plan.lesson_id for plan in asked if plan.lesson_id in studies and is_done(studies[plan.lesson_id])
    }
    to_come = [plan for plan in asked if not plan.is_due and plan.lesson_id not in done]
    amount = max(0, ceil(_threshold(rule) * (1 if kinds is None else len(asked))) - len(done))
    text = words.lessons(amount, len(to_come), is_attendance=way is Way.attend)
    return Advice(way, text, amount, len(to_come), is_reachable=amount <= len(to_come))


def _answer(case: Case, rule: Rule) -> Advice:
    facts, threshold = case.account.facts, _threshold(rule)
    if rule.comparison.fact is FactName.questions_correct:
        amount: int | None = ceil(threshold) - facts.questions_correct
        again = None
    else:
        amount = further(facts.questions_correct, facts.questions_asked, threshold)
        again = ceil(threshold * facts.questions_asked) - facts.questions_correct
    if case.timetable.version.counting.quiz_attempt is QuizAttempt.first:
        again = None
    is_reachable = amount is not None and _lessons_remain(case)
    text = words.answer(amount, again, lessons_remain=_lessons_remain(case))
    return Advice(Way.answer, text, amount, None, is_reachable=is_reachable)


def _verify(case: Case, rule: Rule) -> Advice:
    facts, threshold = case.account.facts, _threshold(rule)
    if rule.comparison.fact is FactName.verifications_passed:
        amount: int | None = ceil(threshold) - facts.verifications_passed
    else:
        amount = further(facts.verifications_passed, facts.verifications_issued, threshold)
    is_reachable = amount is not None and _lessons_remain(case)
    text = words.verify(amount, lessons_remain=_lessons_remain(case))
    return Advice(Way.pass_verifications, text, amount, None, is_reachable=is_reachable)


def _pass_exams(case: Case, rule: Rule) -> Advice:
    """An exam may be taken again: what is passed grows, what is asked for does not."""
    facts, threshold = case.account.facts, _threshold(rule)
    is_rate = rule.comparison.fact is FactName.exam_pass_rate
    amount = ceil(threshold * (facts.exams_required if is_rate else 1)) - facts.exams_passed
    return Advice(Way.pass_exams, words.pass_exams(amount), amount, None, is_reachable=True)


def further(part: int, whole: int, threshold: Fraction) -> int | None:
    """The least n with (part + n) ÷ (whole + n) ≥ threshold; None: however many more, it is not enough.

    >>> further(7, 10, Fraction(4, 5)), further(9, 10, Fraction(1))
    (5, None)
    """
    missing = threshold * whole - part
    if missing <= 0:
        return 0
    return None if threshold >= 1 else ceil(missing / (1 - threshold))


def _lessons_remain(case: Case) -> bool:
    return any(not plan.is_due for plan in case.timetable.lessons.values())


def _threshold(rule: Rule) -> Fraction:
    return rule.comparison.threshold.number


_OVER_LESSONS = {
    FactName.attendance_rate: frozenset(LessonKind),
    FactName.completion_rate: frozenset(LessonKind),
    FactName.online_completion_rate: ONLINE,
    FactName.offline_signed_rate: OFFLINE,
}
"""Rates whose denominator is the required lessons of these kinds: it grows as lessons fall due."""

_LEARNT = {FactName.whole_credited_hours, FactName.study_recorded, FactName.evaluation_submitted}
"""What a learner did as well, though nothing is told of the shortest way."""

_OF_LEARNERS: Mapping[FactName, Callable[[Case, Rule], Advice]] = {
    FactName.credited_hours: _study,
    FactName.credited_seconds: _study,
    FactName.attendance_rate: _attend,
    FactName.attended_lessons: _attend,
    FactName.offline_signed_rate: _attend,
    FactName.completion_rate: _complete,
    FactName.online_completion_rate: _complete,
    FactName.lessons_completed: _complete,
    FactName.answer_accuracy: _answer,
    FactName.questions_correct: _answer,
    FactName.verification_pass_rate: _verify,
    FactName.verifications_passed: _verify,
    FactName.exam_pass_rate: _pass_exams,
    FactName.exams_passed: _pass_exams,
}
"""What a learner can do something about, as long as the class group runs."""
