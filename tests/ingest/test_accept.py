"""A batch in the database: revisions, tombstones, conflicts; and what is left beside the rows."""

import pytest

from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.schemas import Counts
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver, stored
from tests.ingest.examples import FULL, minimal


@pytest.mark.parametrize("feed", Feed)
async def test_every_feed_is_stored(database: Database, key_ring: KeyRing, feed: Feed) -> None:
    receipt = await deliver(database, key_ring, feed, FULL[feed])
    assert receipt.batch.counts == Counts(received=1, accepted=1, unchanged=0, stale=0, rejected=0)
    await deliver(database, key_ring, feed, minimal(feed, revision=1))
    (row,) = await stored(database, feed)
    assert (row.revision, row.deleted, row.line) == (1, False, 1)
