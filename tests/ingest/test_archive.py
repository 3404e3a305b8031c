"""What a receipt proves: leaves recompute from the archive, and rows can be made from it again."""

import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from io import BytesIO
from typing import Any, NamedTuple

import pytest
from sqlalchemy import Row

from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest import archive
from app.ingest.checks import check
from app.ingest.decode import Records, split
from app.ingest.feeds import DEFINITIONS
from app.ingest.merge import ACCEPTED
from app.ingest.schemas import MediaType
from app.ledger.canonical import canonical_json
from app.ledger.leaves import record_leaves
from app.ledger.merkle import root
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import CLIENT, PLATFORM, deliver, ndjson, rows, stored
from tests.ingest.examples import FULL, NOW, Record, changed, circumstances, written

LATE = FULL[Feed.attendance]
MIXED: Sequence[Record | bytes] = (
    LATE | {"revision": 1},
    b"",
    b"{",
    LATE,
    b" " + written(LATE | {"revision": 1}) + b" ",
    changed(Feed.attendance, lesson_id="S2"),
    changed(Feed.attendance, lesson_id="S2", status="absent"),
)
"""Accepted, blank, malformed, stale, unchanged, accepted, in conflict."""


class Kept(NamedTuple):
    batch: Row[Any]
    body: bytes
    records: Records
    outcomes: bytes
    secret: bytes


async def kept(database: Database, key_ring: KeyRing) -> AsyncIterator[Kept]:
    """Every batch as an auditor would open it."""
    statement = """
        SELECT batches.*, media_type, body_sealed, secret_sealed, outcomes, envelope,
               ledger_pending.leaf_hash AS promised
        FROM batches JOIN batch_archives USING (batch_id) JOIN ledger_pending ON subject_id = batch_id
        ORDER BY batch_id
    """
    for row in await rows(database, statement):
        body = archive.open_body(key_ring, BatchId(row.batch_id), row.body_sealed)
        secret = archive.open_secret(key_ring, BatchId(row.batch_id), row.secret_sealed)
        yield Kept(row, body, split(body, MediaType(row.media_type)), row.outcomes, secret)


async def only(database: Database, key_ring: KeyRing) -> Kept:
    found = [each async for each in kept(database, key_ring)]
    assert len(found) == 1
    return found[0]


class TestArchive:
    async def test_keeps_the_very_bytes(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, *MIXED)
        found = await only(database, key_ring)
        assert found.body == ndjson(*MIXED)
        assert found.outcomes == bytes([1, 4, 3, 2, 1, 4])
        assert len(found.secret) == 32

    async def test_opens_for_no_other_batch(self, database: Database, key_ring: KeyRing) -> None:
        for _ in range(2):
            await deliver(database, key_ring, Feed.attendance, *MIXED)
        one, other = [each.batch async for each in kept(database, key_ring)]
        with pytest.raises(SealBroken):
            archive.open_body(key_ring, one.batch_id, other.body_sealed)
        with pytest.raises(SealBroken):
            archive.open_secret(key_ring, one.batch_id, other.secret_sealed)

    async def test_is_compressed(self, database: Database, key_ring: KeyRing) -> None:
        await deliver(database, key_ring, Feed.attendance, *([LATE] * 500))
        found = await only(database, key_ring)
        assert len(found.batch.body_sealed) < len(found.body) / 50


class TestLeaves:
    @pytest.mark.parametrize("feed", Feed)
    async def test_recompute_from_the_archive(
        self, database: Database, key_ring: KeyRing, feed: Feed
    ) -> None:
        receipt = await deliver(database, key_ring, feed, FULL[feed], b"{", FULL[feed] | {"revision": 1})
        found = await only(database, key_ring)
        leaves = record_leaves(found.secret, found.records.records, found.outcomes)
        envelope = canonical_json(
            {
                "v": 1,
                "kind": "batch",
                "batch_id": str(receipt.batch.batch_id),
                "platform": PLATFORM,
                "feed": feed,
                "client_id": CLIENT,
                "received_at": "2026-06-01T04:00:00.000000Z",
                "counts": {"received": 3, "accepted": 2, "unchanged": 0, "stale": 0, "rejected": 1},
                "records_root": root(leaves).hex(),
            }
        )
        assert found.batch.envelope == envelope
        assert receipt.batch.leaf_hash == hashlib.sha256(b"\0" + envelope).digest()
        assert receipt.batch.leaf_hash == found.batch.leaf_hash == found.batch.promised
        assert found.batch.records_root == root(leaves)

    async def test_cover_the_bytes_of_lines_without_their_ends(
        self, database: Database, key_ring: KeyRing
    ) -> None:
        line = b" " + written(LATE) + b"\t"
        await deliver(database, key_ring, Feed.attendance, body=BytesIO(b"\n" + line + b"\r\n{"))
        found = await only(database, key_ring)
        assert found.records == ([line, b"{"], [2, 3])
        assert found.batch.records_root == root(record_leaves(found.secret, [line, b"{"], bytes([1, 4])))

    async def test_cover_the_own_bytes_of_elements(self, database: Database, key_ring: KeyRing) -> None:
        element = written(LATE).replace(b", ", b" ,\n")
        await deliver(
            database,
            key_ring,
            Feed.attendance,
            media_type=MediaType.json,
            body=BytesIO(b"[ " + element + b" , 7 ]"),
        )
        found = await only(database, key_ring)
        assert found.batch.records_root == root(record_leaves(found.secret, [element, b"7"], bytes([1, 4])))


async def test_rows_can_be_made_again_from_the_archive(database: Database, key_ring: KeyRing) -> None:
    """Outcomes are applied as they were decided; of what was accepted the highest revision stands."""
    for number, feed in enumerate([Feed.attendance, Feed.learning_records, Feed.exam_scores] * 3):
        batch = [
            changed(feed, learner_id=f"L{each}", revision=(number * 7 + each) % 4, deleted=each == number)
            for each in range(5)
        ]
        later = NOW + timedelta(seconds=number)
        await deliver(database, key_ring, feed, *batch, b"{", *batch[:2], received_at=later)
    made = await replayed(database, key_ring)
    for feed in (Feed.attendance, Feed.learning_records, Feed.exam_scores):
        expected = {
            key_of(feed, row): essence(feed, row) for row in map(Row._asdict, await stored(database, feed))
        }
        assert {key: values for (of, key), values in made.items() if of is feed} == expected


async def replayed(database: Database, key_ring: KeyRing) -> Mapping[tuple[Feed, Any], Any]:
    standing: dict[tuple[Feed, Any], dict[str, Any]] = {}
    async for each in kept(database, key_ring):
        feed = Feed(each.batch.feed)
        checked = check(DEFINITIONS[feed], each.records.records, circumstances(NOW + timedelta(days=1)))
        columns = [field.column for field in DEFINITIONS[feed].fields]
        for position, values in zip(checked.positions, zip(*checked.columns, strict=True), strict=True):
            row = dict(zip(columns, values, strict=True))
            earlier = standing.get((feed, key_of(feed, row)), {"revision": -1})
            if each.outcomes[position] == ACCEPTED and row["revision"] > earlier["revision"]:
                standing[feed, key_of(feed, row)] = essence(feed, row)
    return standing


def key_of(feed: Feed, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[field.column] for field in DEFINITIONS[feed].keys)


def essence(feed: Feed, row: Mapping[str, Any]) -> dict[str, Any]:
    return {field.column: row[field.column] for field in DEFINITIONS[feed].fields}
