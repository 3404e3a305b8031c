"""Brings the schema to a revision and back, and says whether it is there.

Migrators of one database take turns under an advisory lock. They try it again and again instead of waiting in
it: a waiting statement would hold a snapshot, and CREATE INDEX CONCURRENTLY waits for those.
"""

import asyncio
import time
from collections.abc import Callable, MutableMapping
from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from app.core.errors import Conflict, Text, Unavailable
from app.db import confinement
from app.db.connection import connect, driver_url
from app.db.failures import ConnectionLost, DatabaseBusy, as_unavailable
from app.db.session import ReadSession

SCRIPTS = Path(__file__).parents[2] / "migrations"
MIGRATORS = 7_362_001  # the advisory lock of all migrators of one database
INSUFFICIENT_PRIVILEGE = "42501"
RETRY_S = 0.1
PATIENCE_S = 60
OWNER_SETTINGS = {"application_name": "supervise migrate", "timezone": "UTC", "lock_timeout": "5s"}

Work = Callable[[Connection], object]
Kind = Literal[
    "schema",
    "table",
    "column",
    "index",
    "unique_constraint",
    "foreign_key_constraint",
    "check_constraint",
]
Parents = MutableMapping[Literal["schema_name", "table_name", "schema_qualified_table_name"], str | None]


class NotMigrated(Unavailable):
    code = "not_migrated"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "数据库结构不是本程序的版本。请运行 supervise migrate。",
                "The database schema is not of this version: run `supervise migrate`.",
            ),
            retry_after_s=10,
        )


class MigrationBlocked(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "有事务占用所需的表超过五秒，迁移已停止，当前步骤未作任何更改。请稍后重新运行。",
                "A transaction held a table that the migration waited five seconds for; it has stopped and "
                "left nothing of its current step. Run it again at a quieter moment.",
            )
        )


class MigrationNotAllowed(Conflict):
    """The remedy is said, since the server's own words name neither the login's part nor ours."""

    code = "migration_not_allowed"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "迁移所用的登录账号权限不足：须为数据库所有者，且能创建或授予角色 supervise_program 与 "
                "supervise_tenant。请由数据库管理员按 deploy/roles.sql 创建这两个角色，然后重新运行。",
                "The migrating login lacks rights: it must own the database, and be able to create or grant "
                "the roles supervise_program and supervise_tenant. Let the server's administrator make both "
                "as deploy/roles.sql does, then run it again.",
            )
        )


def upgrade(owner_url: str, revision: str = "head") -> None:
    """Does nothing where the schema is there already. Call it outside of an event loop, or in a thread."""

    def up(connection: Connection) -> None:
        command.upgrade(_config(connection), revision)
        confinement.draw(connection)

    as_only_migrator(owner_url, up)


def downgrade(owner_url: str, revision: str = "base") -> None:
    def down(connection: Connection) -> None:
        confinement.forget(connection)
        command.downgrade(_config(connection), revision)
        confinement.draw(connection)

    as_only_migrator(owner_url, down)


async def assert_current(session: ReadSession) -> None:
    if not await is_current(session):
        raise NotMigrated


async def is_current(session: ReadSession) -> bool:
    """Every migration that this program knows was run; the database may be ahead of us."""
    if await session.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return False
    found = await session.scalar(text("SELECT version_num FROM alembic_version"))
    return found is not None and found not in revisions()[:-1]


@cache
def revisions() -> tuple[str, ...]:
    """All that this program knows, from the first to the last."""
    scripts = ScriptDirectory.from_config(_config()).walk_revisions()
    return tuple(reversed([script.revision for script in scripts]))


def as_only_migrator(owner_url: str, work: Work) -> None:
    """Runs `work` on a connection of the schema's owner while no other migrator runs.

    Again from its beginning if the server starts over meanwhile, as it does when one of its processes dies:
    what had not been committed was not done.
    """
    deadline = time.monotonic() + PATIENCE_S
    while True:
        try:
            return asyncio.run(_as_only_migrator(owner_url, work))
        except DBAPIError as error:
            failure = _explained(error)
            if not isinstance(failure, ConnectionLost) or time.monotonic() > deadline:
                raise failure from error
        time.sleep(RETRY_S)


def _explained(error: DBAPIError) -> Exception:
    """In a sentence, where the migration is not to blame."""
    if getattr(error.orig, "sqlstate", None) == INSUFFICIENT_PRIVILEGE:
        return MigrationNotAllowed()
    unavailable = as_unavailable(error)
    return MigrationBlocked() if isinstance(unavailable, DatabaseBusy) else unavailable or error


def is_ours(connection: Connection) -> Callable[[str | None, Kind, Parents], bool]:
    """For Alembic's comparison: partitions come and go by the month and are in no model."""
    partitions = set(connection.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    connection.rollback()  # Alembic would take an open transaction for its caller's

    def decide(name: str | None, kind: Kind, _parents: Parents) -> bool:
        return kind != "table" or name not in partitions

    return decide


async def _as_only_migrator(owner_url: str, work: Work) -> None:
    address = driver_url(owner_url)
    engine = create_async_engine(
        "postgresql+asyncpg://",
        async_creator=lambda: connect(address, OWNER_SETTINGS),
        hide_parameters=True,
        poolclass=NullPool,
    )
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
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config
