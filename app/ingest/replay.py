"""Makes rows anew from archived batches: outcomes are applied, never decided again (ledger.md).

Of what some batches brought and were told was accepted or unchanged, the highest revision of each key stands;
of one revision the record that was accepted, of several the first in the order given. Tombstones and
revisions stand as ingest stores them. The district that a class group has from its enterprise is left out.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any, NamedTuple

import zstandard

from app.core.errors import AppError
from app.core.ids import BatchId
from app.db.session import ReadSession
from app.ingest import archive
from app.ingest.decision import FIRST_BATCH
from app.ingest.definition import FeedDefinition
from app.ingest.merge import ACCEPTED, UNCHANGED, Key
from app.ingest.preparation import Prepared, prepare_again
from app.ingest.replay_repository import Contents, Stored, contents
from app.ingest.rows import Rows, rows_of
from app.ingest.schemas import Delivery, MediaType, ProgrammeExists
from app.ledger.leaves import record_leaves
from app.ledger.merkle import root
from app.privacy.keyring import KeyRing

Row = dict[str, Any]
Wanted = Callable[[Key], bool]
"""Whether a key is asked for."""


class NotReplayable(Exception):
    """The archive of a batch is gone, or is not what was stored: nothing can be made from it."""

    def __init__(self, batch_id: BatchId, reason: str) -> None:
        super().__init__(f"batch {batch_id}: {reason}")
        self.batch_id = batch_id
        self.reason = reason


class Replayed(NamedTuple):
    """One batch read again."""

    batch: Stored
    prepared: Prepared
    outcomes: bytes
    secret_sealed: bytes

    def records_root(self, key_ring: KeyRing) -> bytes:
        """Over the salted leaves of all records, made from the archive: what the ledger's entry names."""
        secret = archive.open_secret(key_ring, self.batch.batch_id, self.secret_sealed)
        return root(record_leaves(secret, self.prepared.batch.records, self.outcomes))

    @property
    def definition(self) -> FeedDefinition:
        return self.prepared.definition

    @property
    def unread(self) -> list[int]:
        """Positions of records that were accepted and that this program cannot read any more."""
        read = set(self.prepared.checked.positions)
        return [at for at, outcome in enumerate(self.outcomes) if outcome == ACCEPTED and at not in read]

    def places(self, outcomes: Collection[int]) -> dict[Key, int]:
        """The place, among the good records, of the last record of each key with such an outcome.

        Of one batch the last is the highest: a lower one after it was stale.
        """
        positions = self.prepared.checked.positions
        return {
            key: place
            for place, key in enumerate(self.prepared.keys)
            if self.outcomes[positions[place]] in outcomes
        }

    def rows(self, places: Sequence[int], key_ring: KeyRing) -> Rows:
        """As ingest writes them, `first_batch_id` of a new one included."""
        rows = rows_of(self.prepared, places, key_ring)
        if FIRST_BATCH in self.definition.table.columns:
            rows[FIRST_BATCH] = rows["batch_id"]
        return rows


Rank = tuple[int, bool]
"""Revision, and whether it was accepted: the higher one stands, of equal ones the first."""


@dataclass(slots=True)
class Standing:
    """What stands of one feed of one platform once batches are taken, one after the other."""

    key_ring: KeyRing
    rows: dict[Key, Row] = field(default_factory=dict)
    first: dict[Key, BatchId] = field(default_factory=dict)
    """Of the batches that say anything of a key, the one that was received first."""
    _ranks: dict[Key, Rank] = field(default_factory=dict)

    def take(self, replayed: Replayed, wanted: Wanted = lambda _: True) -> None:
        prepared = replayed.prepared
        places = replayed.places({ACCEPTED, UNCHANGED})
        accepted = replayed.places({ACCEPTED})
        chosen: dict[Key, int] = {}
        for key, last in places.items():
            if not wanted(key):
                continue
            at = accepted.get(key)
            # An accepted record that an equal one follows in the same batch is the one that was stored.
            place = last if at is None or prepared.revisions[at] < prepared.revisions[last] else at
            rank = prepared.revisions[place], place == at
            batch_id = prepared.batch_id
            self.first[key] = min(self.first.get(key, batch_id), batch_id)
            if rank > self._ranks.get(key, (-1, False)):
                chosen[key], self._ranks[key] = place, rank
        rows = replayed.rows(list(chosen.values()), self.key_ring)
        for number, key in enumerate(chosen):
            self.rows[key] = {name: column[number] for name, column in rows.items()}
        if FIRST_BATCH in replayed.definition.table.columns:
            for key in places.keys() & self.rows.keys():
                self.rows[key][FIRST_BATCH] = self.first[key]


async def replay(
    session: ReadSession, key_ring: KeyRing, batches: Sequence[Stored]
) -> AsyncIterator[Replayed]:
    """Reads the batches in the order given, one at a time in memory; raises `NotReplayable`."""
    for batch in batches:
        yield await read_again(session, key_ring, batch, programme_exists=lambda *_: True)


async def read_again(
    session: ReadSession, key_ring: KeyRing, batch: Stored, *, programme_exists: ProgrammeExists
) -> Replayed:
    found = await contents(session, batch)
    if found is None:
        raise NotReplayable(batch.batch_id, "its archive is gone")
    return await asyncio.to_thread(_read, batch, found, key_ring, programme_exists)


def _read(batch: Stored, found: Contents, key_ring: KeyRing, programme_exists: ProgrammeExists) -> Replayed:
    try:
        body = archive.open_body(key_ring, batch.batch_id, found.body_sealed)
        prepared = prepare_again(_delivery(batch, found, body), batch.batch_id, key_ring, programme_exists)
    except (AppError, ValueError, zstandard.ZstdError) as failure:
        raise NotReplayable(
            batch.batch_id, f"its archive cannot be read ({type(failure).__name__})"
        ) from failure
    if len(prepared.batch.records) != len(found.outcomes):
        raise NotReplayable(batch.batch_id, "its archive has another number of records than outcomes")
    return Replayed(batch, prepared, found.outcomes, found.secret_sealed)


def _delivery(batch: Stored, found: Contents, body: bytes) -> Delivery:
    return Delivery(
        platform=batch.platform,
        client_id=batch.client_id,
        credential=batch.credential,
        feed=batch.feed,
        media_type=MediaType(found.media_type),
        body=BytesIO(body),
        received_at=batch.received_at,
    )
