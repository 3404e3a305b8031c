"""The rows that a feed's table gets: stored values by column, personal data sealed."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from app.ingest.definition import FeedDefinition, Field
from app.ingest.kinds import FreeText, IdNumber, Measure, MobilePhone, SealedText, is_mobile
from app.ingest.preparation import Prepared
from app.privacy.contexts import column_context
from app.privacy.id_number import gender
from app.privacy.keyring import KeyRing
from app.privacy.masking import RESEMBLING, mask_text

Stored = TypeVar("Stored", str, bytes)
Rows = dict[str, Sequence[Any]]
"""Values by the table's column, all of one length."""


def rows_of(prepared: Prepared, chosen: Sequence[int], key_ring: KeyRing) -> Rows:
    """`chosen`: places among the good records of the batch."""
    number = len(chosen)
    rows: Rows = {"platform": [prepared.delivery.platform] * number}
    for field, column in zip(prepared.definition.fields, prepared.checked.columns, strict=True):
        rows |= _stored(prepared.definition, field, pick(column, chosen), key_ring)
    lines, positions = prepared.batch.lines, prepared.checked.positions
    return rows | {
        "content_hash": pick(prepared.content_hashes, chosen),
        "batch_id": [prepared.batch_id] * number,
        "line": [lines[positions[place]] for place in chosen],
    }


def pick(column: Sequence[Any], chosen: Sequence[int]) -> Sequence[Any]:
    if len(chosen) == len(column):  # each in its place, as `chosen` holds none twice
        return column
    return [column[place] for place in chosen]


def _stored(definition: FeedDefinition, field: Field, values: Sequence[Any], key_ring: KeyRing) -> Rows:
    """A measure that has its default is stored as null: a numeric costs more than the rest of its row.

    Free text may hold ID numbers that nobody asked for: whole they stand in the sealed archive only.
    """
    context = column_context(definition.table.name, field.column)

    def seal(plaintexts: Sequence[str]) -> list[bytes]:
        return key_ring.seal_each(list(map(str.encode, plaintexts)), context)

    def person_keys(id_numbers: Sequence[str]) -> list[bytes]:
        return list(map(key_ring.person_key, id_numbers))

    match field.kind:
        case IdNumber():
            return {
                field.column: _each(seal, values),
                "person_key": _each(person_keys, values),
                "id_gender": [value and gender(value) for value in values],
            }
        case MobilePhone():
            forms = [None if value is None else is_mobile(value) for value in values]
            return {field.column: _each(seal, values), f"{field.name}_valid": forms}
        case SealedText():
            return {field.column: _each(seal, values)}
        case FreeText():
            return {field.column: _each(_masked, values)}
        case Measure() if field.default is not None:
            return {field.column: [None if value == field.default else value for value in values]}
        case _:
            return {field.column: values}


def _masked(texts: Sequence[str]) -> Sequence[str]:
    """Hardly any text holds an ID number: one look at all of them finds out."""
    return list(map(mask_text, texts)) if RESEMBLING.search("\n".join(texts)) else texts


def _each(
    change: Callable[[Sequence[str]], Sequence[Stored]], values: Sequence[str | None]
) -> Sequence[Stored | None]:
    """All that are not null at once."""
    present = iter(change([value for value in values if value is not None]))
    return [None if value is None else next(present) for value in values]
