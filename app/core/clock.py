"""The only place that asks the machine what time it is."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> datetime:
    return datetime.now(UTC)


def today() -> date:
    """The calendar day in Asia/Shanghai, which all calendar rules use (semantics.md §3)."""
    return now().astimezone(SHANGHAI).date()
