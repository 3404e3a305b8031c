"""Splits a body into records: their exact bytes, as the ledger hashes them, and where each stood."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from io import BytesIO
from typing import NamedTuple

import msgspec

from app.ingest.errors import MalformedBody, TooManyRecords
from app.ingest.flaws import BLANKS, flaw_of, flaw_of_no_array
from app.ingest.schemas import MediaType

MOST_RECORDS = 10_000
MOST_COMMAS = 1_000_000
"""No honest batch has so many. The bound holds before a value is built for each."""

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
        raise TooManyRecords(MOST_RECORDS, MOST_COMMAS)
    return _lines(body) if media_type == MediaType.ndjson else _elements(body)


def _lines(body: bytes) -> Records:
    """A line ends with LF or CR LF, which is no part of the record."""
    records = body.removesuffix(b"\n").split(b"\n", MOST_RECORDS)
    if b"\r" not in body and len(records) <= MOST_RECORDS and all(map(bytes.strip, records)):
        return Records(records, range(1, len(records) + 1))
    return _lines_with_care(body)


def _lines_with_care(body: bytes) -> Records:
    """Some are blank, or end with CR LF, or they are too many."""
    records: list[bytes] = []
    lines: list[int] = []
    for number, line in enumerate(BytesIO(body), 1):
        if not line.strip(BLANKS):
            continue
        if len(records) == MOST_RECORDS:
            raise TooManyRecords(MOST_RECORDS, MOST_COMMAS)
        records.append(line.removesuffix(b"\n").removesuffix(b"\r"))
        lines.append(number)
    return Records(records, lines)


def _elements(body: bytes) -> Records:
    try:
        body.decode()
        elements = ELEMENTS.decode(body)
    except msgspec.ValidationError:
        raise MalformedBody(flaw_of_no_array(body)) from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        is_blank = not body.strip(BLANKS)
        raise MalformedBody(flaw_of_no_array(body) if is_blank else flaw_of(body, error)) from None
    if len(elements) > MOST_RECORDS:
        raise TooManyRecords(MOST_RECORDS, MOST_COMMAS)
    return Records(list(map(bytes, elements)), range(1, len(elements) + 1))
