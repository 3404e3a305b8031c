"""The daily cap (semantics.md §4, `daily_excess`): what was taken on each day, and what exceeds the cap."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from app.rules.days import MINUTE, day_of, end_of_day_at
from app.rules.study import Study


class DayCount(NamedTuple):
    """One day of one learner, in microseconds."""

    day: date
    taken: int
    excess: int


def count_days(studies: Iterable[Study], cap_minutes: int | None) -> list[DayCount]:
    """The days on which something was taken, in order; none where the policy sets no cap."""
    if cap_minutes is None:
        return []
    taken: Counter[date] = Counter()
    for study in studies:
        for start, end in study.taken:
            _add_by_day(taken, start, end)
    return [DayCount(day, time, max(0, time - cap_minutes * MINUTE)) for day, time in sorted(taken.items())]


def _add_by_day(taken: Counter[date], start: int, end: int) -> None:
    while start < end:
        midnight = min(end, end_of_day_at(start))
        taken[day_of(start)] += midnight - start
        start = midnight
