"""Instants (RFC 3339 with an offset) and days."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from app.core.errors import Text
from app.ingest.kinds.kind import Kind, lines_of, string
from app.ingest.problems import Code, Problem, invalid_value

DIGITS_ALIKE = str.maketrans("123456789", "000000000")
NAIVE_SHAPES = frozenset(
    "0000-00-00T00:00:00" + fraction for fraction in ("", *("." + "0" * digits for digits in range(1, 7)))
)
"""How a date and time look with every digit replaced by 0; comparing shapes is cheaper than matching each."""
SHAPES = frozenset(shape + zone for shape in NAIVE_SHAPES for zone in ("Z", "+00:00", "-00:00"))
LAST_HOUR, LAST_MINUTE = "23", "59"
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True, slots=True)
class Instant(Kind):
    """RFC 3339 as written: with an offset, at most 6 fractional digits, no second 60. Stored in UTC."""

    happened: bool = True
    """What has happened cannot lie ahead of its receipt; a timetable can."""

    def hint(self) -> Text:
        return Text(
            "RFC 3339 时刻，须带时区，如 2026-03-02T09:00:00+08:00。",
            "An RFC 3339 instant with its offset, such as 2026-03-02T09:00:00+08:00.",
        )

    def read(self, value: object) -> datetime:
        text = string(value)
        upper = text.upper() if text.isascii() else text
        shape = upper.translate(DIGITS_ALIKE)
        if shape in NAIVE_SHAPES:
            raise Problem(
                Code.naive_timestamp,
                Text(
                    "时刻缺少时区，请写明，如 2026-03-02T09:00:00+08:00。",
                    "has no offset; write one, as in 2026-03-02T09:00:00+08:00.",
                ),
            )
        if shape not in SHAPES or not _is_of_the_clock(upper):
            raise _not_an_instant()
        return _in_utc(upper)

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """Clocks that tick in seconds repeat: each instant is read once."""
        different = list(dict.fromkeys(values)) if set(map(type, values)) == {str} else values
        text = lines_of(different)
        instants = None if text is None else _of_one_offset(text.upper())
        if instants is None:
            return Kind.read_all(self, values)
        if len(different) == len(values):
            return instants
        return list(map(dict(zip(different, instants, strict=True)).__getitem__, values))

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date-time"}


def _not_an_instant() -> Problem:
    return invalid_value(
        "应为 RFC 3339 时刻（带时区，小数秒最多 6 位），如 2026-03-02T09:00:00+08:00。",
        "must be an RFC 3339 instant with its offset and at most 6 fractional digits, "
        "such as 2026-03-02T09:00:00+08:00.",
    )


def _is_of_the_clock(instant: str) -> bool:
    """No hour 24 and no offset of 60 minutes, which Python reads and RFC 3339 does not know."""
    return instant[11:13] <= LAST_HOUR and (instant[-1] == "Z" or instant[-2:] <= LAST_MINUTE)


def _in_utc(instant: str) -> datetime:
    try:
        return datetime.fromisoformat(instant).astimezone(UTC)
    except (ValueError, OverflowError):
        raise _not_an_instant() from None


def _of_one_offset(lines: str) -> list[datetime] | None:
    """Many instants that share an offset, as those of one platform do; None where one is not as it should be.

    Reading them as UTC and moving them together costs half of converting each.
    """
    instants = lines.split("\n")
    if not SHAPES.issuperset(lines.translate(DIGITS_ALIKE).split("\n")):
        return None
    zone = instants[0][19:].lstrip(".0123456789")
    if lines.count(zone) < len(instants) or (zone != "Z" and zone[-2:] > LAST_MINUTE) or "T24" in lines:
        return None
    try:
        ahead = datetime.fromisoformat(f"2000-01-01T00:00:00{zone}").utcoffset() or timedelta(0)
        in_utc = map(datetime.fromisoformat, lines.replace(zone, "Z").split("\n"))
        return [instant - ahead for instant in in_utc]
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True, slots=True)
class Day(Kind):
    """A calendar day of Asia/Shanghai."""

    def hint(self) -> Text:
        return Text("日期 YYYY-MM-DD（北京时间）。", "A date, YYYY-MM-DD, of Asia/Shanghai.")

    def read(self, value: object) -> date:
        text = string(value)
        try:
            if DAY.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass
        raise invalid_value("应为日期 YYYY-MM-DD。", "must be a date, YYYY-MM-DD.")

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "format": "date"}
