"""All SQL of the trail: entries are added and read, hours are closed."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, insert, select

from app.db.models import TrailDigest, TrailEntry
from app.db.session import ReadSession, WriteSession, driver
from app.trail.documents import document
from app.trail.schemas import Digest, Entry, Kind

WRITERS_OF_AN_HOUR = 7_362_003  # with the hour the advisory lock that the trigger takes
PAGE = 5_000
DIGESTS = 500

HOUR_TO_CLOSE = """
    SELECT next_hour FROM trail_head
    WHERE next_hour + interval '1 hour' <= coalesce($1, clock_timestamp() - interval '1 minute')
    FOR UPDATE SKIP LOCKED
"""
IS_QUIET = "SELECT pg_try_advisory_xact_lock($1, (extract(epoch FROM $2::timestamptz) / 3600)::int)"
PROCEED = "UPDATE trail_head SET next_hour = $1"
WAITING = """
    SELECT greatest(extract(epoch FROM $1::timestamptz - next_hour)::int / 3600, 0),
           next_hour + interval '1 hour'
    FROM trail_head
"""
ENTERED = """
    SELECT leaf_hash FROM ledger_entries WHERE subject_id = $1 AND kind = 'access'
    UNION ALL
    SELECT leaf_hash FROM ledger_pending WHERE subject_id = $1 AND kind = 'access'
"""
DIGESTS_GONE = """
    SELECT subject_id FROM (
        SELECT subject_id FROM ledger_entries WHERE kind = 'access'
        UNION ALL
        SELECT subject_id FROM ledger_pending WHERE kind = 'access'
    ) AS entered
    WHERE NOT EXISTS (SELECT FROM trail_digests WHERE digest_id = subject_id)
"""
HOURS_NEVER_CLOSED = """
    SELECT DISTINCT hour FROM trail_entries
    WHERE hour < (SELECT next_hour FROM trail_head)
      AND NOT EXISTS (SELECT FROM trail_digests WHERE trail_digests.hour = trail_entries.hour)
    ORDER BY hour
"""

COLUMNS = [getattr(TrailEntry, name) for name in Entry._fields]


async def add(session: WriteSession, entry: Entry) -> None:
    values = entry._asdict()
    del values["hour"]  # the database's own
    await session.execute(insert(TrailEntry).values(values))


async def hour_to_close(session: WriteSession, until: datetime | None) -> datetime | None:
    """The first one that is not closed, if it is over; nobody else closes any until the transaction ends."""
    hour: datetime | None = await (await driver(session)).fetchval(HOUR_TO_CLOSE, until)
    return hour


async def is_quiet(session: WriteSession, hour: datetime) -> bool:
    """Whether nobody who wrote in that hour is still at it; then nobody will be."""
    return bool(await (await driver(session)).fetchval(IS_QUIET, WRITERS_OF_AN_HOUR, hour))


async def proceed(session: WriteSession, hour: datetime) -> None:
    await (await driver(session)).execute(PROCEED, hour)


async def waiting(session: ReadSession, now: datetime) -> tuple[int, datetime]:
    """How many hours are over and not closed, and since when the first of them is."""
    number, since = await (await driver(session)).fetchrow(WAITING, now)
    return number, since


async def documents_of(session: ReadSession, hour: datetime) -> list[bytes]:
    """Of all entries of the hour, in the order of their ids."""
    documents: list[bytes] = []
    statement = select(*COLUMNS).where(TrailEntry.hour == hour).order_by(TrailEntry.entry_id).limit(PAGE)
    page = await entries(session, statement)
    while page:
        documents += map(document, page)
        page = await entries(session, statement.where(TrailEntry.entry_id > page[-1].entry_id))
    return documents


async def entries(session: ReadSession, statement: Select[Any]) -> list[Entry]:
    """Of a statement that asks for `COLUMNS`."""
    found = map(Entry._make, await session.execute(statement))
    return [entry._replace(kind=Kind(entry.kind)) for entry in found]


async def add_digest(session: WriteSession, digest: Digest) -> None:
    await session.execute(insert(TrailDigest).values(digest._asdict()))


async def digests(session: ReadSession, after: datetime | None) -> list[Digest]:
    """In the order of their hours."""
    statement = select(*(getattr(TrailDigest, name) for name in Digest._fields))
    if after is not None:
        statement = statement.where(TrailDigest.hour > after)
    rows = await session.execute(statement.order_by(TrailDigest.hour).limit(DIGESTS))
    return [Digest(*row) for row in rows]


async def entered(session: ReadSession, digest_id: UUID) -> bytes | None:
    """The leaf hash by which the ledger knows the digest."""
    found: bytes | None = await (await driver(session)).fetchval(ENTERED, digest_id)
    return found


async def digests_gone(session: ReadSession) -> list[UUID]:
    """Those that the ledger names and that are not there."""
    return [row[0] for row in await (await driver(session)).fetch(DIGESTS_GONE)]


async def hours_never_closed(session: ReadSession) -> list[datetime]:
    """Hours behind the last closed one that hold entries and have no digest."""
    return [row[0] for row in await (await driver(session)).fetch(HOURS_NEVER_CLOSED)]
