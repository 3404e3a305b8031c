"""Each hour is closed once, with every entry that was written in it, whoever closes and whatever was open."""

import asyncio
import json
from datetime import timedelta
from typing import Any

import asyncpg
import pytest

from app.core import clock
from app.core.ids import new_uuid
from app.db.session import Database, driver, reading, transaction
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing
from app.trail import repository
from app.trail.digests import close_hours
from app.trail.schemas import HOUR, Insider
from app.trail.service import record
from tests.trail.conftest import Close, write


async def envelopes(database: Database) -> list[dict[str, Any]]:
    await sequence(database)
    async with reading(database) as session:
        rows = await (await driver(session)).fetch("SELECT envelope FROM ledger_entries ORDER BY index")
    return [json.loads(row[0]) for row in rows]


def sizes(told: list[dict[str, Any]]) -> int:
    """Of all hours together: a test may be about when the clock strikes."""
    return sum(envelope["entries"]["size"] for envelope in told)


async def put_hours_ago(owner: asyncpg.Connection, hours: int, actor: str) -> None:
    """As it would stand there after a worker was away."""
    await owner.execute("ALTER TABLE trail_entries DISABLE TRIGGER set_hour")
    hour = await owner.fetchval("SELECT date_trunc('hour', now(), 'UTC')") - hours * HOUR
    await owner.execute(
        "INSERT INTO trail_entries (entry_id, occurred_at, hour, actor_id, action, subject)"
        " VALUES ($1, $2, $2, $3, 'trail:test', '{}')",
        new_uuid(hour),
        hour,
        actor,
    )
    await owner.execute("ALTER TABLE trail_entries ENABLE TRIGGER set_hour")
    await owner.execute("UPDATE trail_head SET next_hour = least(next_hour, $1)", hour)


async def test_an_hour_that_is_over_is_one_entry_of_the_ledger(database: Database, close: Close) -> None:
    await write(database, "a", "b", "c")
    assert await close() >= 1
    before = await envelopes(database)
    assert before[0].keys() == {"v", "kind", "digest_id", "hour", "closed_at", "entries"}
    assert (before[0]["kind"], sizes(before)) == ("access", 3)
    assert before[0]["hour"].endswith(":00:00.000000Z")
    await close()
    assert await envelopes(database) == before


async def test_the_hour_that_runs_stays_open(database: Database, key_ring: KeyRing) -> None:
    await write(database, "a")
    await close_hours(database, key_ring)
    assert await envelopes(database) == []


async def test_an_hour_without_entries_leaves_nothing(database: Database, close: Close) -> None:
    assert await close() >= 1
    assert await envelopes(database) == []


async def test_several_workers_close_an_hour_once(database: Database, close: Close) -> None:
    await write(database, "a", "b")
    await asyncio.gather(*(close() for _ in range(4)))
    assert sizes(await envelopes(database)) == 2


async def test_hours_of_a_downtime_are_closed_in_their_order(
    database: Database, key_ring: KeyRing, owner: asyncpg.Connection
) -> None:
    for hours, actor in ((5, "a"), (5, "b"), (2, "c")):
        await put_hours_ago(owner, hours, actor)
    assert await close_hours(database, key_ring) >= 4
    told = [(envelope["hour"], envelope["entries"]["size"]) for envelope in await envelopes(database)]
    assert [size for _, size in told] == [2, 1]
    assert told == sorted(told)


async def test_an_open_transaction_keeps_its_hour_open(
    database: Database, key_ring: KeyRing, close: Close
) -> None:
    """Its entry is not seen yet and must not escape; nor may the hours behind it overtake.

    Hours before it may end meanwhile: the schema may be older than this one.
    """
    await close_hours(database, key_ring, until=clock.now())
    async with transaction(database) as late:
        await record(late, Insider("late"), "trail:test", {})
        await write(database, "early")
        await close()
        assert await envelopes(database) == []
    assert await close() >= 1
    assert sizes(await envelopes(database)) == 2


async def test_a_transaction_that_is_given_up_frees_its_hour(database: Database, close: Close) -> None:
    await write(database, "early")
    with pytest.raises(ZeroDivisionError):
        async with transaction(database) as late:
            await record(late, Insider("late"), "trail:test", {})
            raise ZeroDivisionError
    assert await close() >= 1
    assert sizes(await envelopes(database)) == 1


async def test_who_writes_waits_for_who_closes_and_looks_at_the_clock_again(
    database: Database, owner: asyncpg.Connection
) -> None:
    """While an hour is closed nobody adds to it: a writer who was about to finds the next hour begun."""
    async with owner.transaction():
        hour = await owner.fetchval("SELECT date_trunc('hour', clock_timestamp(), 'UTC')")
        for each in (hour, hour + HOUR):  # the clock may strike meanwhile
            assert await owner.fetchval(repository.IS_QUIET, repository.WRITERS_OF_AN_HOUR, each)
        writing = asyncio.create_task(write(database, "late"))
        done, _ = await asyncio.wait({writing}, timeout=0.3)
        assert not done
    await writing


async def test_the_backlog_names_hours_that_are_over(database: Database, owner: asyncpg.Connection) -> None:
    async with reading(database) as session:
        _, since = await repository.waiting(session, await now(owner))
        number, _ = await repository.waiting(session, since + timedelta(minutes=125))
    assert number == 3


async def now(owner: asyncpg.Connection) -> Any:  # noqa: ANN401
    return await owner.fetchval("SELECT now()")
