"""What is wrong with a batch is stored once, however many records share it, and told with each of them."""

import asyncio

from app.accounts.authorisation import Reach
from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db import migrate
from app.db.session import Database, reading
from app.ingest import receipts
from app.ingest.checks import MOST_NAMES, check
from app.ingest.feeds import DEFINITIONS
from app.ingest.problems import unknown
from app.ingest.schemas import Rejection
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import PLATFORM, deliver, rows
from tests.ingest.examples import circumstances, written

HOPELESS = 300


async def told(database: Database, batch_id: BatchId) -> list[Rejection]:
    async with reading(database) as session:
        return [*await receipts.rejections(session, batch_id, Reach(platform=PLATFORM), limit=10_000)]


async def test_records_that_are_wrong_alike_share_their_reasons(
    database: Database, key_ring: KeyRing
) -> None:
    receipt = await deliver(database, key_ring, Feed.class_groups, *[b"{}"] * HOPELESS, b"x")
    assert await rows(database, "SELECT count(*) FROM rejection_reasons") == [(10,)]
    found = await told(database, receipt.batch.batch_id)
    assert len(found) == HOPELESS + 1
    assert found[:100] == receipt.rejections
    assert {error.code for error in found[0].errors} == {"missing_field"}
    assert [error.code for error in found[-1].errors] == ["malformed_record"]


async def test_a_rejection_costs_few_bytes(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.class_groups, *[b"{}"] * HOPELESS)
    ((size,),) = await rows(database, "SELECT sum(pg_column_size(rejections)) FROM rejections")
    assert size < HOPELESS * 250


async def test_rejections_of_before_are_told_as_ever(
    database: Database, key_ring: KeyRing, owner_url: str
) -> None:
    """The way back writes them as they were, and the way up leaves them so."""
    receipt = await deliver(database, key_ring, Feed.class_groups, b"{}", b'{"colour": 1}', b"x")
    await database.dispose()
    await asyncio.to_thread(migrate.downgrade, owner_url, "20261120_08")
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await rows(database, "SELECT count(*) FROM rejection_reasons") == [(0,)]
    assert await told(database, receipt.batch.batch_id) == receipt.rejections


def test_of_countless_unknown_fields_a_thousand_are_told_by_name() -> None:
    lines = [written({f"a{line}_{name}": 1 for name in range(15)}) for line in range(200)]
    checked = check(DEFINITIONS[Feed.courses], lines, circumstances())
    unknown_fields = [
        [each for each in faults.errors if each.code == "unknown_field"] for _, faults in checked.faults
    ]
    assert len({error for errors in unknown_fields for error in errors}) == MOST_NAMES + 1
    assert len(unknown_fields[0]) == 15
    assert unknown_fields[-1] == [unknown(None)]
