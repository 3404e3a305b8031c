"""Sessions: what is stored together, what cannot be stored, what an error may say."""

from uuid import uuid4

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from app.core import clock
from app.db.models import Touch
from app.db.session import Database, WriteSession, driver, reading, transaction


def a_touch() -> Touch:
    return Touch(platform="P1", class_group_id="C1", batch_id=uuid4(), touched_at=clock.now())


async def touches(database: Database) -> int:
    async with reading(database) as session:
        return await session.scalar(select(func.count()).select_from(Touch)) or 0


async def test_a_transaction_is_committed_when_the_block_ends(database: Database) -> None:
    async with transaction(database) as session:
        session.add(a_touch())
    assert await touches(database) == 1


async def test_a_transaction_leaves_nothing_when_the_block_fails(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction(database) as session:
            session.add(a_touch())
            await session.flush()
            raise ZeroDivisionError
    assert await touches(database) == 0


async def test_a_reading_session_cannot_write(database: Database) -> None:
    with pytest.raises(DBAPIError, match="read-only"):
        async with reading(database) as session:
            await session.execute(text("DELETE FROM touches"))


async def test_a_copy_belongs_to_the_transaction_it_was_made_in(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with transaction(database) as session:
            connection = await driver(session)
            row = ("P1", "C1", clock.now())
            await connection.copy_records_to_table(
                "touches", records=[row], columns=["platform", "class_group_id", "touched_at"]
            )
            raise ZeroDivisionError
    assert await touches(database) == 0


async def test_tests_that_share_a_database_do_not_see_each_other(session: WriteSession) -> None:
    session.add(a_touch())
    await session.flush()
    assert await session.scalar(select(func.count()).select_from(Touch)) == 1


async def test_tests_that_share_a_database_really_do_not_see_each_other(session: WriteSession) -> None:
    session.add(a_touch())
    await session.flush()
    assert await session.scalar(select(func.count()).select_from(Touch)) == 1
