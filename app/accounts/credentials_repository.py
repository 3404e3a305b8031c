"""All SQL of keys, used assertions, distrust and quotas."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import ClientId, Credential
from app.db.models import ClientKey, ClientUsage, Distrust, UsedAssertion
from app.db.session import ReadSession, WriteSession, driver

PROVING_KEY = """
    SELECT held.public_key, clients.role
    FROM client_keys AS held JOIN clients ON clients.client_id = held.client_id
    WHERE held.client_id = $1 AND held.kid = $2 AND clients.revoked_at IS NULL
      AND held.retired_at IS NULL AND (held.not_after IS NULL OR held.not_after > $3)
      AND NOT EXISTS (
          SELECT FROM distrusts WHERE distrusts.client_id = $1 AND distrusts.credential = 'key:' || held.kid
      )
"""

# A key that a distrusted credential registered since then came from the same hands, and so do its own.
DESCENDANTS = """
    WITH RECURSIVE descending (credential, since) AS (
        SELECT $2::text, $3::timestamptz
        UNION
        SELECT 'key:' || child.kid, greatest(child.created_at, parent.since)
        FROM descending AS parent JOIN client_keys AS child
            ON child.created_with = parent.credential AND child.created_at >= parent.since
        WHERE child.client_id = $1
    )
    SELECT credential, min(since) FROM descending GROUP BY credential ORDER BY min(since), credential
"""

USE = """
    INSERT INTO client_usage AS usage (client_id, quota, starts_at, used) VALUES ($1, $2, $3, $4)
    ON CONFLICT (client_id, quota, starts_at) DO UPDATE SET used = usage.used + excluded.used
    RETURNING used
"""

# What a crash takes of a minute's count is worth no wait for the disk.
IN_HASTE = "SELECT set_config('synchronous_commit', 'off', true)"


async def add_key(session: WriteSession, row: ClientKey) -> bool:
    """False where the same public key is registered already."""
    values = {column.name: getattr(row, column.key) for column in ClientKey.__table__.columns}
    statement = insert(ClientKey).values(values).on_conflict_do_nothing().returning(ClientKey.kid)
    return (await session.execute(statement)).first() is not None


async def keys_of(session: ReadSession, client_id: ClientId) -> Sequence[ClientKey]:
    statement = (
        select(ClientKey)
        .where(ClientKey.client_id == client_id)
        .order_by(ClientKey.created_at, ClientKey.kid)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def retire_key(session: WriteSession, client_id: ClientId, kid: str, at: datetime) -> bool:
    """Whether there is such a key; the first retirement stands."""
    statement = (
        update(ClientKey)
        .where(ClientKey.client_id == client_id, ClientKey.kid == kid)
        .values(retired_at=func.coalesce(ClientKey.retired_at, at))
        .returning(ClientKey.kid)
    )
    return (await session.execute(statement)).first() is not None


async def proving_key(
    session: ReadSession, client_id: str, kid: str, at: datetime
) -> Mapping[str, Any] | None:
    """Public key and role, if client and key are good."""
    row: Mapping[str, Any] | None = await (await driver(session)).fetchrow(PROVING_KEY, client_id, kid, at)
    return row


async def use_assertion(session: WriteSession, client_id: str, jti_hash: bytes, expires_at: datetime) -> bool:
    """False where it was used before. Of two at once, one waits for the other's end."""
    values = {"client_id": client_id, "jti_hash": jti_hash, "expires_at": expires_at}
    statement = insert(UsedAssertion).values(values).on_conflict_do_nothing()
    return (await session.execute(statement.returning(UsedAssertion.client_id))).first() is not None


async def prune(session: WriteSession, *, assertions_until: datetime, usage_until: datetime) -> None:
    await session.execute(delete(UsedAssertion).where(UsedAssertion.expires_at < assertions_until))
    await session.execute(delete(ClientUsage).where(ClientUsage.starts_at < usage_until))


async def distrusted(session: ReadSession, client_id: ClientId) -> Mapping[str, datetime]:
    """Since when, by credential."""
    statement = (
        select(Distrust.credential, func.min(Distrust.since).label("since"))
        .where(Distrust.client_id == client_id)
        .group_by(Distrust.credential)
    )
    return {row.credential: row.since for row in await session.execute(statement)}


async def keys_of_all(session: ReadSession, client_ids: Sequence[str]) -> Sequence[ClientKey]:
    statement = (
        select(ClientKey)
        .where(ClientKey.client_id.in_(client_ids))
        .order_by(ClientKey.created_at, ClientKey.kid)
    )
    return (await session.scalars(statement)).all()


async def distrusted_of_all(
    session: ReadSession, client_ids: Sequence[str]
) -> Mapping[tuple[str, str], datetime]:
    """Since when, by client and credential."""
    statement = (
        select(Distrust.client_id, Distrust.credential, func.min(Distrust.since).label("since"))
        .where(Distrust.client_id.in_(client_ids))
        .group_by(Distrust.client_id, Distrust.credential)
    )
    return {(row.client_id, row.credential): row.since for row in await session.execute(statement)}


async def used(
    session: ReadSession, client_ids: Sequence[str], quota: str, starts_at: datetime
) -> Mapping[str, int]:
    """By client; who has used nothing is not there."""
    statement = select(ClientUsage.client_id, ClientUsage.used).where(
        ClientUsage.client_id.in_(client_ids),
        ClientUsage.quota == quota,
        ClientUsage.starts_at == starts_at,
    )
    return {row.client_id: row.used for row in await session.execute(statement)}


async def add_distrust(
    session: WriteSession,
    *,
    distrust_id: UUID,
    client_id: ClientId,
    credential: Credential,
    since: datetime,
    recorded_at: datetime,
    reason: str,
) -> None:
    session.add(
        Distrust(
            distrust_id=distrust_id,
            client_id=client_id,
            credential=credential,
            since=since,
            recorded_at=recorded_at,
            reason=reason,
        )
    )
    await session.flush()


async def descendants(
    session: ReadSession, client_id: ClientId, credential: Credential, since: datetime
) -> list[tuple[Credential, datetime]]:
    """The credential itself, and every key that came of it since then."""
    rows = await (await driver(session)).fetch(DESCENDANTS, client_id, credential, since)
    return [(Credential(found), moment) for found, moment in rows]


async def use_quota(
    session: WriteSession,
    client_id: ClientId,
    quota: str,
    *,
    starts_at: datetime,
    number: int,
    is_hasty: bool = False,
) -> int:
    """How much is used now, this included. Others of the client wait until the transaction ends."""
    connection = await driver(session)
    if is_hasty:
        await connection.execute(IN_HASTE)
    used: int = await connection.fetchval(USE, client_id, quota, starts_at, number)
    return used
