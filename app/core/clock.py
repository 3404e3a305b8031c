"""The only place that asks the machine what time it is."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Asia/Shanghai, which all calendar rules use (semantics.md §3)."""
    return now().astimezone(SHANGHAI).date()


def microseconds(at: datetime) -> int:
    """The instant as the rules count it: whole microseconds since 1970-01-01T00:00Z.

    >>> microseconds(datetime(2026, 3, 2, 9, tzinfo=SHANGHAI))
    1772413200000000
    """
    return (at - EPOCH) // MICROSECOND


def from_microseconds(count: int) -> datetime:
    return EPOCH + count * MICROSECOND
