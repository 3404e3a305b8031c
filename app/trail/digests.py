"""Hours that are over, each closed once: what its entries hash to goes into the ledger.

An entry carries the hour in which the database wrote it, under a lock shared by all writers of that hour
until they commit (migrations/versions/…_trail.py). Who closes an hour holds that lock alone and sees every
entry that it will ever have; a transaction that is still open keeps its hour open, and the hours behind it.
"""

import secrets
from datetime import datetime
from uuid import UUID

from app.core import clock
from app.core.ids import new_uuid
from app.db.session import Database, WriteSession, transaction
from app.ledger.envelope import EntryKind, access_envelope
from app.ledger.leaves import SECRET_BYTES
from app.ledger.sequence import enqueue
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing
from app.trail import repository
from app.trail.documents import commitment_of
from app.trail.schemas import HOUR, Digest

HOURS_AT_ONCE = 200


async def close_hours(database: Database, key_ring: KeyRing, *, until: datetime | None = None) -> int:
    """Closes what is over, oldest first; how many hours. 0 where another program is at it.

    `until`: by default the database's clock less a minute, should it ever be set back.
    """
    for number in range(HOURS_AT_ONCE):
        async with transaction(database) as session:
            if not await _close_one(session, key_ring, until):
                return number
    return HOURS_AT_ONCE


async def _close_one(session: WriteSession, key_ring: KeyRing, until: datetime | None) -> bool:
    """Whether an hour was closed. One without entries leaves nothing in the ledger."""
    hour = await repository.hour_to_close(session, until)
    if hour is None or not await repository.is_quiet(session, hour):
        return False
    documents = await repository.documents_of(session, hour)
    if documents:
        await _seal(session, key_ring, hour, documents)
    await repository.proceed(session, hour + HOUR)
    return True


async def _seal(session: WriteSession, key_ring: KeyRing, hour: datetime, documents: list[bytes]) -> None:
    at, secret = clock.now(), secrets.token_bytes(SECRET_BYTES)
    digest_id = new_uuid(at)
    entries = commitment_of(secret, documents)
    sealed = key_ring.seal(secret, secret_context(digest_id))
    await repository.add_digest(session, Digest(hour, digest_id, at, *entries, sealed))
    await enqueue(
        session,
        kind=EntryKind.access,
        subject_id=digest_id,
        recorded_at=at,
        envelope=access_envelope(digest_id=digest_id, hour=hour, closed_at=at, entries=entries),
    )


def secret_context(digest_id: UUID) -> str:
    """What the secret of an hour is sealed for."""
    return row_context("trail_digests", "secret_sealed", digest_id)
