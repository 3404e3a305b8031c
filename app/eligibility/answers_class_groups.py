"""Answers about class groups and above: how many stand how, and at which rates."""

from collections.abc import AsyncIterator
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode, Uscc
from app.core.vocabulary import Eligibility
from app.db.session import ReadSession
from app.eligibility import tallies_repository as tallies
from app.eligibility.answers import shown_facts
from app.eligibility.answers_repository import EnrollmentFilter
from app.eligibility.errors import ClassGroupNotFound
from app.eligibility.tallies_repository import WHATEVER, ClassGroupRow, Order, RatesRow
from app.records.selection import Selection
from app.rules.engine import RuleOutcome
from app.rules.figures import ShownFigure, shown_ratio

PAGE_OF_AN_EXPORT = 500


class Rates(NamedTuple):
    """Over the enrollments that are not withdrawn, each as the sum of its parts ÷ the sum of its wholes."""

    attendance_rate: Decimal | None
    answer_accuracy: Decimal | None
    exam_pass_rate: Decimal | None
    verification_pass_rate: Decimal | None
    completion_rate: Decimal | None
    evaluation_rate: Decimal | None
    eligible_rate: Decimal | None
    """None while the class group runs."""


class ClassGroupAnswer(NamedTuple):
    platform: PlatformCode
    platform_name: str | None
    class_group_id: ClassGroupId
    name: str
    programme: str
    enterprise_uscc: Uscc
    enterprise_name: str | None
    district_code: str | None
    starts_on: date
    ends_on: date
    closed_at: datetime | None
    planned_headcount: int
    headcount: int
    counts: dict[str, int]
    rates: Rates
    assessed_at: datetime | None
    ledger_size: int | None
    policy_version: str | None
    facts: dict[str, ShownFigure]
    """Of the class group itself, those that its policy asks for."""
    rules: tuple[RuleOutcome, ...]
    """On the class group and what belongs to it."""

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)


async def class_groups(
    session: ReadSession,
    selection: Selection,
    *,
    after: ClassGroupKey | None = None,
    limit: int,
    order: Order = Order.by_key,
    holding: EnrollmentFilter = WHATEVER,
) -> list[ClassGroupAnswer]:
    rows = await tallies.class_groups(
        session, selection, after=after, limit=limit, order=order, holding=holding
    )
    rates = await tallies.rates(session, [_key(row) for row in rows])
    return [_answer(row, rates.get(_key(row))) for row in rows]


async def class_group(session: ReadSession, selection: Selection) -> ClassGroupAnswer:
    """The one that `selection` names."""
    found = await class_groups(session, selection, limit=1)
    if not found:
        raise ClassGroupNotFound
    return found[0]


async def known_class_group(session: ReadSession, selection: Selection) -> None:
    """Raises `ClassGroupNotFound` where the one that `selection` names is not there, or out of reach."""
    if not await tallies.class_groups(session, selection, after=None, limit=1):
        raise ClassGroupNotFound


async def all_class_groups(
    session: ReadSession, selection: Selection
) -> AsyncIterator[list[ClassGroupAnswer]]:
    """Page by page, for exports."""
    after: ClassGroupKey | None = None
    while page := await class_groups(session, selection, after=after, limit=PAGE_OF_AN_EXPORT):
        yield page
        after = page[-1].key


def eligible_rate(counts: dict[str, int]) -> Decimal | None:
    """Eligible ÷ all that are not withdrawn; None while one of them is in progress."""
    judged = sum(counts.values()) - counts[Eligibility.withdrawn]
    return None if counts[Eligibility.in_progress] else _rate(counts[Eligibility.eligible], judged)


def _key(row: ClassGroupRow) -> ClassGroupKey:
    return ClassGroupKey(row.platform, row.class_group_id)


def _answer(row: ClassGroupRow, rates: RatesRow | None) -> ClassGroupAnswer:
    counts = {each.value: (row.counts or {}).get(each, 0) for each in Eligibility}
    return ClassGroupAnswer(
        *row[:12],
        headcount=row.headcount or 0,
        counts=counts,
        rates=_rates(rates, eligible_rate(counts)),
        assessed_at=row.assessed_at,
        ledger_size=row.ledger_size,
        policy_version=row.policy_version or None,
        facts=shown_facts(row.facts or {}),
        rules=tuple(map(RuleOutcome.from_stored, row.rules or ())),
    )


def _rates(row: RatesRow | None, eligible: Decimal | None) -> Rates:
    if row is None:
        return Rates(None, None, None, None, None, None, eligible)
    return Rates(
        attendance_rate=_rate(row.attended_lessons, row.required_lessons),
        answer_accuracy=_rate(row.questions_correct, row.questions_asked),
        exam_pass_rate=_rate(row.exams_passed, row.exams_required),
        verification_pass_rate=_rate(row.verifications_passed, row.verifications_issued),
        completion_rate=_rate(row.lessons_completed, row.required_lessons),
        evaluation_rate=_rate(row.evaluations, row.enrollments),
        eligible_rate=eligible,
    )


def _rate(part: int, whole: int) -> Decimal | None:
    return shown_ratio(Fraction(part, whole)) if whole else None
