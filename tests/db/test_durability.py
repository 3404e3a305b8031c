"""A database that may forget what it acknowledged is refused."""

import pytest

from app.db import embedded
from app.db.durability import ForgetfulDatabase, assert_durable
from app.db.session import Database


async def test_refuses_a_server_that_forgets(database: Database) -> None:
    with pytest.raises(ForgetfulDatabase, match="fsync, full_page_writes, synchronous_commit set to off"):
        await assert_durable(database)


async def test_lets_tests_work_on_one(database: Database) -> None:
    await assert_durable(database, accept_forgetful=True)


async def test_accepts_the_embedded_server_as_it_is(started: embedded.Server) -> None:
    database = Database.connect(started.program_url)
    await assert_durable(database)
    await database.dispose()
