"""Proves that a site has kept every promise, once the faults are over.

A quiet twin of each platform gets the highest revision of every record, all at once and without a fault. Then
the database is held against what was promised (promises.py).
"""

from collections import Counter

import asyncpg

from tests.faults.promises import kept, of_twins, standing_of
from tests.faults.site import PLATFORMS, TWINS, Site


async def audit(site: Site) -> Counter[str]:
    """Raises at the first promise that was broken; else how much was looked at."""
    assert site.journal.failures == []
    await catch_up(site)
    await tell_twins(site)
    connection = await asyncpg.connect(site.database_url)
    try:
        return await kept(connection, site.key_ring, site.journal)
    finally:
        await connection.close()


async def catch_up(site: Site) -> None:
    """Until all is assessed and every decision has its place in the ledger."""
    site.wait_until_ready()
    site.clients(PLATFORMS[0])[0].wait_until_assessed(limit_s=120, every_s=0.05)
    await site.wait_until_sequenced()


async def tell_twins(site: Site) -> None:
    """Gives the twins what stands, and waits until they are assessed."""
    for (platform, feed), records in of_twins(standing_of(site.journal)).items():
        client = site.clients(TWINS[platform])[0]
        for receipt in client.push(feed, records):
            assert receipt.accepted == receipt.received
    await catch_up(site)
