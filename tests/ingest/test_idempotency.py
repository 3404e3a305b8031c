"""Idempotency-Key: the same request again is answered with the first receipt."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pytest
from sqlalchemy import text

from app.core.ids import ClientId
from app.core.vocabulary import Feed
from app.db.session import Database, transaction
from app.ingest.errors import BatchRejected, IdempotencyKeyReused
from app.ingest.schemas import MediaType
from app.ingest.service import KEY_LIFETIME, prune_idempotency_keys
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver, ndjson, rows, stored
from tests.ingest.examples import FULL, NOW, changed

LATE = FULL[Feed.attendance]
ABSENT = changed(Feed.attendance, status="absent")


async def batches(database: Database) -> int:
    return int((await rows(database, "SELECT count(*) FROM batches"))[0][0])


async def test_the_first_receipt_is_told_again(database: Database, key_ring: KeyRing) -> None:
    sent = (LATE, ABSENT, b"{", {"colour": 1})
    first = await deliver(database, key_ring, Feed.attendance, *sent, idempotency_key="k")
    again = await deliver(
        database, key_ring, Feed.attendance, *sent, idempotency_key="k", received_at=NOW + timedelta(days=6)
    )
    assert again == replace(first, is_replay=True)
    assert await batches(database) == 1


@pytest.mark.parametrize("feed", [Feed.attendance, Feed.class_groups, Feed.platform_logs])
async def test_it_is_told_as_it_was_also_when_more_is_known(
    database: Database, key_ring: KeyRing, feed: Feed
) -> None:
    first = await deliver(database, key_ring, feed, FULL[feed], idempotency_key="k")
    await sequence(database)
    async with transaction(database) as session:
        await session.execute(text("DELETE FROM touches"))
    again = await deliver(database, key_ring, feed, FULL[feed], idempotency_key="k")
    assert again == replace(first, is_replay=True)


async def test_without_a_key_every_request_is_a_batch(database: Database, key_ring: KeyRing) -> None:
    for _ in range(2):
        receipt = await deliver(database, key_ring, Feed.attendance, LATE)
        assert not receipt.is_replay
    assert await batches(database) == 2


async def test_another_body_or_query_may_not_use_the_key(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.attendance, LATE, idempotency_key="k", query="atomic=true")
    for records, query in (((ABSENT,), "atomic=true"), ((LATE, LATE), "atomic=true"), ((LATE,), "")):
        with pytest.raises(IdempotencyKeyReused) as refused:
            await deliver(database, key_ring, Feed.attendance, *records, idempotency_key="k", query=query)
        assert (refused.value.status, refused.value.code) == (422, "idempotency_key_reused")
    assert await batches(database) == 1


async def test_query_and_body_are_not_run_together(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.attendance, idempotency_key="k", query="a", body=BytesIO(b" "))
    with pytest.raises(IdempotencyKeyReused):
        await deliver(database, key_ring, Feed.attendance, idempotency_key="k", query="a ", body=BytesIO(b""))


async def test_keys_belong_to_a_client_and_a_feed(database: Database, key_ring: KeyRing) -> None:
    body = BytesIO(b"[]")
    for feed in (Feed.attendance, Feed.lessons):
        for client in ("a", "b"):
            body.seek(0)
            receipt = await deliver(
                database,
                key_ring,
                feed,
                body=body,
                media_type=MediaType.json,
                client_id=ClientId(client),
                idempotency_key="k",
            )
            assert not receipt.is_replay


async def test_a_key_is_forgotten_after_seven_days(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.attendance, LATE, idempotency_key="k")
    later = NOW + KEY_LIFETIME + timedelta(seconds=1)
    second = await deliver(
        database, key_ring, Feed.attendance, ABSENT, idempotency_key="k", received_at=later
    )
    assert not second.is_replay
    again = await deliver(database, key_ring, Feed.attendance, ABSENT, idempotency_key="k", received_at=later)
    assert again.batch.batch_id == second.batch.batch_id


async def test_old_keys_are_pruned(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.attendance, LATE, idempotency_key="old")
    await deliver(
        database, key_ring, Feed.attendance, LATE, idempotency_key="new", received_at=NOW + timedelta(days=3)
    )
    async with transaction(database) as session:
        assert await prune_idempotency_keys(session, NOW + timedelta(days=8)) == 1
    assert await rows(database, "SELECT created_at FROM idempotency_keys") == [(NOW + timedelta(days=3),)]


async def test_a_request_that_stored_nothing_frees_its_key(database: Database, key_ring: KeyRing) -> None:
    with pytest.raises(BatchRejected):
        await deliver(database, key_ring, Feed.attendance, b"{", atomic=True, idempotency_key="k")
    mended = await deliver(database, key_ring, Feed.attendance, LATE, atomic=True, idempotency_key="k")
    assert not mended.is_replay


async def test_a_second_request_waits_for_the_first(database: Database, key_ring: KeyRing) -> None:
    receipts = await asyncio.gather(
        *(deliver(database, key_ring, Feed.attendance, LATE, idempotency_key="k") for _ in range(6))
    )
    assert len({receipt.batch.batch_id for receipt in receipts}) == 1
    assert sorted(receipt.is_replay for receipt in receipts) == [False] + [True] * 5
    assert await batches(database) == 1
    assert len(await stored(database, Feed.attendance)) == 1


async def test_of_two_bodies_at_once_one_gets_the_key(database: Database, key_ring: KeyRing) -> None:
    outcomes = await asyncio.gather(
        *(deliver(database, key_ring, Feed.attendance, each, idempotency_key="k") for each in (LATE, ABSENT)),
        return_exceptions=True,
    )
    assert sorted(isinstance(outcome, IdempotencyKeyReused) for outcome in outcomes) == [False, True]
    assert await batches(database) == 1


async def test_the_fingerprint_says_nothing_without_the_key_ring(
    database: Database, key_ring: KeyRing
) -> None:
    await deliver(database, key_ring, Feed.attendance, LATE, idempotency_key="k")
    (fingerprint,) = (await rows(database, "SELECT fingerprint FROM idempotency_keys"))[0]
    assert len(fingerprint) == 16
    assert ndjson(LATE) not in fingerprint
