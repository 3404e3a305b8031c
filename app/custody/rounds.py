"""Rounds: looks at videos that go into the ledger together, so that what was seen can be proved later."""

import secrets
from collections.abc import Sequence
from uuid import UUID

from app.core import clock
from app.core.ids import new_uuid
from app.custody import rounds_repository as repository
from app.custody.documents import KeptCheck, check_document, custody_envelope
from app.custody.rounds_repository import ClosedRound
from app.db.session import Database, transaction
from app.ledger.envelope import EntryKind
from app.ledger.leaves import SECRET_BYTES, document_leaves
from app.ledger.merkle import Commitment, commitment
from app.ledger.sequence import enqueue
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

MOST = 10_000


async def close_round(database: Database, key_ring: KeyRing) -> int:
    """One entry for all that wait; how many checks it covers."""
    async with transaction(database) as session:
        checks = await repository.take(session, MOST)
        if not checks:
            return 0
        at = clock.now()
        round_id, secret = new_uuid(at), secrets.token_bytes(SECRET_BYTES)
        committed = committed_to(secret, checks)
        sealed = key_ring.seal(secret, secret_context(round_id))
        check_ids = [check.check_id for check in checks]
        await repository.store(session, ClosedRound(round_id, at, check_ids, sealed, committed.root))
        await enqueue(
            session,
            kind=EntryKind.custody,
            subject_id=round_id,
            recorded_at=at,
            envelope=custody_envelope(round_id=round_id, closed_at=at, checks=committed),
        )
    return len(checks)


def committed_to(secret: bytes, checks: Sequence[KeptCheck]) -> Commitment:
    """Over their documents, in the order given."""
    return commitment(document_leaves(secret, [check_document(check) for check in checks]))


def secret_context(round_id: UUID) -> str:
    """What the secret of a round is sealed for."""
    return row_context("custody_rounds", "secret_sealed", round_id)
