"""All SQL that takes a batch in. Everything here happens in the caller's transaction."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

import asyncpg
import msgspec
from sqlalchemy import ARRAY, Table, make_url

from app.core.ids import BatchId, ClientId, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import WriteSession, driver
from app.ingest.merge import Key, Version
from app.ingest.rows import Rows
from app.ingest.schemas import Counts, Rejection

STRIPES = 64
"""How many locks a batch takes at most."""

KEYS_LOOKED_AT = 50
"""Of a batch, before it is taken for new."""

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
    )
    INSERT INTO batches (batch_id, platform, feed, client_id, received_at,
                         received, accepted, unchanged, stale, rejected, records_root, leaf_hash)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
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
    numbers = sorted(_lock_number(f"ingest {feed} {platform} {stripe}") for stripe in stripes)
    await (await driver(session)).execute(LOCK, numbers)


def _lock_number(name: str) -> int:
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
    session: WriteSession, table: Table, platform: PlatformCode, keys: Sequence[Key], rows: Rows
) -> bool:
    """False, and nothing is stored, where one of the keys is stored already.

    A look at each would cost as much as storing it, so only some are looked at. They spare most batches that
    hold known keys the attempt, whose dead rows would have to be vacuumed.
    """
    some = keys[:: max(1, len(keys) // KEYS_LOOKED_AT)]
    if await existing_versions(session, table, platform, some):
        return False
    try:
        async with (await driver(session)).transaction():
            await insert_rows(session, table, rows)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def insert_rows(session: WriteSession, table: Table, rows: Rows) -> None:
    """Rows whose keys are new, by COPY."""
    if rows["line"]:
        records = zip(*rows.values(), strict=True)
        await (await driver(session)).copy_records_to_table(table.name, records=records, columns=list(rows))


async def replace_rows(session: WriteSession, table: Table, rows: Rows) -> None:
    """Rows whose keys are stored already, by one statement."""
    if rows["line"]:
        values = [_as_parameter(table, name, column) for name, column in rows.items()]
        await (await driver(session)).execute(_replace(table, tuple(rows)), *values)


@cache
def _replace(table: Table, names: tuple[str, ...]) -> str:
    """Goes through the primary key, whatever the planner knows; columns not named stay as they are."""
    key = [column.name for column in table.primary_key]
    arrays = ", ".join(f"${at}::{_parameter_type(table, name)}[]" for at, name in enumerate(names, 1))
    selected = ", ".join(f"changed.{name}::{_type(table, name)}" for name in names)
    changes = ", ".join(f"{name} = excluded.{name}" for name in names if name not in key)
    return f"""
        INSERT INTO {table.name} ({", ".join(names)})
        SELECT {selected} FROM unnest({arrays}) AS changed ({", ".join(names)})
        ON CONFLICT ({", ".join(key)}) DO UPDATE SET {changes}
    """  # noqa: S608 (names of our own tables and columns)


def _type(table: Table, name: str) -> str:
    return table.columns[name].type.compile(dialect=POSTGRESQL)


def _parameter_type(table: Table, name: str) -> str:
    """Unnest would take a list of lists apart: lists travel as text."""
    return "text" if isinstance(table.columns[name].type, ARRAY) else _type(table, name)


def _as_parameter(table: Table, name: str, values: Sequence[Any]) -> Sequence[Any]:
    if not isinstance(table.columns[name].type, ARRAY):
        return values
    return [None if value is None else _array_literal(value) for value in values]


def _array_literal(elements: Sequence[str]) -> str:
    """Elements are ids or choices: nothing in them needs an escape."""
    return "{" + ",".join(f'"{element}"' for element in elements) + "}"


async def store_batch(
    session: WriteSession,
    *,
    batch_id: BatchId,
    platform: PlatformCode,
    feed: Feed,
    client_id: ClientId,
    received_at: datetime,
    counts: Counts,
    records_root: bytes,
    leaf_hash: bytes,
    media_type: str,
    body_sealed: bytes,
    secret_sealed: bytes,
    outcomes: bytes,
    class_group_ids: Sequence[str],
) -> None:
    """The batch, its archive, and its links to the class groups it has something for."""
    await (await driver(session)).execute(
        STORE_BATCH,
        *(batch_id, platform, feed, client_id, received_at, *counts, records_root, leaf_hash),
        *(media_type, body_sealed, secret_sealed, outcomes, class_group_ids),
    )


async def store_rejections(
    session: WriteSession, batch_id: BatchId, received_at: datetime, rejections: Sequence[Rejection]
) -> None:
    if not rejections:
        return
    rows = [
        (batch_id, rejection.line, received_at, _json(rejection.record_key), _json(_errors(rejection)))
        for rejection in rejections
    ]
    await (await driver(session)).copy_records_to_table(
        "rejections", records=rows, columns=["batch_id", "line", "received_at", "record_key", "errors"]
    )


def _errors(rejection: Rejection) -> list[dict[str, Any]]:
    return [error._asdict() | {"message": error.message._asdict()} for error in rejection.errors]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


async def touch(
    session: WriteSession,
    platform: PlatformCode,
    touches: Mapping[str, Sequence[str] | None],
    batch_id: UUID,
    touched_at: datetime,
) -> None:
    if not touches:
        return
    rows = [
        (platform, class_group_id, learner_ids, batch_id, touched_at)
        for class_group_id, learner_ids in touches.items()
    ]
    await (await driver(session)).copy_records_to_table(
        "touches",
        records=rows,
        columns=["platform", "class_group_id", "learner_ids", "batch_id", "touched_at"],
    )


async def prune_keys(session: WriteSession, created_before: datetime) -> int:
    status = await (await driver(session)).execute(
        "DELETE FROM idempotency_keys WHERE created_at < $1", created_before
    )
    return int(status.split()[-1])
