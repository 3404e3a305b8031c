"""Brings the schema to a revision and back, and says whether it is there.

Migrators of one database take turns under an advisory lock. They try it again and again instead of waiting in
it: a waiting statement would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Literal

import asyncpg
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.db.session import ReadSession
from app.db.urls import driver_url

SCRIPTS = Path(__file__).parents[2] / "migrations"
MIGRATORS = 7_362_001  # the advisory lock of all migrators of one database
RETRY_S = 0.1

Kind = Literal["schema", "table", "column", "index", "unique_constraint", "foreign_key_constraint"]
IsOurs = Callable[[str | None, Kind, MutableMapping[str, str | None]], bool]


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Does nothing where the schema is there already. Call it outside of an event loop, or in a thread."""
    as_only_migrator(owner_url, lambda connection: command.upgrade(_config(connection), revision))


def downgrade(owner_url: str, revision: str = "base") -> None:
    as_only_migrator(owner_url, lambda connection: command.downgrade(_config(connection), revision))


async def is_current(session: ReadSession) -> bool:
    """The database knows every migration that this program knows; it may be ahead of us."""
    known = await session.scalar(text("SELECT to_regclass('alembic_version') IS NOT NULL"))
    if not known:
        return False
    found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return found is not None and (found == _head() or found not in _revisions())


def as_only_migrator(owner_url: str, work: Callable[[Connection], None]) -> None:
    asyncio.run(_as_only_migrator(owner_url, work))


def is_ours(connection: Connection) -> IsOurs:
    """For Alembic's comparison: partitions come and go by the month and are in no model."""
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    connection.rollback()

    def decide(name: str | None, kind: Kind, _parents: MutableMapping[str, str | None]) -> bool:
        return kind != "table" or name not in partitions

    return decide


async def _as_only_migrator(owner_url: str, work: Callable[[Connection], None]) -> None:
    address = driver_url(owner_url)

    async def owner() -> asyncpg.Connection:
        settings = {"application_name": "supervise migrate", "timezone": "UTC", "lock_timeout": "5s"}
        return await asyncpg.connect(address, timeout=10, server_settings=settings)

    engine = create_async_engine("postgresql+asyncpg://", async_creator=owner, poolclass=NullPool)
    async with engine.connect() as connection:
        await _take_turns(connection)
        await connection.run_sync(work)


async def _take_turns(connection: AsyncConnection) -> None:
    """The lock ends with the connection."""
    statement = text("SELECT pg_try_advisory_lock(:migrators)")
    while not await connection.scalar(statement, {"migrators": MIGRATORS}):
        await connection.rollback()
        await asyncio.sleep(RETRY_S)
    await connection.rollback()


def _config(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config


@cache
def _head() -> str | None:
    return ScriptDirectory.from_config(_config()).get_current_head()


@cache
def _revisions() -> frozenset[str]:
    return frozenset(script.revision for script in ScriptDirectory.from_config(_config()).walk_revisions())
