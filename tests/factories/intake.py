"""Batches, touches and ledger entries as ingest leaves them."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert

from app.core.ids import BatchId, ClassGroupKey, ClientId, new_uuid
from app.core.vocabulary import Feed
from app.db.models import Batch, BatchClassGroup, Touch
from app.db.session import WriteSession
from app.ledger.envelope import Counts, EntryKind, batch_envelope
from app.ledger.sequence import enqueue
from tests.factories.feeds import KEY

RECEIVED_AT = datetime(2026, 5, 4, 1, tzinfo=UTC)


async def touch(
    session: WriteSession,
    learner_ids: Sequence[str] | None = None,
    key: ClassGroupKey = KEY,
    *,
    batch_id: UUID | None = None,
    touched_at: datetime = RECEIVED_AT,
) -> None:
    """None: every enrollment of the class group."""
    row = {"learner_ids": learner_ids, "batch_id": batch_id, "touched_at": touched_at}
    await session.execute(insert(Touch).values(**key._asdict(), **row))


async def add_batch(
    session: WriteSession,
    *keys: ClassGroupKey,
    feed: Feed = Feed.learning_records,
    received_at: datetime = RECEIVED_AT,
) -> BatchId:
    """A batch of one record for each class group; its ledger entry waits for the sequencer."""
    batch_id = BatchId(new_uuid(received_at))
    counts = Counts(received=len(keys), accepted=len(keys), unchanged=0, stale=0, rejected=0)
    platform = keys[0].platform
    envelope = batch_envelope(
        batch_id=batch_id,
        platform=platform,
        feed=feed,
        client_id=ClientId("client-1"),
        received_at=received_at,
        counts=counts,
        records_root=bytes(32),
    )
    leaf_hash = await enqueue(
        session, kind=EntryKind.batch, subject_id=batch_id, recorded_at=received_at, envelope=envelope
    )
    row = {"platform": platform, "feed": feed, "client_id": "client-1", "received_at": received_at}
    hashes = {"records_root": bytes(32), "leaf_hash": leaf_hash}
    await session.execute(insert(Batch).values(batch_id=batch_id, **row, **counts._asdict(), **hashes))
    links = [{**key._asdict(), "batch_id": batch_id} for key in keys]
    await session.execute(insert(BatchClassGroup).values(links))
    return batch_id
