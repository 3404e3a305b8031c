"""What an official looks at first: how many stand how, what ends soon, and what money hangs on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupKey
from app.db.session import ReadSession
from app.eligibility import overview_repository as repository
from app.eligibility.danger import Danger, dangers
from app.eligibility.overview_repository import Fares, RunningRow, SumsOf, WeekRow
from app.policies.service import Policies
from app.records.selection import Selection
from app.rules.subsidy import Grant, amount

ENDING_DAYS = 14
"""A class group ends soon from two weeks before its last day on."""
WEEKS = 12
MOST_ENDANGERED = 12
MOST_ROWS = 30
"""Of a table by district, programme or enterprise."""


@dataclass(frozen=True, slots=True)
class Money:
    """In fen, of class groups that closed from this day on."""

    closed_from: date
    enrollments: int
    """With which an amount stands."""
    granted_fen: int
    withheld_fen: int
    """What barred enrollments with an open blocking finding would be paid were they eligible."""
    withheld_enrollments: int


@dataclass(frozen=True, slots=True)
class Overview:
    today: date
    ending_until: date
    all: SumsOf
    districts: Sequence[SumsOf]
    """The largest first, like those that follow."""
    programmes: Sequence[SumsOf]
    enterprises: Sequence[SumsOf]
    """Only where one district is asked about."""
    fares: Fares
    endangered: Sequence[RunningRow]
    """Of those that run the ones with somebody lost or at risk, the worst first."""
    dangers: Mapping[ClassGroupKey, Sequence[Danger]]
    """Of the endangered."""
    weeks: Sequence[WeekRow]
    """The last twelve, the oldest first, empty ones too."""
    money: Money | None
    """None: no policy names an amount, or the caller is not told."""


async def overview(
    session: ReadSession,
    policies: Policies,
    selection: Selection,
    at: datetime,
    *,
    with_money: bool,
    by_enterprise: bool,
) -> Overview:
    today = at.astimezone(SHANGHAI).date()
    until = today + timedelta(days=ENDING_DAYS)
    found = await repository.sums(session, selection, today=today, until=until, by_enterprise=by_enterprise)
    fares, running = await repository.running(
        session, selection, today=today, until=until, limit=MOST_ENDANGERED
    )
    endangered = [each for each in running if each.lost or each.at_risk]
    return Overview(
        today=today,
        ending_until=until,
        all=next(each for each in found if each.dimension == "all"),
        districts=_largest(found, "district"),
        programmes=_largest(found, "programme"),
        enterprises=_largest(found, "enterprise"),
        fares=fares,
        endangered=endangered,
        dangers=await dangers(session, [ClassGroupKey(*each[:2]) for each in endangered]),
        weeks=await _weeks(session, selection, today),
        money=await _money(session, selection, today) if with_money and _names_an_amount(policies) else None,
    )


def _largest(found: Sequence[SumsOf], dimension: str) -> list[SumsOf]:
    rows = [each for each in found if each.dimension == dimension]
    return sorted(rows, key=lambda each: (-each.sums.class_groups, each.group))[:MOST_ROWS]


async def _weeks(session: ReadSession, selection: Selection, today: date) -> list[WeekRow]:
    this_monday = today - timedelta(days=today.weekday())
    mondays = [this_monday - timedelta(weeks=number) for number in reversed(range(WEEKS))]
    since = datetime.combine(mondays[0], time(), SHANGHAI)
    found = {row.monday: row for row in await repository.weeks(session, selection, since)}
    return [found.get(monday, WeekRow(monday, 0, 0, 0, 0)) for monday in mondays]


async def _money(session: ReadSession, selection: Selection, today: date) -> Money:
    """Of one year, as caps are: this one, or that in which the period filtered ends."""
    last = min(selection.closed_to or today, today)
    closed_from = selection.closed_from or date(last.year, 1, 1)
    within = replace(selection, closed_from=closed_from)
    found = await repository.grants(session, within)
    barred = [(Grant.from_stored(each.barred), each.enrollments) for each in found if each.barred is not None]
    return Money(
        closed_from=closed_from,
        enrollments=sum(each.enrollments for each in found),
        granted_fen=sum(each.granted_fen for each in found),
        withheld_fen=sum(_were_it_eligible(grant) * number for grant, number in barred),
        withheld_enrollments=sum(number for _, number in barred),
    )


def _names_an_amount(policies: Policies) -> bool:
    """Whether any version does; where none ever did, no standing need be read to learn it."""
    subsidies = (
        version.provisions.subsidy
        for each in policies.policies()
        for version in policies.versions(each.policy_id)
    )
    return any(subsidy is not None and subsidy.fen_per_hour is not None for subsidy in subsidies)


def _were_it_eligible(grant: Grant) -> int:
    if not grant.is_one_person and grant.cap_fen is not None:
        return 0
    return amount(grant.fen_per_hour * grant.hours, grant.granted_before_fen, grant.cap_fen)
