"""Canonical JSON (RFC 8785): one value, one spelling. Without floats: figures are integers or text."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import msgspec
import rfc8785

Json = Mapping[str, "Json"] | Sequence["Json"] | str | int | bool | None
"""Objects are dicts, lists are lists or tuples; integers lie within ±(2⁵³ - 1)."""

_SORTED = msgspec.json.Encoder(order="sorted")


def canonical_json(value: Json) -> bytes:
    return rfc8785.dumps(value)


def canonical_json_fast(value: Json) -> bytes:
    """The same bytes at a twentieth of the price, where names are known to be ASCII and integers in range.

    Only beyond ASCII does an order of names by UTF-16 differ from one by code point.
    """
    return _SORTED.encode(value)


def instant(at: datetime) -> str:
    """UTC with exactly six fractional digits: `2026-03-02T12:00:00.000000Z`."""
    if at.tzinfo is None:
        raise ValueError("An instant carries an offset.")
    return at.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
