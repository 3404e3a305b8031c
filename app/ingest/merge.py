"""Decides what becomes of each record (semantics.md §2). Pure: no rows, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from app.core.vocabulary import RecordOutcome
from app.ledger.leaves import OUTCOME_BYTES

Key = tuple[str | int, ...]

ACCEPTED = OUTCOME_BYTES[RecordOutcome.accepted]
UNCHANGED = OUTCOME_BYTES[RecordOutcome.unchanged]
STALE = OUTCOME_BYTES[RecordOutcome.stale]
REJECTED = OUTCOME_BYTES[RecordOutcome.rejected]


class Version(NamedTuple):
    """What must be known of a stored record to decide about another with its key."""

    revision: int
    content_hash: bytes


Candidate = tuple[Key, int, bytes]
"""Key, revision and content hash of a record that was delivered."""


NEVER = Version(revision=-1, content_hash=b"")
"""Older than any record can be."""


class Merge(NamedTuple):
    outcomes: bytes
    """One byte a record, in line order."""
    conflicts: Mapping[int, int]
    """The current revision, by the position of the record that conflicts with it."""
    standing: Mapping[Key, int]
    """The position of the record that stands in the end, for each key that a record was accepted for."""


def all_new(keys: Sequence[Key]) -> Merge | None:
    """What `fold` comes to where nothing is stored yet and no key repeats; None where one does."""
    standing = dict(zip(keys, range(len(keys)), strict=True))
    if len(standing) < len(keys):
        return None
    return Merge(bytes([ACCEPTED]) * len(keys), {}, standing)


def fold(existing: Mapping[Key, Version], candidates: Iterable[Candidate]) -> Merge:
    """The records count in their order, as if each had been delivered alone."""
    versions: dict[Key, tuple[int, bytes]] = dict(existing)
    outcomes = bytearray()
    conflicts: dict[int, int] = {}
    standing: dict[Key, int] = {}
    for position, (key, revision, content_hash) in enumerate(candidates):
        current_revision, current_hash = versions.get(key, NEVER)
        if revision > current_revision:
            versions[key] = revision, content_hash
            standing[key] = position
            outcomes.append(ACCEPTED)
        elif revision < current_revision:
            outcomes.append(STALE)
        elif content_hash == current_hash:
            outcomes.append(UNCHANGED)
        else:
            conflicts[position] = current_revision
            outcomes.append(REJECTED)
    return Merge(bytes(outcomes), conflicts, standing)
