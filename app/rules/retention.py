"""Until when what belongs to a class group is kept, and by which clause. Pure: no rows, no clock.

A term of a policy covers everything, but for those on videos alone. Of several terms the longest holds. What
has no term, or one whose length the text leaves open, is kept without end: nobody has said when it may go.
"""

from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.errors import Text
from app.rules.fact_names import Unit
from app.rules.parameters import Parameter
from app.rules.policy import PolicyVersion

MONTHS_OF_A_YEAR = 12
ON_VIDEOS_ALONE = frozenset({"live-video"})
"""Codes of terms in packs."""


class Kind(StrEnum):
    """What is kept of a class group."""

    feed_rows = "feed_rows"
    archives = "archives"
    videos = "videos"
    decisions = "decisions"
    assessment_runs = "assessment_runs"
    reports = "reports"
    rights_requests = "rights_requests"


class Covers(StrEnum):
    everything = "everything"
    videos = "videos"

    def is_about(self, kind: Kind) -> bool:
        return self is Covers.everything or kind is Kind.videos


class Length(NamedTuple):
    """A length of the calendar."""

    months: int
    days: int = 0


@dataclass(frozen=True, slots=True)
class KeepingTerm:
    """How long a version of a policy has things kept."""

    code: str
    title: Text
    clause: str
    covers: Covers
    length: Length | None
    """None: the text sets no length."""


class Applied(NamedTuple):
    """A term, and the last day on which it has the thing kept; None: without end."""

    term: KeepingTerm
    until: date | None


class Kept(NamedTuple):
    """Until the latest day of all terms that apply; None: without end."""

    until: date | None
    by: tuple[Applied, ...]


def keeping_terms(version: PolicyVersion) -> tuple[KeepingTerm, ...]:
    """In the order of the pack."""
    return tuple(
        [
            KeepingTerm(
                code=term.code,
                title=term.title,
                clause=term.length.clause,
                covers=Covers.videos if term.code in ON_VIDEOS_ALONE else Covers.everything,
                length=length_of(term.length),
            )
            for term in version.provisions.retention
        ]
    )


def length_of(parameter: Parameter) -> Length | None:
    """None where it is blank, or no length of the calendar."""
    if parameter.value is None:
        return None
    months = {Unit.years: MONTHS_OF_A_YEAR, Unit.months: 1}.get(parameter.unit or Unit.text)
    units = parameter.number * (months or 1)
    if units.denominator != 1 or units < 0 or (months is None and parameter.unit is not Unit.days):
        return None
    return Length(int(units)) if months else Length(0, int(units))


def last_day(since: date, length: Length) -> date | None:
    """Of keeping what began on that day. A day that its month lacks is the last one of the month.

    None: it lies beyond the calendar.

    >>> last_day(date(2020, 2, 29), Length(60)), last_day(date(2026, 1, 31), Length(1))
    (datetime.date(2025, 2, 28), datetime.date(2026, 2, 28))
    """
    year, month = divmod(since.year * MONTHS_OF_A_YEAR + since.month - 1 + length.months, MONTHS_OF_A_YEAR)
    try:
        last = min(since.day, monthrange(year, month + 1)[1])
        return date(year, month + 1, last) + timedelta(days=length.days)
    except (ValueError, OverflowError):
        return None


def kept(kind: Kind, since: date | None, terms: Sequence[KeepingTerm]) -> Kept:
    """`since`: the day from which its terms run; None: they have not begun.

    Terms on videos alone are no reason to let anything go: one that covers everything must be there too.
    """
    about = [term for term in terms if term.covers.is_about(kind)]
    by = tuple([Applied(term, _until(since, term)) for term in about])
    if not any(term.covers is Covers.everything for term in about):
        return Kept(None, by)
    return Kept(latest(each.until for each in by), by)


def latest(days: Iterable[date | None]) -> date | None:
    """The last of them; None where one of them is, or there is none: without end."""
    known = list(days)
    if not known or None in known:
        return None
    return max(day for day in known if day is not None)


def _until(since: date | None, term: KeepingTerm) -> date | None:
    return None if since is None or term.length is None else last_day(since, term.length)
