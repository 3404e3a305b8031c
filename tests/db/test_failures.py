"""Errors of the database: which of them may be repeated, and what none of them may quote."""

import asyncio
import traceback
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.core import clock
from app.core.errors import Unavailable
from app.db import embedded
from app.db.failures import (
    ConnectionLost,
    DatabaseBusy,
    DatabaseFull,
    DatabaseNotPrepared,
    DatabaseUnreachable,
)
from app.db.models import Platform
from app.db.session import Database, driver, reading, transaction
from tests.server import CloneServer

SECRET = "330106199001011234"


def place(url: str) -> str:
    """Host and port."""
    return urlsplit(url).netloc.rpartition("@")[2]


def whole_text(error: BaseException) -> str:
    return "".join(traceback.format_exception(error)) + repr(error)


async def name_a_platform(database: Database, code: str = SECRET) -> None:
    async with transaction(database) as session:
        session.add(Platform(code=code, kind="live", name=SECRET, created_at=clock.now()))


class TestDiscretion:
    async def test_a_doubled_key_is_not_quoted(self, database: Database) -> None:
        await name_a_platform(database)
        with pytest.raises(IntegrityError) as caught:
            await name_a_platform(database)
        assert "pk_platforms" in whole_text(caught.value)
        assert SECRET not in whole_text(caught.value)

    async def test_a_row_that_breaks_a_rule_is_not_quoted(self, database: Database) -> None:
        with pytest.raises(IntegrityError) as caught:
            async with transaction(database) as session:
                session.add(Platform(code=SECRET, kind="x", name=SECRET, created_at=clock.now()))
        assert "ck_platforms_kind" in whole_text(caught.value)
        assert SECRET not in whole_text(caught.value)

    async def test_a_row_that_is_copied_is_not_quoted(self, database: Database) -> None:
        with pytest.raises(asyncpg.CheckViolationError) as caught:
            async with transaction(database) as session:
                await (await driver(session)).copy_records_to_table(
                    "platforms",
                    records=[(SECRET, "x", SECRET, clock.now())],
                    columns=["code", "kind", "name", "created_at"],
                )
        assert SECRET not in whole_text(caught.value)

    async def test_a_value_that_does_not_fit_is_not_quoted(self, database: Database) -> None:
        with pytest.raises(DBAPIError) as caught:
            async with reading(database) as session:
                await session.execute(text("SELECT CAST(:value AS text)::int"), {"value": f"{SECRET}x"})
        assert SECRET not in whole_text(caught.value)

    async def test_a_value_of_a_wrong_type_is_not_quoted(self, database: Database) -> None:
        with pytest.raises(asyncpg.DataError) as caught:
            async with reading(database) as session:
                await (await driver(session)).fetch("SELECT $1::int", SECRET)
        assert SECRET not in whole_text(caught.value)

    async def test_the_log_of_the_server_holds_no_row(self, started: embedded.Server) -> None:
        connection = await asyncpg.connect(started.owner_url)
        await connection.execute("CREATE TABLE persons (id_number text PRIMARY KEY, age int CHECK (age > 9))")
        for attempt in (
            "INSERT INTO persons VALUES ('…', 20), ('…', 21)",
            "INSERT INTO persons VALUES ('…', 3)",
            "SELECT '…'::date",
            "SELECT '…' FROM nothing",
        ):
            with pytest.raises(asyncpg.PostgresError):
                await connection.execute(attempt.replace("…", SECRET))
        await connection.close()
        log = started.log.read_text()
        assert "ready to accept connections" in log
        assert SECRET not in log


class TestUnavailable:
    async def test_a_server_that_is_away(self) -> None:
        database = Database.connect("postgresql://somebody@127.0.0.1:1/nothing")
        with pytest.raises(DatabaseUnreachable):
            async with reading(database):
                pass

    async def test_a_login_without_the_programs_role(
        self, clone_server: CloneServer, database_url: str
    ) -> None:
        await clone_server.administer("CREATE ROLE stranger LOGIN PASSWORD 'word'")
        address = urlsplit(database_url)._replace(netloc=f"stranger:word@{place(database_url)}")
        database = Database.connect(address.geturl())
        with pytest.raises(DatabaseNotPrepared):
            async with reading(database):
                pass
        await clone_server.administer("DROP ROLE stranger")

    async def test_a_lock_that_is_not_given_in_time(self, database: Database) -> None:
        async with transaction(database) as holder:
            await holder.execute(text("SELECT pg_advisory_xact_lock(1)"))
            with pytest.raises(DatabaseBusy):
                async with transaction(database) as waiting:
                    await waiting.execute(text("SET LOCAL lock_timeout = '10ms'"))
                    await waiting.execute(text("SELECT pg_advisory_xact_lock(1)"))

    async def test_a_statement_that_takes_too_long(self, database: Database) -> None:
        with pytest.raises(DatabaseBusy):
            async with transaction(database) as session:
                await session.execute(text("SET LOCAL statement_timeout = '10ms'"))
                await session.execute(text("SELECT pg_sleep(1)"))

    async def test_two_transactions_that_wait_for_each_other(self, database: Database) -> None:
        async def lock(first: int, second: int) -> None:
            async with transaction(database) as session:
                await session.execute(select(func.pg_advisory_xact_lock(first)))
                await asyncio.sleep(0.05)
                await session.execute(select(func.pg_advisory_xact_lock(second)))

        answers = await asyncio.gather(lock(1, 2), lock(2, 1), return_exceptions=True)
        assert [type(answer) for answer in answers if answer] == [DatabaseBusy]

    async def test_a_disk_that_is_full(self, database: Database) -> None:
        with pytest.raises(DatabaseFull) as caught:
            async with transaction(database) as session:
                await session.execute(text("DO $$ BEGIN RAISE disk_full; END $$"))
        assert caught.value.retry_after_s == 60

    async def test_a_pool_with_no_connection_left(self, database_url: str) -> None:
        database = Database.connect(database_url, pool_size=1, pool_timeout_s=0.05)
        async with reading(database):
            with pytest.raises(DatabaseBusy):
                async with reading(database):
                    pass
        await database.dispose()

    @pytest.mark.parametrize("by_driver", [False, True])
    async def test_a_connection_that_is_cut(
        self, clone_server: CloneServer, database: Database, *, by_driver: bool
    ) -> None:
        with pytest.raises(ConnectionLost):
            async with transaction(database) as session:
                connection = await driver(session)
                await clone_server.administer(
                    f"SELECT pg_terminate_backend({connection.get_server_pid()}, 9000)"
                )
                if by_driver:
                    await connection.execute("SELECT 1")
                else:
                    await session.execute(text("SELECT 1"))
        async with reading(database) as session:
            assert await session.scalar(text("SELECT 1")) == 1

    async def test_a_connection_that_cannot_begin_its_transaction(self, database: Database) -> None:
        with pytest.raises(ConnectionLost):
            async with transaction(database) as session:
                connection = await (await session.connection()).get_raw_connection()
                raw: asyncpg.Connection = connection.driver_connection
                other = asyncio.create_task(raw.execute("SELECT pg_sleep(0.1)"))
                await asyncio.sleep(0)
                try:
                    await driver(session)
                finally:
                    await other

    async def test_a_mistake_of_ours_is_no_reason_to_repeat(self, database: Database) -> None:
        with pytest.raises(DBAPIError) as caught:
            async with reading(database) as session:
                await session.execute(text("SELECT nothing"))
        assert not isinstance(caught.value, Unavailable)
