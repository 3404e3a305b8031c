"""All SQL of accounts."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.accounts.schemas import ClientFilter
from app.core.ids import ClientId
from app.db.models import Client, Platform, SigningKey
from app.db.session import ReadSession, WriteSession, driver

_SIGNING_KEYS_LOCK = 0x7369676E  # "sign"

VOUCHING = """
    SELECT signing.public_key, role, platform, uscc, districts, records_a_day, requests_a_minute,
           coalesce(revoked_at IS NULL AND CASE
               WHEN $4::text = 'secret:' || secret_number THEN secret_off_at IS NULL
               WHEN $4::text = 'secret:' || (secret_number - 1)
                   THEN secret_off_at IS NULL AND former_secret_until > $3
               ELSE EXISTS (
                   SELECT FROM client_keys AS held
                   WHERE held.client_id = $2 AND held.kid = substr($4::text, length('key:') + 1)
                     AND $4::text LIKE 'key:%' AND held.retired_at IS NULL
                     AND (held.not_after IS NULL OR held.not_after > $3)
               )
           END AND NOT EXISTS (
               SELECT FROM distrusts WHERE distrusts.client_id = $2 AND distrusts.credential = $4::text
           ), false) AS is_good
    FROM signing_keys AS signing LEFT JOIN clients ON clients.client_id = $2
    WHERE signing.kid = $1 AND (signing.retired_at IS NULL OR signing.retired_at > $3)
"""


async def add(session: WriteSession, row: Client | SigningKey) -> None:
    session.add(row)
    await session.flush()


async def client(session: ReadSession, client_id: str) -> Client | None:
    return await session.get(Client, client_id)


async def clients(session: ReadSession) -> Sequence[Client]:
    return (await session.scalars(select(Client).order_by(Client.created_at, Client.client_id))).all()


async def page_of_clients(
    session: ReadSession, wanted: ClientFilter, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Client]:
    """In the order in which they were added."""
    statement = select(Client).order_by(Client.created_at, Client.client_id).limit(limit)
    if wanted.role is not None:
        statement = statement.where(Client.role == wanted.role)
    if wanted.platform is not None:
        statement = statement.where(Client.platform == wanted.platform)
    if wanted.uscc is not None:
        statement = statement.where(Client.uscc == wanted.uscc)
    if wanted.is_revoked is not None:
        statement = statement.where(Client.revoked_at.is_not(None) == wanted.is_revoked)
    if after is not None:
        statement = statement.where(tuple_(Client.created_at, Client.client_id) > after)
    return (await session.scalars(statement)).all()


async def revoke(session: WriteSession, client_id: ClientId, at: datetime) -> bool:
    """Whether there is such a client; the first revocation stands."""
    first = func.coalesce(Client.revoked_at, at)
    statement = update(Client).where(Client.client_id == client_id).values(revoked_at=first)
    return (await session.execute(statement.returning(Client.client_id))).first() is not None


async def lock_client(session: WriteSession, client_id: ClientId) -> Client | None:
    """One at a time changes the credentials of a client, until its transaction ends."""
    statement = select(Client).where(Client.client_id == client_id).with_for_update()
    return (await session.scalars(statement.execution_options(populate_existing=True))).one_or_none()


async def change_client(session: WriteSession, client_id: ClientId, **values: object) -> None:
    await session.execute(update(Client).where(Client.client_id == client_id).values(values))


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
    session: ReadSession, *, kid: str, client_id: str, credential: str, at: datetime
) -> Mapping[str, Any] | None:
    """The public key, if it is still good, what is known of the client, and whether it is still believed.

    It is not once it is revoked, or once the credential is retired, has run out or is distrusted. Each
    request asks, so it is one journey.
    """
    connection = await driver(session)
    row: Mapping[str, Any] | None = await connection.fetchrow(VOUCHING, kid, client_id, at, credential)
    return row


async def retire_signing_keys(session: WriteSession, *, but: str, at: datetime) -> None:
    """No key is given a longer life than it already has."""
    statement = (
        update(SigningKey)
        .where(SigningKey.kid != but)
        .values(retired_at=func.least(func.coalesce(SigningKey.retired_at, at), at))
    )
    await session.execute(statement)
