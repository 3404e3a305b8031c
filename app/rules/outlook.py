"""What the outcomes of a running class group mean for its end (semantics.md §5)."""

from collections.abc import Iterable
from fractions import Fraction

from app.core.vocabulary import Outlook
from app.rules.days import MINUTE
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.facts import Account
from app.rules.timetable import Timetable


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
        case FactName.attendance_rate | FactName.answer_accuracy:
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
