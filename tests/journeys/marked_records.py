"""Records of every feed with personal data in every place that could hold some, good ones and bad ones."""

import json
from collections.abc import Iterator
from typing import Any

from app.core.vocabulary import Feed
from app.ingest.definition import Field
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import FreeText, Identifier, IdNumber, Integer, Kind, Measure, Milliseconds, SealedText
from app.privacy.fields import PersonalKind
from tests.house.marked_values import MarkedValues
from tests.ingest.examples import FULL, OTHER_USCC, Record

NUMBERS = (Integer, Measure, Milliseconds)
CHECKED = "programme"
"""Free text that must name something known."""


def filled(feed: Feed, marked: MarkedValues, **changes: object) -> Record:
    """A good record. Whatever is free text in it, or is there for personal data, holds some."""
    values = {
        field.name: value
        for field in DEFINITIONS[feed].own_fields
        if field.name not in {CHECKED, *changes} and (value := _fitting(field.kind, marked)) is not None
    }
    return FULL[feed] | values | changes


def _fitting(kind: Kind, marked: MarkedValues) -> str | None:
    match kind:
        case IdNumber():
            return marked.id_number()
        case SealedText(holds=kind_held):
            return marked.account() if kind_held is PersonalKind.account else marked.phone()
        case FreeText():
            return f"证件{marked.id_number()}，核对无误。"
    return None


def tombstone(feed: Feed, marked: MarkedValues) -> Record:
    """Of a record that never came; its other fields are personal data that nobody asked for."""
    key = {field.name: _other_key(field.kind) for field in DEFINITIONS[feed].keys}
    return filled(feed, marked) | key | {"deleted": True}


def _other_key(kind: Kind) -> str | int:
    match kind:
        case Identifier():
            return "T1"
        case Integer():
            return 9
    return OTHER_USCC


def spoilt(feed: Feed, marked: MarkedValues) -> Iterator[bytes]:
    """Lines that are rejected, each of which holds personal data in one place where it does not belong."""
    for field in DEFINITIONS[feed].fields:
        for value in _misfits(field, marked):
            yield line(FULL[feed] | {field.name: value})
    for surplus in (
        {marked.id_number(): True},
        {f"note_{marked.phone()}": marked.account()},
        {"id_number_2": marked.id_number(), "备注": marked.phone()},
    ):
        yield line(FULL[feed] | surplus)
    yield from _unreadable(feed, marked)


def _misfits(field: Field, marked: MarkedValues) -> Iterator[Any]:
    """What the field's kind refuses: most of it is a number written where another field was meant."""
    yield {"number": marked.id_number()}
    yield f"{marked.phone()} {marked.account()} {marked.id_number()}\n"
    if not isinstance(field.kind, NUMBERS):
        yield int(marked.phone())
    match field.kind:
        case IdNumber():
            yield marked.mistaken_id_number()
        case FreeText() | Identifier(personal=False):
            pass  # a text is kept, its ID number masked; other ids may look like one (contract)
        case _:
            yield marked.id_number()


def _unreadable(feed: Feed, marked: MarkedValues) -> Iterator[bytes]:
    whole = line(FULL[feed] | {"id_number": marked.id_number(), "phone": marked.phone()})
    yield whole[:-1]
    yield whole[:-1] + b",}"
    yield whole.replace(b"1", b"\xff1", 1)
    yield line([marked.id_number()])
    yield line(marked.id_number())


def line(record: object) -> bytes:
    return json.dumps(record, ensure_ascii=False).encode()
