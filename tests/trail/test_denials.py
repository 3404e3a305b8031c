"""Refusals are recorded, and a flood of them fills no disk."""

from sqlalchemy import select

from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.trail import origin
from app.trail.denials import MOST, WINDOW_S, Denials
from app.trail.schemas import UNKNOWN, Insider

CLERK = Insider("user-1", Role.clerk)


async def entries(database: Database) -> list[TrailEntry]:
    async with reading(database) as session:
        statement = select(TrailEntry).where(TrailEntry.kind == "denied").order_by(TrailEntry.entry_id)
        return list(await session.scalars(statement))


async def test_a_flood_of_one_kind_is_two_entries(database: Database) -> None:
    book = Denials()
    for _ in range(1000):
        await book.note(database, CLERK, "reports:read", {})
    assert [entry.number for entry in await entries(database)] == [1]
    await book.flush(database)
    assert [entry.number for entry in await entries(database)] == [1, 999]


async def test_a_flood_of_many_kinds_shares_one_entry_beyond_a_bound(database: Database) -> None:
    book = Denials()
    for number in range(1000):
        with origin.bound(f"192.0.2.{number}", "r"):
            await book.note(database, UNKNOWN, "token:issue", {})
    await book.flush(database)
    found = await entries(database)
    assert len(found) == MOST + 1
    assert (found[-1].action, found[-1].number) == ("many", 1000 - MOST)


async def test_what_waited_is_told_in_the_next_minute(database: Database) -> None:
    now = [0.0]
    book = Denials(now_s=lambda: now[0])
    for at_s in (0, 1, 2, WINDOW_S):
        now[0] = at_s
        await book.note(database, CLERK, "reports:read", {})
    assert [entry.number for entry in await entries(database)] == [1, 2, 1]


async def test_a_database_that_is_away_changes_no_refusal() -> None:
    nowhere = Database.connect("postgresql://nobody@127.0.0.1:1/none")
    await Denials().note(nowhere, CLERK, "reports:read", {})
    await nowhere.dispose()
