"""All SQL that adds up: class groups with their tallies, their rates, and summaries over many of them.

Sums are over the tallies that each assessment leaves with its class group, never over all enrollments.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import Enum, StrEnum
from typing import Any, NamedTuple

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    true,
    tuple_,
)

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, Outcome
from app.db.models import Assessment, ClassGroup, ClassGroupAssessment, Enterprise
from app.db.session import ReadSession
from app.eligibility.answers_repository import (
    KEY,
    Columns,
    EnrollmentFilter,
    chosen_places,
    is_of,
    selected,
)
from app.records.districts import of_deciding_entry
from app.records.names import platform_name
from app.records.selection import Selection

WHATEVER = EnrollmentFilter()
OUTCOME_MARK = ":"
"""Tells `attendance-rate:fail` from an eligibility in the tallies."""


class ClassGroupRow(NamedTuple):
    """What is None from `assessed_at` on has not been assessed yet."""

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
    assessed_at: datetime | None
    ledger_size: int | None
    headcount: int | None
    counts: dict[str, int] | None
    policy_version: str | None
    facts: dict[str, Any] | None
    rules: list[dict[str, Any]] | None


class RatesRow(NamedTuple):
    """Numerators and denominators over the enrollments of one class group that are not withdrawn."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    attended_lessons: int
    required_lessons: int
    lessons_completed: int
    questions_correct: int
    questions_asked: int
    exams_passed: int
    exams_required: int
    verifications_passed: int
    verifications_issued: int
    evaluations: int
    enrollments: int


class Dimension(StrEnum):
    platform = "platform"
    enterprise = "enterprise"
    programme = "programme"
    district = "district"
    rule = "rule"


class SummaryRow(NamedTuple):
    group: str
    """Empty: unknown, as the district of an enterprise that no platform has named yet."""
    name: str | None
    class_groups: int
    """Of a rule those in which it failed somebody."""
    enrollments: int
    counts: dict[str, int]
    """By eligibility; of a rule by outcome."""


class Order(Enum):
    """Of class groups; only the first can be paged through."""

    by_key = "by_key"
    ends_first = "ends_first"
    closed_last = "closed_last"
    """What was closed last comes first."""


async def class_groups(
    session: ReadSession,
    selection: Selection,
    *,
    after: ClassGroupKey | None,
    limit: int,
    order: Order = Order.by_key,
    holding: EnrollmentFilter = WHATEVER,
) -> list[ClassGroupRow]:
    """`holding`: those that hold such an enrollment."""
    columns = (
        ClassGroup.platform,
        platform_name(ClassGroup.platform),
        ClassGroup.class_group_id,
        ClassGroup.name,
        ClassGroup.programme,
        ClassGroup.enterprise_uscc,
        of_deciding_entry(Enterprise.name, ClassGroup.enterprise_uscc),
        ClassGroup.district_code,
        ClassGroup.starts_on,
        ClassGroup.ends_on,
        ClassGroup.closed_at,
        ClassGroup.planned_headcount,
        ClassGroupAssessment.assessed_at,
        ClassGroupAssessment.ledger_size,
        ClassGroupAssessment.headcount,
        ClassGroupAssessment.counts,
        ClassGroupAssessment.policy_version,
        ClassGroupAssessment.facts,
        ClassGroupAssessment.rules,
    )
    statement = select(*columns).outerjoin(ClassGroupAssessment, is_of(ClassGroupAssessment))
    if after is not None:
        statement = statement.where(tuple_(*after) < KEY)
    wanted = selected(statement, selection).where(*holding.of_class_groups())
    rows = await session.execute(_ordered(wanted, order).limit(limit))
    return [ClassGroupRow._make(row) for row in rows]


def _ordered(statement: Select[*Columns], order: Order) -> Select[*Columns]:
    match order:
        case Order.by_key:
            return statement
        case Order.ends_first:
            first: ColumnElement[Any] = ClassGroup.ends_on.asc()
        case Order.closed_last:
            first = ClassGroup.closed_at.desc()
    return statement.order_by(None).order_by(first, *KEY.clauses)


async def rates(session: ReadSession, chosen: Sequence[ClassGroupKey]) -> dict[ClassGroupKey, RatesRow]:
    """Reads the standings of just these class groups."""
    places = chosen_places(chosen)
    key = (Assessment.platform, Assessment.class_group_id)
    statement = (
        select(*key, *map(_total, RatesRow._fields[2:-2]), _evaluations(), func.count())
        .select_from(places)
        .join(Assessment, and_(*(left == places.c[left.key] for left in key)))
        .where(Assessment.eligibility != Eligibility.withdrawn)
        .group_by(*key)
    )
    rows = [RatesRow._make(row) for row in await session.execute(statement)]
    return {ClassGroupKey(row.platform, row.class_group_id): row for row in rows}


async def outlooks(
    session: ReadSession, chosen: Sequence[ClassGroupKey]
) -> dict[ClassGroupKey, dict[str, int]]:
    """How many enrollments of just these class groups have which outlook, while they run; none withdrawn."""
    places = chosen_places(chosen)
    key = (Assessment.platform, Assessment.class_group_id)
    statement = (
        select(*key, Assessment.outlook, func.count())
        .select_from(places)
        .join(Assessment, and_(*(left == places.c[left.key] for left in key)))
        .where(Assessment.outlook.is_not(None), Assessment.eligibility != Eligibility.withdrawn)
        .group_by(*key, Assessment.outlook)
    )
    found: dict[ClassGroupKey, dict[str, int]] = {}
    for *place, outlook, number in await session.execute(statement):
        found.setdefault(ClassGroupKey._make(place), {})[str(outlook)] = number
    return found


async def summary(
    session: ReadSession, selection: Selection, dimension: Dimension, *, after: str | None, limit: int
) -> list[SummaryRow]:
    """One row a group, by its key. Class groups that were never assessed are not in it."""
    kinds: Sequence[str] = list(Outcome if dimension is Dimension.rule else Eligibility)
    chosen = _by_rule(selection) if dimension is Dimension.rule else _by(dimension, selection)
    rows = chosen.subquery("chosen")
    sums = (func.sum(rows.c[name]) for name in ("class_groups", "enrollments", *kinds))
    statement = (
        select(rows.c.group, _name(dimension, rows.c.group), *(func.coalesce(total, 0) for total in sums))
        .group_by(rows.c.group)
        .order_by(rows.c.group)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(rows.c.group > after)
    return [
        SummaryRow._make((*row[:4], dict(zip(kinds, row[4:], strict=True))))
        for row in await session.execute(statement)
    ]


def _by(dimension: Dimension, selection: Selection) -> Select[*tuple[Any, ...]]:
    """A row for each class group."""
    return _assessed(
        selection,
        _group(dimension).label("group"),
        literal(1).label("class_groups"),
        ClassGroupAssessment.headcount.label("enrollments"),
        *(cast(ClassGroupAssessment.counts[kind].astext, Integer).label(kind) for kind in Eligibility),
    )


def _by_rule(selection: Selection) -> Select[*tuple[Any, ...]]:
    """A row for each class group, rule and outcome: the class group counts where the rule failed somebody."""
    tally = func.jsonb_each_text(ClassGroupAssessment.counts).table_valued("key", "value").lateral()
    rule, outcome = (func.split_part(tally.c.key, OUTCOME_MARK, part) for part in (1, 2))
    enrollments = cast(tally.c.value, Integer)
    return (
        _assessed(
            selection,
            rule.label("group"),
            case((outcome == Outcome.failed, 1), else_=0).label("class_groups"),
            enrollments.label("enrollments"),
            *(case((outcome == kind, enrollments)).label(kind) for kind in Outcome),
        )
        .join(tally, true())
        .where(func.strpos(tally.c.key, OUTCOME_MARK) > 0)
    )


def _assessed(selection: Selection, *columns: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .join_from(ClassGroup, ClassGroupAssessment, is_of(ClassGroupAssessment))
        .where(~ClassGroup.deleted, *selection.conditions())
    )


def _group(dimension: Dimension) -> ColumnElement[Any]:
    match dimension:
        case Dimension.platform:
            return ClassGroup.platform.expression
        case Dimension.enterprise:
            return ClassGroup.enterprise_uscc.expression
        case Dimension.programme:
            return ClassGroup.programme.expression
        case Dimension.district:
            return func.coalesce(ClassGroup.district_code, "")
        case Dimension.rule:
            raise ValueError(dimension)


def _name(dimension: Dimension, group: ColumnElement[str]) -> ColumnElement[str | None]:
    if dimension is Dimension.platform:
        return platform_name(group)
    if dimension is Dimension.enterprise:
        return of_deciding_entry(Enterprise.name, group)
    return literal(None, Text)


def _total(fact: str) -> ColumnElement[int]:
    return func.sum(cast(Assessment.facts[fact].astext, Integer))


def _evaluations() -> ColumnElement[int]:
    return func.count().filter(cast(Assessment.facts["evaluation_submitted"].astext, Boolean))
