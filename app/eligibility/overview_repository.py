"""All SQL of the overview: tallies added up in one pass, who is at risk, and money.

Sums are over the tallies of class groups. Standings are read of running class groups, for nothing else says
who is at risk, and of those that closed in the period that money is told of.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple

from sqlalchemy import (
    Date,
    Integer,
    Select,
    and_,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.sql.elements import ColumnElement

from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, FindingState, Outlook, Severity
from app.db.models import Assessment, ClassGroup, ClassGroupAssessment, Enterprise, Finding
from app.db.session import ReadSession
from app.eligibility.answers_repository import is_of
from app.findings.schemas import OF_NOBODY
from app.records.districts import of_deciding_entry
from app.records.selection import Selection
from app.rules.figures import shown_ratio

BARRED = (Eligibility.ineligible, Eligibility.insufficient_evidence)


class Sums(NamedTuple):
    """Over class groups; enrollments by eligibility over those that have been assessed."""

    class_groups: int
    running: int
    """Not closed."""
    ending: int
    """Running, and ending on one of the days asked about."""
    overdue: int
    """Running although their last day is over."""
    withdrawn: int
    in_progress: int
    ineligible: int
    insufficient_evidence: int
    eligible: int

    @property
    def eligible_rate(self) -> Decimal | None:
        """Of those that have been judged."""
        judged = self.ineligible + self.insufficient_evidence + self.eligible
        return shown_ratio(Fraction(self.eligible, judged)) if judged else None


class SumsOf(NamedTuple):
    """Of all, or of one district, programme or enterprise."""

    dimension: str
    """`all`, `district`, `programme` or `enterprise`."""
    group: str
    """Empty: unknown, or all."""
    name: str | None
    sums: Sums


class WeekRow(NamedTuple):
    monday: date
    class_groups: int
    eligible: int
    ineligible: int
    insufficient_evidence: int


class RunningRow(NamedTuple):
    """A running class group, and how its learners will fare."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    name: str
    programme: str
    enterprise_uscc: Uscc
    enterprise_name: str | None
    ends_on: date
    in_progress: int
    lost: int
    at_risk: int


class Fares(NamedTuple):
    """Over all that run."""

    lost: int
    at_risk: int
    ending_with_lost: int
    """Class groups that end on one of the days asked about, and have somebody lost."""
    ending_with_at_risk: int


class Grants(NamedTuple):
    """Of enrollments with the same grant."""

    granted_fen: int
    barred: dict[str, Any] | None
    """The grant of those that are barred and have an open blocking finding; None: of all others."""
    enrollments: int


async def sums(
    session: ReadSession, selection: Selection, *, today: date, until: date, by_enterprise: bool
) -> list[SumsOf]:
    """In one pass over the class groups: all together, by district, by programme, perhaps by enterprise."""
    district = func.coalesce(ClassGroup.district_code, literal_column("''"))
    groups = {"district": district, "programme": ClassGroup.programme.expression}
    if by_enterprise:
        groups["enterprise"] = ClassGroup.enterprise_uscc.expression
    totals = (func.coalesce(total, 0) for total in _totals(today, until))
    statement = (
        select(func.grouping(*groups.values()), *groups.values(), *totals)
        .select_from(ClassGroup)
        .outerjoin(ClassGroupAssessment, is_of(ClassGroupAssessment))
        .where(~ClassGroup.deleted, *selection.conditions())
        .group_by(func.grouping_sets(*(tuple_(each) for each in groups.values()), tuple_()))
    )
    rows = (await session.execute(statement)).all()
    found = [_sums_of(row, list(groups)) for row in rows]
    return await _named(session, found) if by_enterprise else found


async def weeks(session: ReadSession, selection: Selection, since: datetime) -> list[WeekRow]:
    """Of class groups closed since then, by the week in Shanghai in which they were; empty ones left out."""
    monday = cast(func.date_trunc("week", func.timezone(str(SHANGHAI), ClassGroup.closed_at)), Date)
    told = (Eligibility.eligible, Eligibility.ineligible, Eligibility.insufficient_evidence)
    statement = (
        select(monday, func.count(), *(func.coalesce(func.sum(_count(each)), 0) for each in told))
        .select_from(ClassGroup)
        .join(ClassGroupAssessment, is_of(ClassGroupAssessment))
        .where(~ClassGroup.deleted, ClassGroup.closed_at >= since, *selection.conditions())
        .group_by(monday)
        .order_by(monday)
    )
    return [WeekRow._make(row) for row in await session.execute(statement)]


async def running(
    session: ReadSession, selection: Selection, *, today: date, until: date, limit: int
) -> tuple[Fares, list[RunningRow]]:
    """What all that run come to, and the most endangered of them: lost first, then at risk."""
    fares = _fares()
    is_ending = ClassGroup.ends_on.between(today, until)
    statement = (
        select(
            func.sum(fares.c.lost).over(),
            func.sum(fares.c.at_risk).over(),
            func.count().filter(and_(is_ending, fares.c.lost > 0)).over(),
            func.count().filter(and_(is_ending, fares.c.at_risk > 0)).over(),
            ClassGroup.platform,
            ClassGroup.class_group_id,
            ClassGroup.name,
            ClassGroup.programme,
            ClassGroup.enterprise_uscc,
            of_deciding_entry(Enterprise.name, ClassGroup.enterprise_uscc),
            ClassGroup.ends_on,
            fares.c.in_progress,
            fares.c.lost,
            fares.c.at_risk,
        )
        .join(fares, true())
        .where(~ClassGroup.deleted, ClassGroup.closed_at.is_(None), *selection.conditions())
        .order_by(
            fares.c.lost.desc(),
            fares.c.at_risk.desc(),
            ClassGroup.ends_on,
            ClassGroup.platform,
            ClassGroup.class_group_id,
        )
        .limit(limit)
    )
    rows = (await session.execute(statement)).all()
    totals = Fares(*map(int, rows[0][:4])) if rows else Fares(0, 0, 0, 0)
    return totals, [RunningRow._make(row[4:]) for row in rows]


async def grants(session: ReadSession, selection: Selection) -> list[Grants]:
    """Of closed class groups; empty where no amount stands with any.

    All amounts are added up from an index; only what is barred is looked at closely.
    """
    totals = func.coalesce(func.sum(Assessment.subsidy_fen), 0), func.count()
    everything = _granted(selection, *totals)
    barred = _granted(
        selection, func.sum(Assessment.subsidy_fen), Assessment.subsidy.expression, func.count()
    ).where(Assessment.eligibility.in_(BARRED), Assessment.subsidy.is_not(None), _has_open_blocking_finding())
    fen, number = (await session.execute(everything)).one()
    if not number:
        return []
    rows = await session.execute(barred.group_by(Assessment.subsidy))
    found = [Grants(int(row[0]), row[1], row[2]) for row in rows]
    others = Grants(
        int(fen) - sum(each.granted_fen for each in found),
        None,
        number - sum(each.enrollments for each in found),
    )
    return [others, *found]


def _granted(selection: Selection, *columns: ColumnElement[Any]) -> Select[Any]:
    """Of standings with an amount, in closed class groups."""
    return (
        select(*columns)
        .select_from(ClassGroup)
        .join(Assessment, is_of(Assessment))
        .where(
            ~ClassGroup.deleted,
            ClassGroup.closed_at.is_not(None),
            Assessment.subsidy_fen.is_not(None),
            *selection.conditions(),
        )
    )


def _totals(today: date, until: date) -> Iterator[ColumnElement[Any]]:
    is_running = ClassGroup.closed_at.is_(None)
    yield func.count()
    yield func.count().filter(is_running)
    yield func.count().filter(and_(is_running, ClassGroup.ends_on.between(today, until)))
    yield func.count().filter(and_(is_running, ClassGroup.ends_on < today))
    yield from (func.sum(_count(kind)) for kind in Eligibility)


def _count(kind: Eligibility) -> ColumnElement[Any]:
    return cast(ClassGroupAssessment.counts[kind].astext, Integer)


def _sums_of(row: Sequence[Any], dimensions: Sequence[str]) -> SumsOf:
    """`grouping` has a bit for each dimension that a row is not by, the last one the lowest."""
    mask, keys, totals = row[0], row[1 : 1 + len(dimensions)], row[1 + len(dimensions) :]
    for place, dimension in enumerate(reversed(dimensions)):
        if not mask >> place & 1:
            return SumsOf(dimension, keys[-1 - place] or "", None, Sums(*totals))
    return SumsOf("all", "", None, Sums(*totals))


async def _named(session: ReadSession, found: Sequence[SumsOf]) -> list[SumsOf]:
    usccs = [each.group for each in found if each.dimension == "enterprise"]
    wanted = select(ClassGroup.enterprise_uscc).where(ClassGroup.enterprise_uscc.in_(usccs)).distinct()
    of_them = wanted.subquery("wanted")
    statement = select(
        of_them.c.enterprise_uscc, of_deciding_entry(Enterprise.name, of_them.c.enterprise_uscc)
    )
    names = {row[0]: row[1] for row in await session.execute(statement)}
    return [
        each._replace(name=names.get(each.group)) if each.dimension == "enterprise" else each
        for each in found
    ]


def _fares() -> Any:  # noqa: ANN401 (a lateral subquery)
    """Of the class group at hand; `OFFSET 0` keeps the planner from joining all standings."""
    return (
        select(
            func.count().label("in_progress"),
            *(func.count().filter(Assessment.outlook == each).label(each.value) for each in Outlook),
        )
        .where(is_of(Assessment), Assessment.eligibility == Eligibility.in_progress)
        .offset(0)
        .lateral("fares")
    )


def _has_open_blocking_finding() -> ColumnElement[bool]:
    """On the enrollment itself, or on its class group. Both are looked up in a hash of all there are."""
    key = (Finding.platform, Finding.class_group_id)
    mine = (Assessment.platform, Assessment.class_group_id)
    open_ones = (
        Finding.state == literal_column(f"'{FindingState.open}'"),
        Finding.severity == Severity.blocking,
    )
    own = select(*key, Finding.learner_id).where(*open_ones)
    shared = select(*key).where(*open_ones, Finding.learner_id == OF_NOBODY)
    return or_(tuple_(*mine, Assessment.learner_id).in_(own), tuple_(*mine).in_(shared))
