"""Checks the records of a batch: the good ones become columns of stored values, the others keep their faults.

The quick way takes some hundred records at once, column by column. Where anything is wrong with them, the
same records are examined one by one, so that every error of each is named. Both ways read values with the
same kinds and ask the same rules.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import repeat
from typing import Any

import msgspec

from app.core.errors import FieldError
from app.ingest.decode import UNREADABLE
from app.ingest.definition import DELETED, Circumstances, FeedDefinition, Field, Presence
from app.ingest.examination import Faults, examine
from app.ingest.problems import Code, Problem, unknown

RECORDS_AT_ONCE = 250

MOST_NAMES = 1_000
"""So many different unknown fields of a batch are told by their names: honest ones have a handful."""

Columns = Sequence[Sequence[Any]]


@dataclass(frozen=True, slots=True)
class Checked:
    columns: Columns
    """The good records' stored values, a column for each field of the feed."""
    positions: Sequence[int]
    """Which records of the batch these are, from 0."""
    faults: Sequence[tuple[int, Faults]]
    """The others by their position."""


def check(definition: FeedDefinition, records: Sequence[bytes], circumstances: Circumstances) -> Checked:
    columns: list[list[Any]] = [[] for _ in definition.fields]
    positions: list[int] = []
    faults: list[tuple[int, Faults]] = []
    for start in range(0, len(records), RECORDS_AT_ONCE):
        part = range(start, min(start + RECORDS_AT_ONCE, len(records)))
        good = read_together(definition, records[start : part.stop], circumstances)
        if good is None:
            part_checked = read_one_by_one(definition, records, part, circumstances)
            good = part_checked.columns
            faults += part_checked.faults
            positions += part_checked.positions
        else:
            positions += part
        for column, more in zip(columns, good, strict=True):
            column.extend(more)
    return Checked(columns, positions, _with_few_names(faults))


def _with_few_names(faults: Sequence[tuple[int, Faults]]) -> Sequence[tuple[int, Faults]]:
    """Beyond the bound an unknown field is told without its name, and once for its record."""
    names = {error for _, each in faults for error in each.errors if error.code == Code.unknown_field}
    if len(names) <= MOST_NAMES:
        return faults
    told: set[FieldError] = set()

    def bounded(error: FieldError) -> FieldError:
        if error.code == Code.unknown_field and len(told) < MOST_NAMES:
            told.add(error)
        return error if error.code != Code.unknown_field or error in told else unknown(None)

    return [
        (position, replace(each, errors=[*dict.fromkeys(map(bounded, each.errors))]))
        for position, each in faults
    ]


def read_one_by_one(
    definition: FeedDefinition, records: Sequence[bytes], part: Iterable[int], circumstances: Circumstances
) -> Checked:
    verdicts = [(position, examine(definition, records[position], circumstances)) for position in part]
    rows = [(position, row) for position, row in verdicts if not isinstance(row, Faults)]
    columns = list(zip(*(row for _, row in rows), strict=True)) or [()] * len(definition.fields)
    return Checked(
        columns,
        [position for position, _ in rows],
        [(position, verdict) for position, verdict in verdicts if isinstance(verdict, Faults)],
    )


def read_together(
    definition: FeedDefinition, records: Sequence[bytes], circumstances: Circumstances
) -> Columns | None:
    """None where a record is not good, or is a tombstone, which lacks most fields."""
    try:
        decoded = map(definition.decoder.decode, records)
        written = list(zip(*map(msgspec.structs.astuple, decoded), strict=True))
        if any(written[definition.positions((DELETED.name,))[0]]):
            return None
        columns = [read_column(*pair) for pair in zip(definition.fields, written, strict=True)]
    except (Problem, FieldMissing, *UNREADABLE):
        return None
    return columns if are_good(definition, columns, circumstances) else None


class FieldMissing(Exception):
    """Somewhere in the column; the thorough way says where."""


def read_column(field: Field, values: Sequence[object]) -> Sequence[Any]:
    absent = values.count(None)
    if not absent:
        return field.kind.read_all(values)
    if field.presence is not Presence.optional:
        raise FieldMissing
    if absent == len(values):
        return [field.default] * absent
    present = iter(field.kind.read_all([value for value in values if value is not None]))
    return [field.default if value is None else next(present) for value in values]


def are_good(definition: FeedDefinition, columns: Columns, circumstances: Circumstances) -> bool:
    happened = (columns[position] for position in definition.positions(definition.happened))
    return not any(_latest(instants) > circumstances.latest for instants in happened) and not any(
        any(map(rule.find, repeat(circumstances), *(columns[p] for p in definition.positions(rule.fields))))
        for rule in definition.rules
    )


LONG_AGO = datetime.fromisoformat("0001-01-01T00:00:00Z")


def _latest(instants: Iterable[datetime | None]) -> datetime:
    return max((instant for instant in instants if instant is not None), default=LONG_AGO)
