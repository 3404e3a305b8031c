"""Splits a body into records: their exact bytes, as the ledger hashes them, and where each stood."""

import re
from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import NamedTuple

import msgspec

from app.ingest.errors import MalformedBody, TooManyRecords
from app.ingest.schemas import MediaType

MOST_RECORDS = 10_000
MOST_COMMAS = 1_000_000
"""No honest batch has so many. The bound holds before a value is built for each."""

BYTE = re.compile(r"\(byte ([0-9]+)\)")
ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw])
RECORD = msgspec.json.Decoder(float_hook=Decimal)
"""Numbers stay exactly the decimals written; of a repeated key the last counts."""
UNREADABLE = (msgspec.MsgspecError, UnicodeDecodeError, RecursionError, InvalidOperation)
"""What a decoder raises; the last for an exponent beyond Decimal's own."""


class Records(NamedTuple):
    records: Sequence[bytes]
    lines: Sequence[int]
    """Physical lines (blank ones count), or positions in the array; from 1."""


def split(body: bytes, media_type: MediaType) -> Records:
    if body.count(b",") > MOST_COMMAS:
        raise TooManyRecords(MOST_RECORDS)
    return _lines(body) if media_type == MediaType.ndjson else _elements(body)


def _lines(body: bytes) -> Records:
    """A line ends with LF or CR LF, which is no part of the record."""
    records: list[bytes] = []
    lines: list[int] = []
    for number, line in enumerate(BytesIO(body), 1):
        if not line.strip(b" \t\r\n"):
            continue
        if len(records) == MOST_RECORDS:
            raise TooManyRecords(MOST_RECORDS)
        records.append(line.removesuffix(b"\n").removesuffix(b"\r"))
        lines.append(number)
    return Records(records, lines)


def _elements(body: bytes) -> Records:
    try:
        body.decode()
        elements = ELEMENTS.decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedBody(byte_at_fault(error)) from None
    if len(elements) > MOST_RECORDS:
        raise TooManyRecords(MOST_RECORDS)
    return Records(list(map(bytes, elements)), range(1, len(elements) + 1))


def byte_at_fault(error: Exception) -> int | None:
    """Where a decoder stopped. Nothing else of its words is used: they may quote the record."""
    found = BYTE.search(str(error))
    return int(found[1]) if found else None
