"""The pool tells how many of its connections are in use, and how many tasks wait for one."""

import asyncio

import pytest
from sqlalchemy import text

from app.core.metrics import CONNECTIONS
from app.db.failures import ConnectionLost, DatabaseBusy
from app.db.session import Database, driver, reading
from tests.server import CloneServer


def told(name: str) -> tuple[float, float]:
    states = ("in_use", "waiting")
    in_use, waiting = (CONNECTIONS.labels(name, state)._value.get() for state in states)
    return in_use, waiting


async def test_connections_in_use_and_tasks_that_wait_are_told(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1, name="one")
    async with reading(database):
        assert told("one") == (1, 0)
        second = asyncio.create_task(read(database))
        await asyncio.sleep(0.05)
        assert told("one") == (1, 1)
    await second
    assert told("one") == (0, 0)
    await database.dispose()


async def test_nobody_waits_any_more_once_his_patience_is_over(database_url: str) -> None:
    database = Database.connect(database_url, pool_size=1, pool_timeout_s=0.05, name="short")
    async with reading(database):
        with pytest.raises(DatabaseBusy):
            await read(database)
        assert told("short") == (1, 0)
    await database.dispose()


async def test_a_connection_that_breaks_is_not_in_use_any_more(
    clone_server: CloneServer, database_name: str, database_url: str
) -> None:
    database = Database.connect(database_url, pool_size=2, name="broken")
    with pytest.raises(ConnectionLost):
        async with reading(database) as session:
            await clone_server.administer(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_name}'"  # noqa: S608
            )
            await session.execute(text("SELECT 1"))
    assert told("broken") == (0, 0)
    await read(database)
    assert told("broken") == (0, 0)
    await database.dispose()


async def read(database: Database, statement: str = "SELECT 1") -> None:
    async with reading(database) as session:
        await session.execute(text(statement))


async def test_a_connection_that_the_server_has_closed_is_not_handed_out(
    clone_server: CloneServer, database_name: str, database_url: str
) -> None:
    database = Database.connect(database_url, pool_size=2, name="closed")
    await read(database)
    await clone_server.administer(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{database_name}'"  # noqa: S608
    )
    await asyncio.sleep(0.05)
    await read(database)
    await database.dispose()


async def test_a_single_statement_needs_no_transaction(database: Database) -> None:
    async with reading(database, single=True) as session:
        first, second = [await session.scalar(text("SELECT now()")) for _ in range(2)]
        assert first != second
        assert not (await driver(session)).is_in_transaction()
