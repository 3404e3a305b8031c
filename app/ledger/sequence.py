"""The ledger's sequence: an entry is enqueued with what it attests, then one sequencer gives it its index.

Indexes are gapless because size and entries are one transaction, and one sequencer at a time is enough: there
is one entry a batch, not one a record.
"""

from datetime import datetime
from uuid import UUID

from app.db.session import Database, WriteSession, transaction
from app.ledger import repository
from app.ledger.envelope import EntryKind, leaf_hash

ROUND = 5000
LONGEST_BYTES = 65_535
"""Of an envelope, so that a tile of entries can hold it (C2SP tlog-tiles)."""


async def enqueue(
    session: WriteSession, *, kind: EntryKind, subject_id: UUID, recorded_at: datetime, envelope: bytes
) -> bytes:
    """The leaf hash, promised by the caller's transaction. The index follows once that is committed."""
    if len(envelope) > LONGEST_BYTES:
        raise ValueError("An envelope has at most 65,535 bytes.")
    promised = leaf_hash(envelope)
    await repository.insert_pending(
        session,
        subject_id=subject_id,
        kind=kind,
        recorded_at=recorded_at,
        leaf_hash=promised,
        envelope=envelope,
    )
    return promised


async def sequence(database: Database, *, limit: int = ROUND) -> int:
    """One round: at most `limit` committed entries get their indexes; how many did.

    0 at once if another program is at it. The lock belongs to the transaction: one that dies holds nobody up.
    """
    async with transaction(database) as session:
        if not await repository.is_sequencer(session):
            return 0
        return await repository.move(session, limit)
