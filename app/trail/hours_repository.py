"""All SQL of how complete the trail is: hours that were closed, and where the ledger holds their digests."""

from datetime import datetime

from app.db.session import ReadSession, driver
from app.trail.schemas import Chain, ClosedHour

HOURS = """
    SELECT hour, digest_id, closed_at, size, root, (
        SELECT index FROM ledger_entries WHERE subject_id = digest_id AND kind = 'access'
        ORDER BY index LIMIT 1
    )
    FROM trail_digests
    WHERE $1::timestamptz IS NULL OR hour < $1
    ORDER BY hour DESC LIMIT $2
"""
CHAIN = """
    SELECT next_hour,
           greatest(extract(epoch FROM $1::timestamptz - next_hour)::int / 3600, 0),
           (SELECT count(*) FROM trail_digests),
           (SELECT coalesce(sum(size), 0)::bigint FROM trail_digests)
    FROM trail_head
"""


async def hours(session: ReadSession, before: datetime | None, limit: int) -> list[ClosedHour]:
    """The newest first."""
    rows = await (await driver(session)).fetch(HOURS, before, limit)
    return [ClosedHour(*row) for row in rows]


async def chain(session: ReadSession, now: datetime) -> Chain:
    return Chain(*await (await driver(session)).fetchrow(CHAIN, now))
