"""The schema goes up, down and up again, and is then what the models say."""

import asyncio
from typing import Any

import asyncpg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, text

from app.db import migrate
from app.db.connection import UnknownDatabase
from app.db.failures import ConnectionLost
from app.db.models import Base
from app.db.session import Database, reading

FOREIGN_CHANGE = "CREATE TABLE public.not_ours ()"
RECOVERING = b"SFATAL\0VFATAL\0C57P03\0Mthe database system is starting up\0\0"


def differences(owner_url: str) -> list[Any]:
    found: list[Any] = []

    def compare(connection: Connection) -> None:
        options = {"include_name": migrate.is_ours(connection), "compare_server_default": True}
        found.extend(compare_metadata(MigrationContext.configure(connection, opts=options), Base.metadata))

    migrate.as_only_migrator(owner_url, compare)
    return found


async def tables(owner_url: str) -> set[str]:
    connection = await asyncpg.connect(owner_url)
    rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    await connection.close()
    return {row[0] for row in rows}


async def test_up_down_and_up_again_is_what_the_models_say(owner_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, owner_url)
    assert await tables(owner_url) == {"alembic_version"}
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await asyncio.to_thread(differences, owner_url) == []


async def test_a_column_that_no_migration_makes_is_noticed(owner_url: str) -> None:
    connection = await asyncpg.connect(owner_url)
    await connection.execute("ALTER TABLE enrollments DROP COLUMN phone_sealed CASCADE")
    await connection.close()
    assert [found[0] for found in await asyncio.to_thread(differences, owner_url)] == ["add_column"]


async def test_each_step_can_be_taken_back_and_repeated(owner_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, owner_url)
    for revision in migrate.revisions():
        await asyncio.to_thread(migrate.upgrade, owner_url, revision)
        await asyncio.to_thread(migrate.downgrade, owner_url, "-1")
        await asyncio.to_thread(migrate.upgrade, owner_url, revision)


async def test_a_schema_that_is_there_stays_as_it_is(owner_url: str) -> None:
    before = await tables(owner_url)
    await asyncio.to_thread(migrate.upgrade, owner_url)
    assert await tables(owner_url) == before


async def test_of_two_migrators_one_waits_for_the_other(owner_url: str) -> None:
    await asyncio.to_thread(migrate.downgrade, owner_url)
    await asyncio.gather(*(asyncio.to_thread(migrate.upgrade, owner_url) for _ in range(3)))
    assert await asyncio.to_thread(differences, owner_url) == []


async def test_a_migration_waits_five_seconds_for_a_lock(owner_url: str) -> None:
    found: list[Any] = []
    await asyncio.to_thread(
        migrate.as_only_migrator, owner_url, lambda connection: found.append(lock_timeout(connection))
    )
    assert found == ["5s"]


async def test_a_migration_that_waited_in_vain_says_so(owner_url: str) -> None:
    blocker = await asyncpg.connect(owner_url)
    async with blocker.transaction():
        await blocker.execute("LOCK TABLE enrollments IN ACCESS SHARE MODE")
        with pytest.raises(migrate.MigrationBlocked):
            await asyncio.to_thread(migrate.as_only_migrator, owner_url, hasty_change)
    await blocker.close()


async def test_a_migration_that_lost_its_server_begins_again(owner_url: str) -> None:
    tries = []

    def change(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE kept ()"))
        tries.append(connection)
        if len(tries) == 1:
            connection.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
        connection.commit()

    await asyncio.to_thread(migrate.as_only_migrator, owner_url, change)
    assert len(tries) == 2
    assert "kept" in await tables(owner_url)


async def test_a_server_that_lets_nobody_in_yet_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    """It recovers: the driver says so in an error that is not the adapter's."""

    async def recover(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"E" + (4 + len(RECOVERING)).to_bytes(4) + RECOVERING)
        await writer.drain()
        writer.close()

    monkeypatch.setattr(migrate, "PATIENCE_S", 0)
    async with await asyncio.start_server(recover, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        url = f"postgresql://owner@127.0.0.1:{port}/supervise?sslmode=disable"
        with pytest.raises(ConnectionLost):
            await asyncio.to_thread(migrate.upgrade, url)


async def test_a_login_without_the_rights_is_told_what_it_needs(database_url: str) -> None:
    with pytest.raises(migrate.MigrationNotAllowed, match="supervise_program and supervise_tenant"):
        await asyncio.to_thread(
            migrate.as_only_migrator,
            database_url,
            lambda connection: connection.execute(text(FOREIGN_CHANGE)),
        )


def lock_timeout(connection: Connection) -> object:
    return connection.scalar(text("SHOW lock_timeout"))


def hasty_change(connection: Connection) -> None:
    connection.execute(text("SET lock_timeout = '10ms'"))
    connection.execute(text("ALTER TABLE enrollments ADD COLUMN change text"))


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg"])
async def test_understands_the_url_of_other_tools(owner_url: str, scheme: str) -> None:
    await asyncio.to_thread(migrate.upgrade, owner_url.replace("postgresql", scheme, 1))


async def test_refuses_another_kind_of_database() -> None:
    with pytest.raises(UnknownDatabase, match="mysql"):
        await asyncio.to_thread(migrate.upgrade, "mysql://root@localhost/supervise")


class TestIsCurrent:
    async def test_is_so_after_all_migrations(self, database: Database) -> None:
        async with reading(database) as session:
            assert await migrate.is_current(session)

    async def test_is_not_so_before_the_last_one(self, database: Database, owner_url: str) -> None:
        await asyncio.to_thread(migrate.downgrade, owner_url, "-1")
        async with reading(database) as session:
            assert not await migrate.is_current(session)

    async def test_is_so_where_a_newer_program_went_ahead(self, database: Database, owner_url: str) -> None:
        connection = await asyncpg.connect(owner_url)
        await connection.execute("UPDATE alembic_version SET version_num = '20991231_01'")
        await connection.close()
        async with reading(database) as session:
            assert await migrate.is_current(session)
