"""The trail hashed again from its rows: finds an entry that was changed, taken away, put in or moved.

Told from the ledger: each hour that it names must still hold what it held when it was closed, and no entry
may lie in a closed hour that it does not name. That the ledger is whole its own proofs show.
"""

from collections.abc import AsyncIterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.db.session import Database, reading
from app.ledger.envelope import access_envelope, leaf_hash
from app.ledger.merkle import Commitment
from app.privacy.errors import SealBroken, SealingKeyMissing
from app.privacy.keyring import KeyRing
from app.trail import repository
from app.trail.digests import secret_context
from app.trail.documents import commitment_of
from app.trail.schemas import Digest


class Fault(StrEnum):
    not_in_ledger = "not_in_ledger"
    """The hour's digest is not the one that the ledger holds."""
    digest_missing = "digest_missing"
    """The ledger names an hour, and its digest is gone."""
    never_closed = "never_closed"
    """Entries lie in an hour that was over without them."""
    entries_added = "entries_added"
    entries_missing = "entries_missing"
    entries_changed = "entries_changed"
    """As many as there were, and they say something else."""
    secret_unreadable = "secret_unreadable"  # noqa: S105 (a name)


class Finding(NamedTuple):
    fault: Fault
    hour: datetime | None
    """None where only the ledger knows of it."""
    digest_id: str | None


class Audited(NamedTuple):
    hours: int
    entries: int
    findings: list[Finding]


async def audit(database: Database, key_ring: KeyRing) -> Audited:
    """All hours that were closed, one after the other; a running server goes on meanwhile."""
    hours, entries, findings = 0, 0, []
    async with reading(database, repeatable=True) as session:
        gone = await repository.digests_gone(session)
        findings += [Finding(Fault.digest_missing, None, str(digest_id)) for digest_id in gone]
        stray = await repository.hours_never_closed(session)
        findings += [Finding(Fault.never_closed, hour, None) for hour in stray]
    async for digest in _digests(database):
        found = await _hour(database, key_ring, digest)
        hours, entries = hours + 1, entries + digest.size
        findings += [Finding(fault, digest.hour, str(digest.digest_id)) for fault in found]
    return Audited(hours, entries, findings)


async def _digests(database: Database) -> AsyncIterator[Digest]:
    after: datetime | None = None
    while True:
        async with reading(database) as session:
            page = await repository.digests(session, after)
        for digest in page:
            yield digest
        if not page:
            return
        after = page[-1].hour


async def _hour(database: Database, key_ring: KeyRing, digest: Digest) -> list[Fault]:
    async with reading(database, repeatable=True) as session:
        entered = await repository.entered(session, digest.digest_id)
        documents = await repository.documents_of(session, digest.hour)
    faults = [] if entered == leaf_hash(_envelope(digest)) else [Fault.not_in_ledger]
    try:
        secret = key_ring.open(digest.secret_sealed, secret_context(digest.digest_id))
    except (SealBroken, SealingKeyMissing):
        return [*faults, Fault.secret_unreadable]
    if len(documents) != digest.size:
        fault = Fault.entries_added if len(documents) > digest.size else Fault.entries_missing
        return [*faults, fault]
    if commitment_of(secret, documents).root != digest.root:
        faults.append(Fault.entries_changed)
    return faults


def _envelope(digest: Digest) -> bytes:
    entries = Commitment(digest.size, digest.root)
    return access_envelope(
        digest_id=digest.digest_id, hour=digest.hour, closed_at=digest.closed_at, entries=entries
    )
