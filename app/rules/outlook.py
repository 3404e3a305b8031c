"""What the outcomes of a running class group mean for its end (semantics.md §5)."""

from collections.abc import Collection, Iterable
from fractions import Fraction

from app.core.vocabulary import Outlook
from app.rules.days import MINUTE
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.facts import Account
from app.rules.timetable import Timetable

MAY_BE_LOST = frozenset({FactName.credited_hours, FactName.attendance_rate})
AT_RISK_AT_ONCE = frozenset({FactName.attendance_rate, FactName.answer_accuracy})
"""Whose rule puts at risk whenever it fails; hours only where they fall behind their pace."""


def look_ahead(
    timetable: Timetable, account: Account, outcomes: Iterable[RuleOutcome]
) -> tuple[Outlook, tuple[RuleOutcome, ...]]:
    """The outlook, and the rules that make it `lost`.

    Only blocking rules of the kind `at_least` that fail can be lost or at risk: those with a shortfall.
    """
    short = [outcome for outcome in outcomes if outcome.blocks and outcome.shortfall is not None]
    lost = tuple([outcome for outcome in short if _is_lost(timetable, account, outcome)])
    if lost:
        return Outlook.lost, lost
    if any(_is_at_risk(timetable, account, outcome) for outcome in short):
        return Outlook.at_risk, ()
    return Outlook.on_track, ()


def made_by(outlook: Outlook | None, failing: Collection[FactName]) -> frozenset[FactName]:
    """Of what blocking rules with a shortfall fail by, that which makes the outlook; the rest still runs.

    Told by outcomes alone. Only the timetable knows whether hours keep the pace: they make a risk where
    nothing else does.

    >>> sorted(made_by(Outlook.at_risk, {FactName.credited_hours, FactName.answer_accuracy}))
    [<FactName.answer_accuracy: 'answer_accuracy'>]
    >>> made_by(Outlook.on_track, {FactName.credited_hours})
    frozenset()
    """
    match outlook:
        case Outlook.lost:
            return MAY_BE_LOST.intersection(failing)
        case Outlook.at_risk:
            return AT_RISK_AT_ONCE.intersection(failing) or MAY_BE_LOST.intersection(failing)
        case _:
            return frozenset()


def _is_lost(timetable: Timetable, account: Account, outcome: RuleOutcome) -> bool:
    needed = _threshold(timetable, outcome)
    match outcome.fact:
        case FactName.credited_hours:
            return account.facts.credited + still_to_earn(timetable, account) < needed * _hour(timetable)
        case FactName.attendance_rate:
            attended = account.facts.attended_lessons + timetable.required_later
            return attended < needed * (timetable.required_lessons + timetable.required_later)
        case _:
            return False


def _is_at_risk(timetable: Timetable, account: Account, outcome: RuleOutcome) -> bool:
    match outcome.fact:
        case fact if fact in AT_RISK_AT_ONCE:
            return True
        case FactName.credited_hours:
            pace = account.facts.credited * timetable.planned
            return pace < _threshold(timetable, outcome) * _hour(timetable) * timetable.planned_due
        case _:
            return False


def still_to_earn(timetable: Timetable, account: Account) -> int:
    """What the lessons not yet due have left of their planned time."""
    earned = sum([study.credited for study in account.studies.values() if not study.plan.is_due])
    return timetable.planned - timetable.planned_due - earned


def _threshold(timetable: Timetable, outcome: RuleOutcome) -> Fraction:
    return timetable.version.rule(outcome.code).comparison.threshold.number


def _hour(timetable: Timetable) -> Fraction:
    return timetable.version.counting.minutes_per_hour * MINUTE
