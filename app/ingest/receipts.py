"""Tells again what became of a batch: the receipt, lists, rejections, and the originals to mend."""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import msgspec

from app.accounts.authorisation import Reach
from app.core.ids import BatchId, PlatformCode
from app.core.vocabulary import BatchState, Feed
from app.db.session import ReadSession
from app.ingest import archive, causes_repository, receipts_repository
from app.ingest.decode import MOST_RECORDS, UNREADABLE, split
from app.ingest.definition import Effect
from app.ingest.errors import BatchDisposed, BatchUnknown
from app.ingest.feeds import DEFINITIONS
from app.ingest.receipts_repository import Archive
from app.ingest.schemas import BatchFilter, BatchSummary, Causes, Receipt, Rejection
from app.privacy.keyring import KeyRing

REJECTIONS_INLINE = 100
BATCHES_OF_CAUSES, LINES_OF_CAUSES = 100, 200
"""Looked at for what is wrong most often: the newest with rejections, of each the first rejected lines."""
ALL = BatchFilter()


async def receipt(session: ReadSession, batch_id: BatchId, reach: Reach) -> Receipt:
    """The receipt again, with the ledger's index and the state as they are now."""
    batch = await summary(session, batch_id, reach)
    inline = await receipts_repository.rejections(session, batch, after_line=0, limit=REJECTIONS_INLINE)
    return Receipt(batch, inline)


async def replay(session: ReadSession, batch_id: BatchId, platform: PlatformCode) -> Receipt:
    """The first receipt, as it was sent: without what has become of the batch since."""
    known = await receipt(session, batch_id, Reach(platform=platform))
    batch = replace(
        known.batch, ledger_index=None, state=first_state(known.batch.feed, known.batch.counts.accepted)
    )
    return replace(known, batch=batch, is_replay=True)


def rejections_url(batch_id: BatchId) -> str:
    """Where a receipt says that all of them are."""
    return f"/api/v1/batches/{batch_id}/rejections"


def first_state(feed: Feed, accepted: int) -> BatchState:
    """What concerns nobody's figures waits for no assessment."""
    touches_somebody = accepted > 0 and DEFINITIONS[feed].effect is not Effect.nobody
    return BatchState.stored if touches_somebody else BatchState.assessed


async def batches(
    session: ReadSession,
    reach: Reach,
    wanted: BatchFilter = ALL,
    *,
    before: BatchId | None = None,
    limit: int,
) -> Sequence[BatchSummary]:
    """The newest first; `before` is the last one of the page before."""
    return await receipts_repository.batches(session, reach, wanted, before=before, limit=limit)


async def causes(session: ReadSession, reach: Reach, wanted: BatchFilter) -> Causes:
    """What is wrong most often, of the newest batches that had records rejected."""
    wanted = wanted._replace(only_rejected=True)
    newest = await receipts_repository.batches(session, reach, wanted, before=None, limit=BATCHES_OF_CAUSES)
    return Causes(len(newest), await causes_repository.causes(session, newest, lines=LINES_OF_CAUSES))


async def causes_of(session: ReadSession, batch_id: BatchId, reach: Reach) -> Causes:
    """Of all its rejections. Raises `BatchDisposed` where they are gone."""
    batch = await _kept(session, batch_id, reach)
    return Causes(1, await causes_repository.causes(session, [batch], lines=MOST_RECORDS))


async def rejections(
    session: ReadSession, batch_id: BatchId, reach: Reach, *, after_line: int = 0, limit: int
) -> Sequence[Rejection]:
    """Raises `BatchDisposed` where they are gone."""
    batch = await _kept(session, batch_id, reach)
    return await receipts_repository.rejections(session, batch, after_line=after_line, limit=limit)


async def originals(
    session: ReadSession, key_ring: KeyRing, batch_id: BatchId, reach: Reach, lines: Iterable[int]
) -> Mapping[int, bytes]:
    """Records as they were received, by line, each as one line of JSON: to mend and send again.

    They hold personal data: only for the platform that pushed them.
    """
    batch = await _kept(session, batch_id, reach)
    stored = await receipts_repository.archive(session, batch)
    return await asyncio.to_thread(_originals, key_ring, batch_id, stored, frozenset(lines))


async def summary(session: ReadSession, batch_id: BatchId, reach: Reach) -> BatchSummary:
    batch = await receipts_repository.batch(session, batch_id, reach)
    if batch is None:
        raise BatchUnknown
    return batch


async def _kept(session: ReadSession, batch_id: BatchId, reach: Reach) -> BatchSummary:
    batch = await summary(session, batch_id, reach)
    if await receipts_repository.is_disposed(session, batch_id):
        raise BatchDisposed
    return batch


def _originals(
    key_ring: KeyRing, batch_id: BatchId, stored: Archive, wanted: frozenset[int]
) -> Mapping[int, bytes]:
    body = archive.open_body(key_ring, batch_id, stored.body_sealed)
    records = split(body, stored.media_type)
    return {
        line: on_one_line(record)
        for line, record in zip(records.lines, records.records, strict=True)
        if line in wanted
    }


def on_one_line(record: bytes) -> bytes:
    """The record without line breaks; one that cannot be read becomes a JSON string of its text."""
    try:
        msgspec.json.decode(record)
        return msgspec.json.format(record, indent=-1)
    except UNREADABLE:
        return msgspec.json.encode(record.decode(errors="replace"))
