"""A server that is killed while the program runs comes back where the program looks for it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from sqlalchemy import text

from app.core.errors import Unavailable
from app.db import embedded, migrate
from app.db.session import Database, reading, transaction
from tests.db.processes import kill, pid_of_server


@asynccontextmanager
async def watched(server: embedded.Server) -> AsyncIterator[None]:
    watch = asyncio.create_task(embedded.keep_alive(server, every_s=0.05))
    yield
    watch.cancel()
    with suppress(asyncio.CancelledError):
        await watch


async def answer(database: Database) -> object:
    async with reading(database) as session:
        return await session.scalar(text("SELECT size FROM ledger_head"))


async def patient_answer(database: Database) -> object:
    while True:
        with suppress(Unavailable):
            return await answer(database)
        await asyncio.sleep(0.05)


async def test_a_killed_server_comes_back_on_the_same_port(data_dir: Path) -> None:
    with embedded.lease(data_dir) as server:
        await asyncio.to_thread(migrate.upgrade, server.owner_url)
        database = Database.connect(server.program_url)
        async with watched(server):
            assert await answer(database) == 0
            killed = pid_of_server(data_dir)
            kill(killed)
            assert await asyncio.wait_for(patient_answer(database), timeout=20) == 0
        assert pid_of_server(data_dir) != killed
        await database.dispose()


async def test_what_was_going_on_when_the_server_died_may_be_repeated(data_dir: Path) -> None:
    with embedded.lease(data_dir) as server:
        await asyncio.to_thread(migrate.upgrade, server.owner_url)
        database = Database.connect(server.program_url)
        with pytest.raises(Unavailable):
            async with transaction(database) as session:
                await session.execute(text("UPDATE ledger_head SET size = 1"))
                kill(pid_of_server(data_dir))
                await session.execute(text("UPDATE ledger_head SET size = 2"))
        with pytest.raises(Unavailable):
            await answer(database)
        server.revive()
        assert await answer(database) == 0
        await database.dispose()
