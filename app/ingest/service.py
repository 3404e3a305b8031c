"""Takes one batch in: checked in a thread, then merged, archived and attested in one transaction."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

from app.accounts.quotas import count_records
from app.core.ids import BatchId
from app.core.metrics import RECORDS, REJECTIONS, Stage, finished, timed
from app.core.vocabulary import Feed, RecordOutcome
from app.db.session import Database, WriteSession, transaction
from app.ingest import archive, concerned, districts, receipts, repository
from app.ingest.concerned_repository import touch
from app.ingest.decision import Decision, decide
from app.ingest.errors import BatchRejected, IdempotencyKeyReused
from app.ingest.preparation import Prepared, prepare
from app.ingest.receipts import REJECTIONS_INLINE
from app.ingest.repository import Claimed
from app.ingest.schemas import BatchSummary, Delivery, ProgrammeExists, Receipt
from app.ledger.envelope import EntryKind, batch_envelope
from app.ledger.sequence import enqueue
from app.privacy.keyring import KeyRing

KEY_LIFETIME = timedelta(days=7)

DECODERS = ThreadPoolExecutor(max_workers=2, thread_name_prefix="decoder")
"""At most two bodies are taken apart at once in a process: that bounds the memory it takes."""


async def accept_batch(
    database: Database, key_ring: KeyRing, delivery: Delivery, *, programme_exists: ProgrammeExists
) -> Receipt:
    """The receipt, once everything it says is durable.

    Raises `MalformedBody`, `TooManyRecords`, `IdempotencyKeyReused`, `QuotaExceeded`, and `BatchRejected`
    where the delivery is atomic. Then nothing is stored.
    """
    with timed(Stage.check):
        prepared, if_new = await take_apart(delivery, key_ring, programme_exists)
    finished(Stage.check)
    with timed(Stage.store):
        async with transaction(database) as session:
            earlier = await _earlier_batch(session, key_ring, prepared)
            if earlier is not None:
                return await receipts.replay(session, earlier, delivery.platform)
            decision, receipt = await _store(session, key_ring, prepared, if_new)
    _count(delivery.feed, decision)
    return receipt


async def take_apart(
    delivery: Delivery, key_ring: KeyRing, programme_exists: ProgrammeExists
) -> tuple[Prepared, Decision]:
    """The batch checked, and what it comes to if nothing of it is stored yet."""
    return await asyncio.get_running_loop().run_in_executor(
        DECODERS, _prepare, delivery, key_ring, programme_exists
    )


def _prepare(
    delivery: Delivery, key_ring: KeyRing, programme_exists: ProgrammeExists
) -> tuple[Prepared, Decision]:
    """Decided before it is known what is stored: other batches wait the less for it."""
    prepared = prepare(delivery, key_ring, programme_exists)
    return prepared, decide(prepared, {}, key_ring)


async def _earlier_batch(session: WriteSession, key_ring: KeyRing, prepared: Prepared) -> BatchId | None:
    """The batch that this Idempotency-Key was used for. The key is claimed first: a second request waits.

    It is kept as a keyed hash, for platforms make it of what they like.
    """
    delivery = prepared.delivery
    if delivery.idempotency_key is None:
        return None
    wanted = Claimed(prepared.fingerprint, prepared.batch_id)
    claimed = await repository.claim_key(
        session,
        client_id=delivery.client_id,
        feed=delivery.feed,
        key=key_ring.content_hash(delivery.idempotency_key.encode()).hex(),
        wanted=wanted,
        now=delivery.received_at,
        lifetime=KEY_LIFETIME,
    )
    if claimed.fingerprint != wanted.fingerprint:
        raise IdempotencyKeyReused
    return None if claimed == wanted else claimed.batch_id


async def _store(
    session: WriteSession, key_ring: KeyRing, prepared: Prepared, if_new: Decision
) -> tuple[Decision, Receipt]:
    delivery = prepared.delivery
    decision = await merge_rows(session, key_ring, prepared, if_new)
    await repository.store_rejections(session, prepared.batch_id, delivery.received_at, decision.rejections)
    leaf_hash = await _attest(session, prepared, decision)
    await _archive(session, key_ring, prepared, decision, leaf_hash)
    await count_records(
        session,
        delivery.client_id,
        delivery.records_a_day,
        decision.counts.accepted + decision.counts.rejected,
        delivery.received_at,
    )
    return decision, _receipt(prepared, decision, leaf_hash)


async def merge_rows(
    session: WriteSession, key_ring: KeyRing, prepared: Prepared, if_new: Decision
) -> Decision:
    """The rows of the batch, and nothing that tells of it. Raises `BatchRejected` as `accept_batch` does."""
    delivery = prepared.delivery
    await repository.lock_stripes(session, delivery.feed, delivery.platform, prepared.keys)
    await districts.lock(session, prepared)
    await concerned.lock(session, delivery.feed, delivery.platform, prepared.keys)
    decision = await _store_rows(session, key_ring, prepared, if_new)
    await districts.follow(session, prepared)
    decision = await concerned.noted(session, prepared, decision)
    if delivery.atomic and decision.counts.rejected:
        raise BatchRejected(decision.counts, decision.rejections)
    return decision


async def _store_rows(
    session: WriteSession, key_ring: KeyRing, prepared: Prepared, if_new: Decision
) -> Decision:
    """Most batches bring only what is new, and COPY itself finds out where one does not."""
    table, platform = prepared.definition.table, prepared.delivery.platform
    if_new = await districts.placed(session, prepared, if_new)
    if await repository.insert_if_new(
        session, table, platform, prepared.keys, if_new.new_rows, rows_text=if_new.new_rows_text
    ):
        return if_new
    existing = await repository.existing_versions(session, table, platform, prepared.keys)
    decision = await asyncio.to_thread(decide, prepared, existing, key_ring)
    decision = await districts.placed(session, prepared, decision)
    decision = await concerned.noted(session, prepared, decision)
    await repository.insert_rows(session, table, list(decision.new_rows), decision.new_rows_text)
    await repository.upsert_rows(session, table, decision.changed_rows)
    return decision


async def _attest(session: WriteSession, prepared: Prepared, decision: Decision) -> bytes:
    delivery = prepared.delivery
    envelope = batch_envelope(
        batch_id=prepared.batch_id,
        platform=delivery.platform,
        feed=delivery.feed,
        client_id=delivery.client_id,
        received_at=delivery.received_at,
        counts=decision.counts,
        records_root=decision.records_root,
    )
    return await enqueue(
        session,
        kind=EntryKind.batch,
        subject_id=prepared.batch_id,
        recorded_at=delivery.received_at,
        envelope=envelope,
    )


async def _archive(
    session: WriteSession, key_ring: KeyRing, prepared: Prepared, decision: Decision, leaf_hash: bytes
) -> None:
    delivery = prepared.delivery
    await repository.store_batch(
        session,
        batch_id=prepared.batch_id,
        platform=delivery.platform,
        feed=delivery.feed,
        client_id=delivery.client_id,
        credential=delivery.credential,
        received_at=delivery.received_at,
        counts=decision.counts,
        records_root=decision.records_root,
        leaf_hash=leaf_hash,
        media_type=delivery.media_type,
        body_sealed=prepared.body_sealed,
        secret_sealed=archive.seal_secret(key_ring, prepared.batch_id, prepared.secret),
        outcomes=decision.outcomes,
        class_group_ids=decision.class_group_ids,
        touches=decision.touches,
    )
    await touch(session, decision.concerned, prepared.batch_id, delivery.received_at)


def _receipt(prepared: Prepared, decision: Decision, leaf_hash: bytes) -> Receipt:
    summary = BatchSummary(
        batch_id=prepared.batch_id,
        platform=prepared.delivery.platform,
        feed=prepared.delivery.feed,
        received_at=prepared.delivery.received_at,
        counts=decision.counts,
        leaf_hash=leaf_hash,
        ledger_index=None,
        state=receipts.first_state(prepared.delivery.feed, decision.counts.accepted),
    )
    return Receipt(summary, decision.rejections[:REJECTIONS_INLINE])


def _count(feed: Feed, decision: Decision) -> None:
    """Once it is durable. Of a repeated Idempotency-Key nothing is counted again."""
    finished(Stage.store)
    for outcome in RecordOutcome:
        RECORDS.labels(feed, outcome).inc(getattr(decision.counts, outcome))
    codes = Counter(error.code for rejection in decision.rejections for error in rejection.errors)
    for code, number in codes.items():
        REJECTIONS.labels(feed, code).inc(number)


async def prune_idempotency_keys(session: WriteSession, now: datetime) -> int:
    """Forgets keys that are older than a request may be repeated; how many."""
    return await repository.prune_keys(session, now - KEY_LIFETIME)
