"""All SQL of the ledger: what waits for an index, how it gets one, how many have one."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from app.db.session import ReadSession, WriteSession, driver
from app.ledger.envelope import EntryKind

SEQUENCER = 7_362_002  # the advisory lock of all sequencers of one database

INSERT_PENDING = """
    INSERT INTO ledger_pending (subject_id, kind, recorded_at, leaf_hash, envelope)
    VALUES ($1, $2, $3, $4, $5)
"""

# Without a row in ledger_head the index is null and the statement fails: nothing is taken that is not kept.
MOVE = """
    WITH taken AS (
        DELETE FROM ledger_pending
        WHERE subject_id IN (
            SELECT subject_id FROM ledger_pending ORDER BY recorded_at, subject_id LIMIT $1
        )
        RETURNING subject_id, kind, recorded_at, leaf_hash, envelope
    ), head AS (
        UPDATE ledger_head SET size = size + (SELECT count(*) FROM taken)
        WHERE EXISTS (SELECT FROM taken)
        RETURNING size
    )
    INSERT INTO ledger_entries (index, subject_id, kind, recorded_at, leaf_hash, envelope)
    SELECT (SELECT size FROM head) - row_number() OVER (ORDER BY recorded_at DESC, subject_id DESC),
           subject_id, kind, recorded_at, leaf_hash, envelope
    FROM taken
"""

WAITING = """
    SELECT count(*), min(recorded_at)
    FROM (SELECT recorded_at FROM ledger_pending ORDER BY subject_id LIMIT $1) AS oldest
"""

UNPUBLISHED = """
    SELECT least(
        (SELECT min(recorded_at) FROM ledger_entries WHERE index >= $1),
        (SELECT min(recorded_at) FROM ledger_pending)
    )
"""

LEAVES = """
    SELECT index, leaf_hash, envelope FROM ledger_entries WHERE index >= $1 AND index < $2 ORDER BY index
"""
ENTRY = "SELECT index, kind, subject_id, recorded_at, leaf_hash, envelope FROM ledger_entries"


@dataclass(frozen=True, slots=True)
class Entry:
    """What has its place in the log."""

    index: int
    kind: EntryKind
    subject_id: UUID
    recorded_at: datetime
    leaf_hash: bytes
    envelope: bytes
    """Canonical JSON, verbatim."""


@dataclass(frozen=True, slots=True)
class Leaf:
    index: int
    leaf_hash: bytes
    envelope: bytes


async def insert_pending(
    session: WriteSession,
    *,
    subject_id: UUID,
    kind: str,
    recorded_at: datetime,
    leaf_hash: bytes,
    envelope: bytes,
) -> None:
    connection = await driver(session)
    await connection.execute(INSERT_PENDING, subject_id, kind, recorded_at, leaf_hash, envelope)


async def is_sequencer(session: WriteSession) -> bool:
    """Whether this transaction is the one that may move entries; it is until it ends."""
    return bool(await (await driver(session)).fetchval("SELECT pg_try_advisory_xact_lock($1)", SEQUENCER))


async def move(session: WriteSession, limit: int) -> int:
    """Give the oldest of what waits their indexes; how many. Only for the sequencer."""
    status = await (await driver(session)).execute(MOVE, limit)
    return int(status.split()[-1])


async def ledger_size(session: ReadSession) -> int:
    return int(await (await driver(session)).fetchval("SELECT size FROM ledger_head"))


async def waiting(session: ReadSession, most: int) -> tuple[int, datetime | None]:
    """How many entries wait for their index, at most `most` of them looked at, and since when the oldest."""
    number, since = await (await driver(session)).fetchrow(WAITING, most)
    return number, since


async def unpublished_since(session: ReadSession, published: int) -> datetime | None:
    """When the oldest entry was recorded that a checkpoint of this size does not cover; None: none waits."""
    found: datetime | None = await (await driver(session)).fetchval(UNPUBLISHED, published)
    return found


async def is_waiting(session: ReadSession, subject_id: UUID) -> bool:
    """Whether something about this subject is kept and has no index yet."""
    statement = "SELECT EXISTS (SELECT FROM ledger_pending WHERE subject_id = $1)"
    return bool(await (await driver(session)).fetchval(statement, subject_id))


async def entry(session: ReadSession, index: int) -> Entry | None:
    return _entry(await (await driver(session)).fetchrow(f"{ENTRY} WHERE index = $1", index))


async def entry_of(session: ReadSession, subject_id: UUID) -> Entry | None:
    connection = await driver(session)
    return _entry(
        await connection.fetchrow(f"{ENTRY} WHERE subject_id = $1 ORDER BY index LIMIT 1", subject_id)
    )


def _entry(row: asyncpg.Record | None) -> Entry | None:
    return None if row is None else Entry(row["index"], EntryKind(row["kind"]), *row[2:])


async def leaves(session: ReadSession, start: int, end: int) -> list[Leaf]:
    """Entries from index `start` up to `end`, not included, in their order."""
    rows = await (await driver(session)).fetch(LEAVES, start, end)
    return [Leaf(*row) for row in rows]
