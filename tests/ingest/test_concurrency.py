"""Batches at once: no deadlock, no lost revision, whatever they have in common."""

import asyncio
import random

from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.schemas import Receipt
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver, rows, stored
from tests.ingest.examples import Record, changed

WRITERS = 8
CLASS_GROUPS = [f"C{number}" for number in range(12)]


def overlapping_batch(writer: int) -> list[Record]:
    """The same 60 records for each writer, in an order and a revision of its own."""
    batch = [
        changed(
            Feed.attendance,
            class_group_id=class_group_id,
            learner_id=f"L{number}",
            revision=writer,
            status=("late", "absent")[writer % 2],
        )
        for class_group_id in CLASS_GROUPS
        for number in range(5)
    ]
    random.Random(writer).shuffle(batch)  # noqa: S311 (an order, no secret)
    return batch


async def test_overlapping_batches_all_end_and_the_highest_revision_stands(
    database: Database, key_ring: KeyRing
) -> None:
    batches = [overlapping_batch(writer) for writer in range(WRITERS)]
    receipts = await asyncio.gather(
        *(deliver(database, key_ring, Feed.attendance, *each) for each in batches)
    )
    assert all(receipt.batch.counts.rejected == 0 for receipt in receipts)
    found = await stored(database, Feed.attendance)
    assert len(found) == 60
    assert {row.revision for row in found} == {WRITERS - 1}


async def test_of_equal_records_at_once_one_is_accepted(database: Database, key_ring: KeyRing) -> None:
    receipts = await asyncio.gather(
        *(deliver(database, key_ring, Feed.attendance, *overlapping_batch(3)) for _ in range(WRITERS))
    )
    assert total(receipts, "accepted") == 60
    assert total(receipts, "unchanged") == 60 * (WRITERS - 1)


async def test_of_conflicting_records_at_once_one_stands(database: Database, key_ring: KeyRing) -> None:
    batches = [[record | {"revision": 0} for record in overlapping_batch(writer)] for writer in (0, 1)]
    receipts = await asyncio.gather(
        *(deliver(database, key_ring, Feed.attendance, *each) for each in batches)
    )
    assert total(receipts, "accepted") == 60
    assert total(receipts, "rejected") == 60
    assert {row.status for row in await stored(database, Feed.attendance)} in ({"late"}, {"absent"})


async def test_reference_rows_meet_as_well(database: Database, key_ring: KeyRing) -> None:
    courses = [changed(Feed.courses, course_id=f"K{number}") for number in range(30)]
    receipts = await asyncio.gather(
        *(
            deliver(database, key_ring, Feed.courses, *random.Random(seed).sample(courses, 30))  # noqa: S311
            for seed in range(6)
        )
    )
    assert total(receipts, "accepted") == 30


async def test_the_event_loop_answers_meanwhile(database: Database, key_ring: KeyRing) -> None:
    """A thousand records are decoded while the loop goes on turning."""
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    turning = asyncio.create_task(turn())
    await deliver(database, key_ring, Feed.attendance, *(overlapping_batch(0) * 20))
    turning.cancel()
    assert turns > 100


async def test_no_lock_outlives_its_batch(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.attendance, *overlapping_batch(0))
    assert (
        await rows(
            database,
            "SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND database = "
            "(SELECT oid FROM pg_database WHERE datname = current_database())",
        )
        == []
    )


def total(receipts: list[Receipt], outcome: str) -> int:
    return sum(getattr(receipt.batch.counts, outcome) for receipt in receipts)
