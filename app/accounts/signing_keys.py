"""Ed25519 keys of access tokens: made at first start, kept sealed, rotated.

The newest key without an end signs. A key that was rotated away still verifies until no token of its time can
be alive, and then retires by itself.
"""

import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.accounts import repository
from app.core.errors import Text, Unavailable
from app.db.models import SigningKey
from app.db.session import ReadSession, WriteSession
from app.privacy.contexts import row_context
from app.privacy.keyring import KeyRing

MAX_TOKEN_LIFETIME = timedelta(days=1)
"""No setting may ask for more (core/config.py), and no token of more is believed."""


class NamedKey(NamedTuple):
    kid: str
    private_key: Ed25519PrivateKey


class SigningKeyMissing(Unavailable):
    code = "signing_key_missing"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "尚无令牌签名密钥，请稍后重试。", "There is no key to sign tokens with yet; try again later."
            )
        )


async def ensure_signing_key(session: WriteSession, key_ring: KeyRing, at: datetime) -> None:
    """Of several programs that start at once, one makes the first key."""
    await repository.lock_signing_keys(session)
    if await repository.newest_signing_key(session) is None:
        await _add(session, key_ring, at)


async def rotate_signing_key(
    session: WriteSession, key_ring: KeyRing, at: datetime, *, is_old_one_stolen: bool = False
) -> str:
    """From now on a new key signs; no token of a stolen one is believed. Returns the id of the new key."""
    await repository.lock_signing_keys(session)
    kid = await _add(session, key_ring, at)
    retired_at = at if is_old_one_stolen else at + MAX_TOKEN_LIFETIME
    await repository.retire_signing_keys(session, but=kid, at=retired_at)
    return kid


async def signing_key(session: ReadSession, key_ring: KeyRing) -> NamedKey:
    row = await repository.newest_signing_key(session)
    if row is None:
        raise SigningKeyMissing
    private_bytes = key_ring.open(row.private_key_sealed, _context(row.kid))
    return NamedKey(row.kid, Ed25519PrivateKey.from_private_bytes(private_bytes))


async def _add(session: WriteSession, key_ring: KeyRing, at: datetime) -> str:
    private_key = Ed25519PrivateKey.generate()
    kid = secrets.token_hex(8)
    row = SigningKey(
        kid=kid,
        public_key=private_key.public_key().public_bytes_raw(),
        private_key_sealed=key_ring.seal(private_key.private_bytes_raw(), _context(kid)),
        created_at=at,
    )
    await repository.add(session, row)
    return kid


def _context(kid: str) -> str:
    return row_context(SigningKey.__tablename__, "private_key_sealed", kid)
