"""Keys of the log: Ed25519, kept sealed, with their history. Each that is not retired signs every checkpoint.

The origin is the name of all of them. That a key came or went is an entry of the log itself.
"""

import re
import secrets
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core.ids import new_uuid
from app.db.models import LedgerLogKey
from app.db.session import ReadSession, WriteSession
from app.ledger import checkpoints_repository as repository
from app.ledger.alarms import AlarmKind, Refused
from app.ledger.checkpoint import KEY_ID_BYTES, key_id, read_note, signers, verifier_key
from app.ledger.checkpoints_repository import KeyRow
from app.ledger.envelope import EntryKind, key_envelope
from app.ledger.errors import LogKeyNeeded, LogKeyUnknown, OriginDiffers
from app.ledger.sequence import enqueue
from app.privacy.contexts import row_context
from app.privacy.errors import SealBroken, SealingKeyMissing
from app.privacy.keyring import KeyRing

KEY_ID = re.compile(rf"[0-9a-f]{{{2 * KEY_ID_BYTES}}}")


class KeyAct(StrEnum):
    """What became of a key."""

    created = "created"
    retired = "retired"


class LogKey(NamedTuple):
    """What the world may know of a key."""

    kid: str
    vkey: str
    created_at: datetime
    retired_at: datetime | None


async def history(session: ReadSession) -> list[LogKey]:
    """The oldest first; those that are retired still verify what they have signed. None without a name."""
    name = await repository.origin(session)
    return [] if name is None else [_told(name, row) for row in await repository.keys(session)]


async def ensure(session: WriteSession, key_ring: KeyRing, origin: str | None, at: datetime) -> str:
    """The name of the log. Of several programs that begin at once, one draws it and makes the first key.

    Raises `OriginDiffers` where the log has another name already.
    """
    await repository.lock_publisher(session)
    kept = await repository.origin(session)
    if kept is None:
        kept = origin or f"supervise.invalid/ledger/{secrets.token_hex(8)}"
        await repository.store_origin(session, kept)
    if origin not in (None, kept):
        raise OriginDiffers(str(origin), kept)
    if not any(row.retired_at is None for row in await repository.keys(session)):
        await _add(session, key_ring, kept, at)
    return kept


async def add(session: WriteSession, key_ring: KeyRing, origin: str | None, at: datetime) -> LogKey:
    """From the next checkpoint on the new key signs beside the others."""
    name = await ensure(session, key_ring, origin, at)
    return _told(name, await _add(session, key_ring, name, at))


async def retire(session: WriteSession, kid: str, at: datetime) -> LogKey:
    """It signs no more. Raises `LogKeyUnknown`, `LogKeyNeeded` where no successor signs beside it yet."""
    await repository.lock_publisher(session)
    name, rows = await repository.origin(session), await repository.keys(session)
    found = next((row for row in rows if row.kid == kid and row.retired_at is None), None)
    if found is None:
        raise LogKeyUnknown(kid)
    others = [row for row in rows if row.kid != kid and row.retired_at is None]
    newest = await repository.newest(session)
    if newest is None or not signers(read_note(newest.note), public_keys(others)):
        raise LogKeyNeeded(kid)
    await repository.retire_key(session, kid, at)
    await _attest(session, str(name), found, KeyAct.retired, at)
    return _told(str(name), found._replace(retired_at=at))


async def signing(session: ReadSession, key_ring: KeyRing) -> list[Ed25519PrivateKey]:
    """Those that are not retired, the oldest first. Raises `Refused` where one is not what was made."""
    return [_opened(row, key_ring) for row in await repository.keys(session) if row.retired_at is None]


def _opened(row: KeyRow, key_ring: KeyRing) -> Ed25519PrivateKey:
    try:
        opened = key_ring.open(row.private_key_sealed, _context(row.kid))
    except (SealBroken, SealingKeyMissing) as failure:
        raise Refused(AlarmKind.key_altered, key=row.kid, reason=failure.code) from failure
    private_key = Ed25519PrivateKey.from_private_bytes(opened)
    if private_key.public_key().public_bytes_raw() != row.public_key:
        raise Refused(AlarmKind.key_altered, key=row.kid, reason="public_key")
    return private_key


def public_keys(rows: Sequence[KeyRow]) -> dict[bytes, bytes]:
    """By key id; without those whose id is none any more."""
    return {bytes.fromhex(row.kid): row.public_key for row in rows if KEY_ID.fullmatch(row.kid)}


async def _add(session: WriteSession, key_ring: KeyRing, name: str, at: datetime) -> KeyRow:
    private_key = Ed25519PrivateKey.generate()
    public_key = private_key.public_key().public_bytes_raw()
    kid = key_id(name, public_key).hex()
    sealed = key_ring.seal(private_key.private_bytes_raw(), _context(kid))
    row = KeyRow(kid, public_key, sealed, at, None)
    await repository.add_key(session, row)
    await _attest(session, name, row, KeyAct.created, at)
    return row


async def _attest(session: WriteSession, name: str, row: KeyRow, act: KeyAct, at: datetime) -> None:
    record_id = new_uuid(at)
    envelope = key_envelope(
        record_id=record_id,
        act=act,
        key_name=name,
        key_id=row.kid,
        public_key=row.public_key,
        recorded_at=at,
    )
    await enqueue(session, kind=EntryKind.key, subject_id=record_id, recorded_at=at, envelope=envelope)


def _told(name: str, row: KeyRow) -> LogKey:
    return LogKey(row.kid, verifier_key(name, row.public_key), row.created_at, row.retired_at)


def _context(kid: str) -> str:
    return row_context(LedgerLogKey.__tablename__, "private_key_sealed", kid)
