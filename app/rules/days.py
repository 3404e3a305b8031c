"""Calendar days of Asia/Shanghai as whole microseconds (semantics.md §3).

Shanghai keeps UTC+08:00 without summer time since 1991, long before any policy; plain arithmetic therefore
serves, and unlike a time zone database it also serves the dates a typing error can reach.
"""

from datetime import date

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
SHANGHAI_OFFSET = 8 * HOUR
EPOCH_ORDINAL = date(1970, 1, 1).toordinal()


def start_of_day(day: date) -> int:
    """00:00 of the day; 24:00 is `DAY` later."""
    return (day.toordinal() - EPOCH_ORDINAL) * DAY - SHANGHAI_OFFSET


def end_of_day_at(instant: int) -> int:
    """24:00 of the day that the instant lies in."""
    return (_day_number(instant) + 1) * DAY - SHANGHAI_OFFSET


def day_of(instant: int) -> date:
    return date.fromordinal(_day_number(instant) + EPOCH_ORDINAL)


def _day_number(instant: int) -> int:
    return (instant + SHANGHAI_OFFSET) // DAY
