"""All SQL of what is signed: the log's name, its keys, checkpoints, alarms."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.db.session import ReadSession, WriteSession, driver
from app.ledger.checkpoint import Checkpoint

PUBLISHER = 7_362_004  # the advisory lock of all signers of one database

COSIGNED = """
    note || coalesce((
        SELECT string_agg(line, '' ORDER BY witness) FROM ledger_cosignatures AS of_it
        WHERE of_it.size = ledger_checkpoints.size
    ), '') AS note
"""
CHECKPOINT = f"SELECT size, root, issued_at, {COSIGNED} FROM ledger_checkpoints"  # noqa: S608
KEY = "SELECT kid, public_key, private_key_sealed, created_at, retired_at FROM ledger_log_keys"
ALARM = "SELECT alarm_id, kind, raised_at, checkpoint_size, details FROM ledger_alarms"

# Who looks again and finds the same adds nothing.
ADD_ALARM = """
    INSERT INTO ledger_alarms (alarm_id, kind, raised_at, checkpoint_size, details)
    SELECT $1, $2, $3, $4, $5::jsonb
    WHERE NOT EXISTS (
        SELECT FROM ledger_alarms
        WHERE kind = $2 AND checkpoint_size IS NOT DISTINCT FROM $4 AND details = $5::jsonb
    )
"""


class KeyRow(NamedTuple):
    kid: str
    public_key: bytes
    private_key_sealed: bytes
    created_at: datetime
    retired_at: datetime | None


class Alarm(NamedTuple):
    alarm_id: UUID
    kind: str
    raised_at: datetime
    checkpoint_size: int | None
    """Of the newest checkpoint then; None: there was none."""
    details: Mapping[str, int | str]


async def lock_publisher(session: WriteSession) -> None:
    """One signer at a time, until the transaction ends."""
    await (await driver(session)).execute("SELECT pg_advisory_xact_lock($1)", PUBLISHER)


async def origin(session: ReadSession) -> str | None:
    found = await (await driver(session)).fetchval("SELECT origin FROM ledger_origin")
    return None if found is None else str(found)


async def store_origin(session: WriteSession, name: str) -> None:
    await (await driver(session)).execute("INSERT INTO ledger_origin (log, origin) VALUES (1, $1)", name)


async def keys(session: ReadSession) -> list[KeyRow]:
    """The oldest first, those that are retired too."""
    rows = await (await driver(session)).fetch(f"{KEY} ORDER BY created_at, kid")
    return [KeyRow(*row) for row in rows]


async def add_key(session: WriteSession, row: KeyRow) -> None:
    await (await driver(session)).execute(
        "INSERT INTO ledger_log_keys (kid, public_key, private_key_sealed, created_at, retired_at) "
        "VALUES ($1, $2, $3, $4, $5)",
        *row,
    )


async def retire_key(session: WriteSession, kid: str, at: datetime) -> None:
    await (await driver(session)).execute(
        "UPDATE ledger_log_keys SET retired_at = $2 WHERE kid = $1", kid, at
    )


async def newest(session: ReadSession) -> Checkpoint | None:
    row = await (await driver(session)).fetchrow(f"{CHECKPOINT} ORDER BY size DESC LIMIT 1")
    return None if row is None else Checkpoint(*row)


async def newest_size(session: ReadSession) -> int | None:
    found = await (await driver(session)).fetchval("SELECT max(size) FROM ledger_checkpoints")
    return None if found is None else int(found)


async def checkpoint(session: ReadSession, size: int) -> Checkpoint | None:
    row = await (await driver(session)).fetchrow(f"{CHECKPOINT} WHERE size = $1", size)
    return None if row is None else Checkpoint(*row)


async def checkpoints(session: ReadSession, before: int | None, limit: int) -> list[Checkpoint]:
    """The newest first, those below the size `before`."""
    rows = await (await driver(session)).fetch(
        f"{CHECKPOINT} WHERE $1::bigint IS NULL OR size < $1 ORDER BY size DESC LIMIT $2", before, limit
    )
    return [Checkpoint(*row) for row in rows]


async def following(session: ReadSession, since: int, limit: int) -> list[Checkpoint]:
    """The oldest first, those of the size `since` and above."""
    rows = await (await driver(session)).fetch(
        f"{CHECKPOINT} WHERE size >= $1 ORDER BY size LIMIT $2", since, limit
    )
    return [Checkpoint(*row) for row in rows]


async def add_checkpoint(session: WriteSession, published: Checkpoint) -> None:
    await (await driver(session)).execute(
        "INSERT INTO ledger_checkpoints (size, root, issued_at, note) VALUES ($1, $2, $3, $4)", *published
    )


async def add_alarm(session: WriteSession, alarm: Alarm) -> bool:
    """False: the same was raised already since that checkpoint."""
    details = msgspec.json.encode(alarm.details).decode()
    status = await (await driver(session)).execute(ADD_ALARM, *alarm[:4], details)
    return bool(int(status.split()[-1]))


async def alarms(session: ReadSession, most: int) -> list[Alarm]:
    """The newest first."""
    rows = await (await driver(session)).fetch(f"{ALARM} ORDER BY raised_at DESC, alarm_id LIMIT $1", most)
    return [Alarm(*row) for row in rows]
