"""A log, where its checkpoints go, and what its owner may do behind the program's back."""

from uuid import uuid4

import asyncpg

from app.core import clock
from app.db.session import Database, reading, transaction
from app.ledger import checkpoints_repository, outlets_repository
from app.ledger.checkpoint import Checkpoint
from app.ledger.envelope import EntryKind
from app.ledger.outlets import Outlets, bring_out
from app.ledger.outlets_repository import OutletRow
from app.ledger.publication import Publishing, publish
from app.ledger.sequence import enqueue
from app.privacy.keyring import KeyRing

HOST = "audit.example"
NAME = "audit.example/w1"
KEPT = ("ledger_entries", "ledger_tiles", "ledger_checkpoints", "ledger_cosignatures")
"""What the database itself defends, until its owner orders it not to."""
FORGET = """;
    DELETE FROM ledger_tiles; DELETE FROM ledger_checkpoints;
    UPDATE ledger_tree SET size = 0, root = sha256('');
"""
REWRITE = "UPDATE ledger_entries SET envelope = '{}', leaf_hash = sha256('\\x007b7d') WHERE index = 2"
SET_BACK = "DELETE FROM ledger_entries WHERE index >= 4; UPDATE ledger_head SET size = 4"
"""Followed by `FORGET`: all tables agree with one another, and nothing continues what was signed before."""
ALONE = "DELETE FROM ledger_cosignatures; DELETE FROM ledger_outlets"


class House:
    """A log, and where its checkpoints go."""

    def __init__(self, database: Database, key_ring: KeyRing, owner_url: str) -> None:
        self.database = database
        self.key_ring = key_ring
        self.owner_url = owner_url
        self.outlets = Outlets()

    async def grow(self, number: int = 1) -> Checkpoint:
        async with transaction(self.database) as session:
            for _ in range(number):
                subject_id = uuid4()
                envelope = f'{{"subject":"{subject_id}"}}'.encode()
                await enqueue(
                    session,
                    kind=EntryKind.batch,
                    subject_id=subject_id,
                    recorded_at=clock.now(),
                    envelope=envelope,
                )
        return await self.publish()

    async def publish(self) -> Checkpoint:
        """By a machine that remembers nothing of what it has signed."""
        published = await publish(self.database, self.key_ring, Publishing())
        assert published is not None
        return published

    async def bring_out(self) -> int:
        return await bring_out(self.database, self.outlets)

    async def outlet(self) -> OutletRow:
        async with reading(self.database) as session:
            (found,) = await outlets_repository.outlets(session)
        return found

    async def note(self, size: int) -> str:
        async with reading(self.database) as session:
            found = await checkpoints_repository.checkpoint(session, size)
        assert found is not None
        return found.note

    async def alarms(self) -> list[tuple[str, object]]:
        async with reading(self.database) as session:
            found = await checkpoints_repository.alarms(session, 10)
        return [(each.kind, each.details["reason"]) for each in found]

    async def alter(self, statement: str) -> None:
        """As the schema's owner, behind the program's back."""
        connection = await asyncpg.connect(self.owner_url)
        for table in KEPT:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await connection.execute(statement)
        await connection.close()
