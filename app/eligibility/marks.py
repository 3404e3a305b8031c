"""How the learners of one class group compare: attendance, credited hours against those that are needed."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from app.core.ids import ClassGroupKey, LearnerId
from app.core.ranges import Range, ranges
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import ReadSession
from app.eligibility import marks_repository as repository
from app.eligibility.marks_repository import MarksRow
from app.privacy.fields import Personal, PersonalKind
from app.rules.engine import RuleOutcome
from app.rules.fact_names import FactName
from app.rules.figures import from_stored, shown_ratio, shown_seconds


class Mark(NamedTuple):
    """What is None has not been assessed, or is missing."""

    learner_id: LearnerId
    learner_name: Personal
    eligibility: Eligibility | None
    outlook: Outlook | None
    attendance_rate: Decimal | None
    credited_hours: Decimal | None
    short_seconds: Decimal | None
    """Of study that is missing for the hours; None: nothing is."""


class Hours(NamedTuple):
    """Withdrawn learners and those without a figure are left out."""

    needed: Decimal | None
    """Credited hours that the rule asks for, as it asked most learners; None: no rule asks for any."""
    rule: str | None
    ranges: Sequence[Range]
    short: Sequence[Mark]
    """Who has less than is asked, the farthest from it first."""
    reached: int


async def marks(session: ReadSession, key: ClassGroupKey, learner_ids: Sequence[LearnerId]) -> list[Mark]:
    """Of these learners as far as they are enrolled, by learner id."""
    return [_mark(row) for row in await repository.marks(session, key, learner_ids)]


async def hours(session: ReadSession, key: ClassGroupKey) -> Hours:
    """Of everybody who is enrolled."""
    rows = await repository.marks(session, key, None)
    counted = [
        _mark(row)
        for row in rows
        if row.eligibility not in {None, Eligibility.withdrawn} and row.credited_hours is not None
    ]
    asked = Counter((row.hours_rule["code"], row.hours_rule["threshold"]) for row in rows if row.hours_rule)
    (rule, threshold), _ = asked.most_common(1)[0] if asked else ((None, None), 0)
    needed = None if threshold is None else shown_ratio(Fraction(threshold))
    short = [mark for mark in counted if mark.short_seconds is not None]
    return Hours(
        needed=needed,
        rule=rule,
        ranges=ranges([mark.credited_hours or Decimal(0) for mark in counted], needed or Decimal(0)),
        short=sorted(short, key=lambda mark: (-(mark.short_seconds or 0), mark.learner_id)),
        reached=0 if needed is None else len(counted) - len(short),
    )


async def subsidy_fen(session: ReadSession, key: ClassGroupKey) -> int | None:
    """What its learners are paid together; None while it runs, or where the policy names no amount."""
    return await repository.subsidy_fen(session, key)


def _mark(row: MarksRow) -> Mark:
    rule = None if row.hours_rule is None else RuleOutcome.from_stored(row.hours_rule)
    is_staying = row.eligibility != Eligibility.withdrawn
    return Mark(
        learner_id=row.learner_id,
        learner_name=Personal(PersonalKind.name, row.name),
        eligibility=None if row.eligibility is None else Eligibility(row.eligibility),
        outlook=Outlook(row.outlook) if row.outlook is not None and is_staying else None,
        attendance_rate=_ratio(FactName.attendance_rate, row.attendance_rate),
        credited_hours=_ratio(FactName.credited_hours, row.credited_hours),
        short_seconds=None
        if rule is None or rule.shortfall is None
        else shown_seconds(Fraction(rule.shortfall)),
    )


def _ratio(fact: FactName, stored: object) -> Decimal | None:
    if not isinstance(stored, int | str):
        return None
    figure = from_stored(fact, stored)
    return shown_ratio(Fraction(figure)) if isinstance(figure, int | Fraction) else None
