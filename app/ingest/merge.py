"""Decides what becomes of each record (semantics.md §2). Pure: no rows, no clock."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.core.vocabulary import RecordOutcome
from app.ledger.leaves import OUTCOME_BYTES

Key = tuple[str | int, ...]

ACCEPTED = OUTCOME_BYTES[RecordOutcome.accepted]
UNCHANGED = OUTCOME_BYTES[RecordOutcome.unchanged]
STALE = OUTCOME_BYTES[RecordOutcome.stale]
REJECTED = OUTCOME_BYTES[RecordOutcome.rejected]


class Version(NamedTuple):
    """What must be known of a record to decide about another with its key."""

    revision: int
    content_hash: bytes


class Merge(NamedTuple):
    outcomes: bytes
    """One byte a record, in line order."""
    conflicts: Mapping[int, int]
    """The current revision, by the position of the record that conflicts with it."""
    standing: Mapping[Key, int]
    """The position of the record that stands in the end, for each key that a record was accepted for."""


def fold(existing: Mapping[Key, Version], records: Iterable[tuple[Key, Version]]) -> Merge:
    """The records count in their order, as if each had been delivered alone."""
    versions = dict(existing)
    outcomes = bytearray()
    conflicts: dict[int, int] = {}
    standing: dict[Key, int] = {}
    for position, (key, version) in enumerate(records):
        current = versions.get(key)
        if current is None or version.revision > current.revision:
            versions[key] = version
            standing[key] = position
            outcomes.append(ACCEPTED)
        elif version.revision < current.revision:
            outcomes.append(STALE)
        elif version.content_hash == current.content_hash:
            outcomes.append(UNCHANGED)
        else:
            conflicts[position] = current.revision
            outcomes.append(REJECTED)
    return Merge(bytes(outcomes), conflicts, standing)
