"""All SQL that takes a batch in. Everything here happens in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from hashlib import blake2b
from io import BytesIO
from typing import Any, NamedTuple
from zlib import crc32

import asyncpg
import msgspec
from sqlalchemy import ARRAY, Date, DateTime, Table, make_url

from app.core.errors import FieldError
from app.core.ids import BatchId, ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import WriteSession, driver
from app.ingest.copy_text import array_literal
from app.ingest.merge import Key, Version
from app.ingest.rows import Rows
from app.ingest.schemas import Counts, Rejection

STRIPES = 64
"""How many locks a batch takes at most."""

KEYS_LOOKED_AT = 50
"""Of a batch, at least, before it is taken for new: of fewer than a hundred, all."""

POSTGRESQL = make_url("postgresql+asyncpg://").get_dialect()()

# A table that was small when the planner last looked would be scanned for each key until it looks again.
LOCK = """
    SELECT set_config('enable_seqscan', 'off', true), pg_advisory_xact_lock(stripe)
    FROM unnest($1::bigint[]) AS stripe
"""

CLAIM = """
    INSERT INTO idempotency_keys AS claimed (client_id, feed, key, fingerprint, batch_id, created_at)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (client_id, feed, key) DO UPDATE
    SET fingerprint = excluded.fingerprint, batch_id = excluded.batch_id, created_at = excluded.created_at
    WHERE claimed.created_at < $7
    RETURNING true
"""

CLAIMED = """
    SELECT fingerprint, batch_id FROM idempotency_keys WHERE client_id = $1 AND feed = $2 AND key = $3
"""

STORE_BATCH = """
    WITH archive AS (
        INSERT INTO batch_archives (batch_id, received_at, media_type, body_sealed, secret_sealed, outcomes)
        VALUES ($1, $5, $13, $14, $15, $16)
    ), links AS (
        INSERT INTO batch_class_groups (platform, class_group_id, batch_id)
        SELECT $2, class_group_id, $1 FROM unnest($17::text[]) AS class_group_id
    ), touched AS (
        INSERT INTO touches (platform, class_group_id, learner_ids, batch_id, touched_at)
        SELECT $2, class_group_id, learner_ids::text[], $1, $5
        FROM unnest($18::text[], $19::text[]) AS touched (class_group_id, learner_ids)
    )
    INSERT INTO batches (batch_id, platform, feed, client_id, received_at,
                         received, accepted, unchanged, stale, rejected, records_root, leaf_hash, credential)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $20)
"""


class Claimed(NamedTuple):
    """What an Idempotency-Key was used for."""

    fingerprint: bytes
    batch_id: BatchId


async def claim_key(
    session: WriteSession,
    *,
    client_id: ClientId,
    feed: Feed,
    key: str,
    wanted: Claimed,
    now: datetime,
    lifetime: timedelta,
) -> Claimed:
    """Who holds the key now: `wanted`, or an earlier request. Waits for one that is still under way."""
    connection = await driver(session)
    if await connection.fetchval(CLAIM, client_id, feed, key, *wanted, now, now - lifetime):
        return wanted
    return Claimed(**await connection.fetchrow(CLAIMED, client_id, feed, key))


async def lock_stripes(
    session: WriteSession, feed: Feed, platform: PlatformCode, keys: Iterable[Key]
) -> None:
    """Batches that name the same row wait for each other. In one order, so that no two wait in a circle."""
    stripes = {crc32(str(first).encode()) % STRIPES for first in {key[0] for key in keys}}
    numbers = sorted(lock_number(f"ingest {feed} {platform} {stripe}") for stripe in stripes)
    await (await driver(session)).execute(LOCK, numbers)


def lock_number(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big", signed=True)


async def existing_versions(
    session: WriteSession, table: Table, platform: PlatformCode, keys: Sequence[Key]
) -> Mapping[Key, Version]:
    """Read under the stripes' locks, in a statement after theirs: it sees what the last holder stored."""
    if not keys:
        return {}
    wanted = list(dict.fromkeys(keys))
    rows = await (await driver(session)).fetch(
        existing_statement(table), platform, *map(list, zip(*wanted, strict=True))
    )
    return {wanted[number - 1]: Version(revision, content) for number, revision, content in rows}


@cache
def existing_statement(table: Table) -> str:
    """One probe of the primary key for each wanted key, whatever the planner knows of the table by now."""
    names = [column.name for column in table.primary_key if column.name != "platform"]
    arrays = ", ".join(f"${at}::{_type(table, name)}[]" for at, name in enumerate(names, 2))
    same = " AND ".join(f"stored.{name} = wanted.{name}" for name in names)
    return f"""
        SELECT wanted.number, found.revision, found.content_hash
        FROM unnest({arrays}) WITH ORDINALITY AS wanted ({", ".join(names)}, number)
        CROSS JOIN LATERAL (
            SELECT revision, content_hash FROM {table.name} AS stored
            WHERE stored.platform = $1 AND {same}
            OFFSET 0
        ) AS found
    """  # noqa: S608 (names of our own tables and columns)


async def insert_if_new(
    session: WriteSession,
    table: Table,
    platform: PlatformCode,
    keys: Sequence[Key],
    rows: Rows,
    *,
    rows_text: bytes,
) -> bool:
    """False, and nothing is stored, where one of the keys is stored already.

    A look at each would cost as much as storing it, so only some are looked at. They spare most batches that
    hold known keys the attempt, whose dead rows would have to be vacuumed.
    """
    some = keys[:: max(1, len(keys) // KEYS_LOOKED_AT)]
    if await existing_versions(session, table, platform, some):
        return False
    if len(some) == len(keys):
        await upsert_rows(session, table, rows)
        return True
    try:
        async with (await driver(session)).transaction():
            await insert_rows(session, table, list(rows), rows_text)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def insert_rows(session: WriteSession, table: Table, names: Sequence[str], rows_text: bytes) -> None:
    """Rows whose keys are new, by COPY."""
    if rows_text:
        await (await driver(session)).copy_to_table(
            table.name, source=BytesIO(rows_text), columns=names, format="text"
        )


async def upsert_rows(session: WriteSession, table: Table, rows: Rows) -> None:
    """Rows whose keys may be stored already, or a few, by one statement."""
    if rows["line"]:
        values = [_as_parameter(table, name, column) for name, column in rows.items()]
        await (await driver(session)).execute(_upsert(table, tuple(rows)), *values)


@cache
def _upsert(table: Table, names: tuple[str, ...]) -> str:
    """Goes through the primary key, whatever the planner knows; columns not named stay as they are.

    In the order of the keys: whoever moves class groups to another district locks them in that order.
    """
    key = [column.name for column in table.primary_key]
    arrays = ", ".join(f"${at}::{_parameter_type(table, name)}[]" for at, name in enumerate(names, 1))
    selected = ", ".join(f"changed.{name}::{_type(table, name)}" for name in names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return f"""
        INSERT INTO {table.name} ({", ".join(names)})
        SELECT {selected} FROM unnest({arrays}) AS changed ({", ".join(names)})
        ORDER BY {", ".join(f"changed.{name}" for name in key)}
        ON CONFLICT ({", ".join(key)}) DO UPDATE SET {changes}
    """  # noqa: S608 (names of our own tables and columns)


def _type(table: Table, name: str) -> str:
    return table.columns[name].type.compile(dialect=POSTGRESQL)


def _parameter_type(table: Table, name: str) -> str:
    return "text" if _travels_as_text(table, name) else _type(table, name)


def _travels_as_text(table: Table, name: str) -> bool:
    """Unnest would take a list of lists apart, and the driver makes infinity of the last instant there is."""
    return isinstance(table.columns[name].type, ARRAY | DateTime | Date)


def _as_parameter(table: Table, name: str, values: Sequence[Any]) -> Sequence[Any]:
    if not _travels_as_text(table, name):
        return values
    return [None if value is None else _literal(value) for value in values]


def _literal(value: Sequence[str] | date) -> str:
    return value.isoformat() if isinstance(value, date) else array_literal(value)


async def store_batch(
    session: WriteSession,
    *,
    batch_id: BatchId,
    platform: PlatformCode,
    feed: Feed,
    client_id: ClientId,
    credential: Credential,
    received_at: datetime,
    counts: Counts,
    records_root: bytes,
    leaf_hash: bytes,
    media_type: str,
    body_sealed: bytes,
    secret_sealed: bytes,
    outcomes: bytes,
    class_group_ids: Sequence[str],
    touches: Mapping[str, Sequence[str] | None],
) -> None:
    """The batch, its archive, its links to the class groups it has something for, and what it touches."""
    learners = [
        None if learner_ids is None else array_literal(learner_ids) for learner_ids in touches.values()
    ]
    await (await driver(session)).execute(
        STORE_BATCH,
        *(batch_id, platform, feed, client_id, received_at, *counts, records_root, leaf_hash),
        *(media_type, body_sealed, secret_sealed, outcomes, class_group_ids, list(touches), learners),
        credential,
    )


async def store_rejections(
    session: WriteSession, batch_id: BatchId, received_at: datetime, rejections: Sequence[Rejection]
) -> None:
    """Each reason once, for ten thousand records may share it."""
    if not rejections:
        return
    numbers: dict[FieldError, int] = {}
    rows = [
        (
            batch_id,
            rejection.line,
            received_at,
            _json(rejection.record_key),
            _json([numbers.setdefault(error, len(numbers)) for error in rejection.errors]),
        )
        for rejection in rejections
    ]
    reasons = [(batch_id, number, _json(_told(error))) for error, number in numbers.items()]
    connection = await driver(session)
    await connection.copy_records_to_table(
        "rejection_reasons", records=reasons, columns=["batch_id", "number", "error"]
    )
    await connection.copy_records_to_table(
        "rejections", records=rows, columns=["batch_id", "line", "received_at", "record_key", "errors"]
    )


def _told(error: FieldError) -> dict[str, Any]:
    return error._asdict() | {"message": error.message._asdict()}


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def prune_keys(session: WriteSession, created_before: datetime) -> int:
    status = await (await driver(session)).execute(
        "DELETE FROM idempotency_keys WHERE created_at < $1", created_before
    )
    return int(status.split()[-1])
