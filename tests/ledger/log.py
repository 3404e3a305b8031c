"""A log to try: entries of nothing in particular, and hands that reach behind the program's back."""

from uuid import uuid4

import asyncpg

from app.core import clock
from app.db.session import Database, ReadSession, driver, reading, transaction
from app.ledger import repository
from app.ledger.envelope import EntryKind
from app.ledger.integration import integrate
from app.ledger.sequence import enqueue, sequence

# As many as one likes, with their indexes, at once: what a sequencer would have done in rounds.
SYNTHETIC = """
    WITH made AS (
        SELECT number, convert_to('{"' || $2 || '":' || number || '}', 'UTF8') AS envelope
        FROM ledger_head, generate_series(size, size + $1 - 1) AS number
    ), stored AS (
        INSERT INTO ledger_entries (index, subject_id, kind, recorded_at, leaf_hash, envelope)
        SELECT number, gen_random_uuid(), 'batch', now(), sha256('\\x00'::bytea || envelope), envelope
        FROM made
    )
    UPDATE ledger_head SET size = size + $1
"""
UNGUARDED = "ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_leaf_hashes_envelope"


async def enqueue_some(database: Database, number: int) -> None:
    async with transaction(database) as session:
        for _ in range(number):
            subject_id = uuid4()
            await enqueue(
                session,
                kind=EntryKind.batch,
                subject_id=subject_id,
                recorded_at=clock.now(),
                envelope=f'{{"subject":"{subject_id}"}}'.encode(),
            )


async def add_entries(database: Database, number: int, *, word: str = "n") -> None:
    """Sequenced already; what an entry says is its index and the word."""
    async with transaction(database) as session:
        connection = await driver(session)
        await connection.execute("SELECT pg_advisory_xact_lock($1)", repository.SEQUENCER)
        await connection.execute(SYNTHETIC, number, word)


async def integrate_all(database: Database) -> None:
    while await sequence(database):
        pass
    while await integrate(database):
        pass


async def leaf_hashes(session: ReadSession) -> list[bytes]:
    size = await repository.ledger_size(session)
    return [leaf.leaf_hash for leaf in await repository.leaves(session, 0, size)]


async def leaves_of(database: Database) -> list[bytes]:
    async with reading(database) as session:
        return await leaf_hashes(session)


async def behind_the_back(owner_url: str, *statements: str) -> None:
    """As somebody with the rights of the schema's owner, and past the checks of the database."""
    connection = await asyncpg.connect(owner_url)
    try:
        for table in ("ledger_entries", "ledger_tiles", "ledger_checkpoints"):
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
