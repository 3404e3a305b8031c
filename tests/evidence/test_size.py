"""A bundle of a hundred thousand records takes the memory of one batch."""

import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import msgspec

from app.core.clock import now
from app.core.ids import BatchId, PlatformCode, new_uuid
from app.core.vocabulary import Feed
from app.evidence.leaves import open_batch, told_leaves
from app.evidence.members import Members
from app.evidence.schemas import SealedBatch
from app.evidence.writer import BundleWriter
from app.ingest.archive import seal_body, seal_secret
from app.ingest.schemas import MediaType
from app.ledger.leaves import record_leaves
from app.ledger.merkle import root
from app.privacy.keyring import KeyRing

RECORDS_OF_A_BATCH = 1000
SECRET = bytes(range(32))


def batches(key_ring: KeyRing, count: int) -> Iterator[tuple[SealedBatch, bytes]]:
    """One after the other, every tenth record of another class group: each leaf has its path."""
    for number in range(count):
        records = [
            b'{"class_group_id":"C%d","learner_id":"L%05d","lesson_id":"S%d","status":"present"}'
            % (place % 10 or 10, place, number)
            for place in range(RECORDS_OF_A_BATCH)
        ]
        outcomes = b"\x01" * len(records)
        batch_id = BatchId(new_uuid(now()))
        envelope = {"records_root": root(record_leaves(SECRET, records, outcomes)).hex()}
        body, secret = b"\n".join(records), seal_secret(key_ring, batch_id, SECRET)
        sealed = seal_body(key_ring, batch_id, body)
        stored = (PlatformCode("P1"), Feed.attendance, now(), MediaType.ndjson, sealed, secret, outcomes)
        yield SealedBatch(batch_id, *stored), msgspec.json.encode(envelope)


def peak(key_ring: KeyRing, directory: Path, count: int) -> int:
    """Bytes at most, while so many batches go into a bundle one after the other."""
    members = Members(dict.fromkeys(f"C{number}" for number in range(2, 11)), frozenset())
    told = 0
    with (directory / f"{count}.zip").open("wb") as file, BundleWriter(file) as writer:
        tracemalloc.start()
        for batch, envelope in batches(key_ring, count):
            opened = open_batch(key_ring, batch, envelope)
            chosen = members.places(batch.feed, opened.contents, opened.outcomes)
            writer.add_pieces(f"batches/{batch.batch_id}.ndjson", told_leaves(opened, chosen))
            told += len(chosen)
        writer.finish({})
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert told == count * RECORDS_OF_A_BATCH * 9 // 10
    return most


def test_many_batches_take_the_memory_of_one(key_ring: KeyRing, tmp_path: Path) -> None:
    """With batches of 10,000 records it is 9.1 MB each time, for 20,000 records and for 100,000."""
    few, many = peak(key_ring, tmp_path, 2), peak(key_ring, tmp_path, 10)
    assert many < 1.2 * few
    assert many < 5_000_000
