"""All SQL of accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import ClientId
from app.db.models import Client, Platform, SigningKey
from app.db.session import ReadSession, WriteSession, driver

_SIGNING_KEYS_LOCK = 0x7369676E  # "sign"

VOUCHING = """
    SELECT public_key, role, platform, uscc, districts, revoked_at
    FROM signing_keys LEFT JOIN clients ON client_id = $2
    WHERE kid = $1 AND (retired_at IS NULL OR retired_at > $3)
"""


async def add(session: WriteSession, row: Client | SigningKey) -> None:
    session.add(row)
    await session.flush()


async def client(session: ReadSession, client_id: str) -> Client | None:
    return await session.get(Client, client_id)


async def clients(session: ReadSession) -> Sequence[Client]:
    return (await session.scalars(select(Client).order_by(Client.created_at, Client.client_id))).all()


async def revoke(session: WriteSession, client_id: ClientId, at: datetime) -> bool:
    """Whether there is such a client; the first revocation stands."""
    first = func.coalesce(Client.revoked_at, at)
    statement = update(Client).where(Client.client_id == client_id).values(revoked_at=first)
    return (await session.execute(statement.returning(Client.client_id))).first() is not None


async def platform(session: ReadSession, code: str) -> Platform | None:
    return await session.get(Platform, code)


async def add_platform(session: WriteSession, *, code: str, kind: str, name: str, at: datetime) -> None:
    """Does nothing where somebody else has just added it."""
    row = {"code": code, "kind": kind, "name": name, "created_at": at}
    await session.execute(insert(Platform).values(row).on_conflict_do_nothing())


async def lock_signing_keys(session: WriteSession) -> None:
    """One at a time makes or retires keys, until its transaction ends."""
    await session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _SIGNING_KEYS_LOCK})


async def newest_signing_key(session: ReadSession) -> SigningKey | None:
    statement = (
        select(SigningKey)
        .where(SigningKey.retired_at.is_(None))
        .order_by(SigningKey.created_at.desc(), SigningKey.kid)
        .limit(1)
    )
    return (await session.scalars(statement)).first()


async def vouching(
    session: ReadSession, *, kid: str, client_id: str, at: datetime
) -> Mapping[str, Any] | None:
    """The public key, if it is still good, and what is known of the client; one that is unknown has no role.

    Each request asks, so it is one journey.
    """
    row: Mapping[str, Any] | None = await (await driver(session)).fetchrow(VOUCHING, kid, client_id, at)
    return row


async def retire_signing_keys(session: WriteSession, *, but: str, at: datetime) -> None:
    """No key is given a longer life than it already has."""
    statement = (
        update(SigningKey)
        .where(SigningKey.kid != but)
        .values(retired_at=func.least(func.coalesce(SigningKey.retired_at, at), at))
    )
    await session.execute(statement)
