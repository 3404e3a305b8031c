"""Secrets of clients: 256 random bits, kept as their hash. Two are good while one follows the other."""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

from app.accounts import credentials, credentials_repository, repository
from app.accounts.errors import ClientUnknown, OnlySecret
from app.accounts.schemas import NewSecret
from app.core.ids import ClientId
from app.db.models import Client
from app.db.session import WriteSession

SECRET_BYTES = 32
_NOBODYS = bytes(32)


def make() -> str:
    return secrets.token_urlsafe(SECRET_BYTES)


def hashed(client_secret: str) -> bytes:
    return hashlib.sha256(client_secret.encode()).digest()


def number_of(row: Client | None, client_secret: str, at: datetime) -> int | None:
    """Which of the client's good secrets it is; for nobody and for a wrong one the same work."""
    shown = hashed(client_secret)
    newest, former = (_NOBODYS, None) if row is None else (row.secret_hash, row.former_secret_hash)
    is_newest = hmac.compare_digest(shown, newest)
    is_former = hmac.compare_digest(shown, former or _NOBODYS)
    if row is None or row.secret_off_at is not None:
        return None
    if is_newest:
        return row.secret_number
    is_alive = row.former_secret_until is not None and at < row.former_secret_until
    return row.secret_number - 1 if is_former and is_alive else None


async def rotate_secret(
    session: WriteSession, client_id: ClientId, at: datetime, *, overlap: timedelta
) -> NewSecret:
    """A new secret; the one before it is good for the overlap, any older one no longer.

    Where the secret was switched off, it is on again.
    """
    row = await _locked(session, client_id)
    client_secret, number = make(), row.secret_number + 1
    until = at + overlap if row.secret_off_at is None else at
    await repository.change_client(
        session,
        client_id,
        secret_hash=hashed(client_secret),
        secret_number=number,
        former_secret_hash=row.secret_hash,
        former_secret_until=until,
        secret_off_at=None,
    )
    return NewSecret(client_secret, number, until)


async def switch_off_secret(session: WriteSession, client_id: ClientId, at: datetime) -> None:
    """From the next request on only keys are good. Raises `OnlySecret` where there is none."""
    row = await _locked(session, client_id)
    distrusted = await credentials_repository.distrusted(session, client_id)
    keys = await credentials_repository.keys_of(session, client_id)
    if not any(
        key.retired_at is None
        and (key.not_after is None or key.not_after > at)
        and credentials.of_key(key.kid) not in distrusted
        for key in keys
    ):
        raise OnlySecret
    await repository.change_client(session, client_id, secret_off_at=row.secret_off_at or at)


async def _locked(session: WriteSession, client_id: ClientId) -> Client:
    row = await repository.lock_client(session, client_id)
    if row is None:
        raise ClientUnknown(client_id)
    return row
