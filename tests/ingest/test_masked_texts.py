"""ID numbers in free text: masked in the tables, whole in the archive, compared as they came."""

from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest import archive
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver, rows, stored
from tests.ingest.examples import FULL

DETAIL = "张三 11010519491231002X 换号 13800138000"
OTHER = DETAIL.replace("11010519491231002X", "11002519491231002X")
LOG = FULL[Feed.platform_logs] | {"detail": DETAIL}


async def test_the_table_holds_them_masked(database: Database, key_ring: KeyRing) -> None:
    await deliver(database, key_ring, Feed.platform_logs, LOG)
    (row,) = await stored(database, Feed.platform_logs)
    assert row.detail == "张三 110***********002X 换号 13800138000"
    assert (row.actor, row.action, row.object) == (LOG["actor"], LOG["action"], LOG["object"])


async def test_the_archive_holds_them_as_they_came(database: Database, key_ring: KeyRing) -> None:
    receipt = await deliver(database, key_ring, Feed.platform_logs, LOG)
    ((sealed,),) = await rows(database, "SELECT body_sealed FROM batch_archives")
    assert DETAIL in archive.open_body(key_ring, receipt.batch.batch_id, sealed).decode()


async def test_texts_that_look_alike_when_masked_are_not_the_same(
    database: Database, key_ring: KeyRing
) -> None:
    receipt = await deliver(database, key_ring, Feed.platform_logs, LOG, LOG, LOG | {"detail": OTHER})
    counts = receipt.batch.counts
    assert (counts.accepted, counts.unchanged, counts.rejected) == (1, 1, 1)
