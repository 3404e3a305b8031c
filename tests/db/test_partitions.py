"""Months ahead are made by the program, without a right to change tables and without losing a row."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import pytest
from sqlalchemy import func, select, text

from app.core import clock
from app.core.ids import new_uuid
from app.db import partitions
from app.db.models import Rejection
from app.db.session import Database, WriteSession, driver, reading, transaction

TABLES = ("batch_archives", "ledger_entries", "rejections", "trail_entries")


async def drop(owner_url: str, *names: str) -> None:
    connection = await asyncpg.connect(owner_url)
    for name in names:
        await connection.execute(f"DROP TABLE {name}")
    await connection.close()


def this_month(table: str) -> str:
    return f"{table}_{clock.now():%Y_%m}"


async def reject(session: WriteSession, batch_id: UUID, line: int, received_at: datetime) -> None:
    session.add(Rejection(batch_id=batch_id, line=line, received_at=received_at, record_key={}, errors=[]))
    await session.flush()


async def rows_by_partition(database: Database) -> dict[str, int]:
    statement = text("SELECT tableoid::regclass::text, count(*) FROM rejections GROUP BY 1")
    async with reading(database) as session:
        return {row[0]: row[1] for row in await session.execute(statement)}


async def test_rows_go_to_the_month_they_were_received_in(database: Database) -> None:
    async with transaction(database) as session:
        await reject(session, new_uuid(clock.now()), 1, clock.now())
    assert await rows_by_partition(database) == {this_month("rejections"): 1}


async def test_makes_what_is_missing_and_then_nothing(database: Database) -> None:
    made = await partitions.ensure(database, months_ahead=5)
    assert {name.rsplit("_", 2)[0] for name in made} == set(TABLES)
    assert len(made) == 2 * len(TABLES), "the migration made three months ahead"
    assert await partitions.ensure(database, months_ahead=5) == []


async def test_rows_that_waited_in_the_default_partition_move_over(
    database: Database, owner_url: str
) -> None:
    await drop(owner_url, this_month("rejections"))
    later = datetime(2099, 7, 1, tzinfo=UTC)
    async with transaction(database) as session:
        for line in range(1, 4):
            await reject(session, new_uuid(clock.now()), line, clock.now())
        await reject(session, new_uuid(later), 1, later)
    assert await rows_by_partition(database) == {"rejections_default": 4}
    assert await partitions.ensure(database) == [this_month("rejections")]
    assert await rows_by_partition(database) == {this_month("rejections"): 3, "rejections_default": 1}


async def test_a_new_partition_has_the_keys_and_indexes_of_all(database: Database, owner_url: str) -> None:
    await drop(owner_url, this_month("ledger_entries"))
    await partitions.ensure(database)
    statement = text("SELECT indexdef FROM pg_indexes WHERE tablename = :table ORDER BY indexname")
    async with reading(database) as session:
        definitions = list(await session.scalars(statement, {"table": this_month("ledger_entries")}))
    assert len(definitions) == 2
    assert "UNIQUE" in definitions[0]
    assert "(subject_id)" in definitions[1]


async def test_inserts_meanwhile_lose_nothing_and_are_not_refused(database: Database, owner_url: str) -> None:
    await drop(owner_url, this_month("rejections"))
    done = asyncio.Event()
    stored = 0

    async def push() -> None:
        nonlocal stored
        while not done.is_set():
            async with transaction(database) as session:
                await reject(session, new_uuid(clock.now()), 1, clock.now())
            stored += 1

    pushing = [asyncio.create_task(push()) for _ in range(4)]
    await asyncio.sleep(0.1)
    made = await asyncio.gather(*(partitions.ensure(database) for _ in range(3)))
    await asyncio.sleep(0.1)
    done.set()
    await asyncio.gather(*pushing)
    assert [name for names in made for name in names] == [this_month("rejections")]
    async with reading(database) as session:
        assert await session.scalar(select(func.count()).select_from(Rejection)) == stored
    assert (await rows_by_partition(database)).keys() == {this_month("rejections")}


@pytest.mark.parametrize("table", ["clients", "nothing", "batch_archives; DROP TABLE clients"])
async def test_the_function_makes_partitions_of_nothing_else(database: Database, table: str) -> None:
    async with reading(database) as session:
        connection = await driver(session)
        with pytest.raises((asyncpg.NoDataFoundError, asyncpg.UndefinedTableError)):
            await connection.fetchval("SELECT make_partition($1, $2)", table, clock.now().date())


def test_months_run_over_the_end_of_the_year() -> None:
    months = partitions._months(datetime(2026, 11, 30, tzinfo=UTC).date(), 2)
    assert [f"{month:%Y-%m-%d}" for month in months] == ["2026-11-01", "2026-12-01", "2027-01-01"]
