"""The sequence: gapless, nothing lost, nothing twice, whoever writes, fails or competes."""

import asyncio
import contextlib
import json
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from asyncpg import NotNullViolationError
from sqlalchemy import select, text

from app.db.models import LedgerEntry
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.ledger import repository
from app.ledger.envelope import EntryKind, leaf_hash
from app.ledger.repository import ledger_size
from app.ledger.sequence import enqueue, sequence

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)


class Abandoned(Exception):
    """A writer or sequencer that gives up in the middle."""


async def enqueue_one(session: WriteSession, subject_id: UUID, recorded_at: datetime = MIDNIGHT) -> bytes:
    envelope = json.dumps({"subject": str(subject_id)}).encode()
    return await enqueue(
        session, kind=EntryKind.batch, subject_id=subject_id, recorded_at=recorded_at, envelope=envelope
    )


async def indexes(session: ReadSession) -> dict[UUID, int]:
    rows = await session.execute(text("SELECT subject_id, index FROM ledger_entries"))
    return {row[0]: row[1] for row in rows}


async def pending(session: ReadSession) -> int:
    return int((await session.execute(text("SELECT count(*) FROM ledger_pending"))).scalar_one())


class TestEnqueue:
    async def test_it_promises_the_hash_of_the_envelope(self, session: WriteSession) -> None:
        subject_id = uuid4()
        promised = await enqueue_one(session, subject_id)
        assert promised == leaf_hash(json.dumps({"subject": str(subject_id)}).encode())

    async def test_an_entry_has_no_index_before_its_turn(self, session: WriteSession) -> None:
        subject_id = uuid4()
        await enqueue_one(session, subject_id)
        assert await indexes(session) == {}
        assert await ledger_size(session) == 0

    async def test_it_is_undone_with_the_callers_transaction(self, database: Database) -> None:
        with pytest.raises(Abandoned):
            async with transaction(database) as session:
                await enqueue_one(session, uuid4())
                raise Abandoned
        assert await sequence(database) == 0
        async with reading(database) as session:
            assert await pending(session) == 0


class TestSequence:
    async def test_a_round_gives_indexes_by_moment_then_by_id(self, database: Database) -> None:
        first, second, third, fourth = (UUID(int=number) for number in (9, 3, 7, 1))
        async with transaction(database) as session:
            await enqueue_one(session, third, MIDNIGHT + timedelta(microseconds=1))
            await enqueue_one(session, fourth, MIDNIGHT + timedelta(seconds=1))
            await enqueue_one(session, first, MIDNIGHT - timedelta(seconds=1))
            await enqueue_one(session, second)
        assert await sequence(database) == 4
        async with reading(database) as session:
            found = await indexes(session)
            assert found == {first: 0, second: 1, third: 2, fourth: 3}
            assert await ledger_size(session) == 4
            assert await pending(session) == 0

    async def test_a_later_round_goes_on_where_the_last_one_ended(self, database: Database) -> None:
        late, early = UUID(int=2), UUID(int=1)
        for subject_id, at in ((late, MIDNIGHT), (early, MIDNIGHT - timedelta(days=1))):
            async with transaction(database) as session:
                await enqueue_one(session, subject_id, at)
            assert await sequence(database) == 1
        async with reading(database) as session:
            assert await indexes(session) == {late: 0, early: 1}

    async def test_a_round_takes_no_more_than_its_limit(self, database: Database) -> None:
        async with transaction(database) as session:
            for number in reversed(range(5)):
                await enqueue_one(session, UUID(int=number))
        assert [await sequence(database, limit=2) for _ in range(4)] == [2, 2, 1, 0]
        async with reading(database) as session:
            assert await indexes(session) == {UUID(int=number): number for number in range(5)}

    async def test_an_uncommitted_entry_waits_and_holds_nobody_up(self, database: Database) -> None:
        slow, quick = UUID(int=1), UUID(int=2)
        async with transaction(database) as writer:
            await enqueue_one(writer, slow)
            async with transaction(database) as session:
                await enqueue_one(session, quick)
            assert await sequence(database) == 1
        assert await sequence(database) == 1
        async with reading(database) as session:
            assert await indexes(session) == {quick: 0, slow: 1}

    async def test_a_second_sequencer_gives_way_at_once(self, database: Database) -> None:
        async with transaction(database) as session:
            await enqueue_one(session, uuid4())
        async with transaction(database) as first:
            assert await repository.is_sequencer(first)
            async with asyncio.timeout(2):
                assert await sequence(database) == 0
        assert await sequence(database) == 1

    async def test_a_sequencer_that_fails_in_the_middle_leaves_no_gap(self, database: Database) -> None:
        async with transaction(database) as session:
            await enqueue_one(session, UUID(int=1))
        with pytest.raises(Abandoned):
            async with transaction(database) as session:
                assert await repository.is_sequencer(session)
                assert await repository.move(session, 10) == 1
                raise Abandoned
        async with reading(database) as session:
            assert (await ledger_size(session), await pending(session)) == (0, 1)
        assert await sequence(database) == 1
        async with reading(database) as session:
            assert await indexes(session) == {UUID(int=1): 0}

    async def test_without_its_head_the_ledger_takes_nothing(self, database: Database) -> None:
        async with transaction(database) as session:
            await enqueue_one(session, uuid4())
            await session.execute(text("DELETE FROM ledger_head"))
        with pytest.raises(NotNullViolationError):
            await sequence(database)
        async with reading(database) as session:
            assert await pending(session) == 1

    async def test_an_idle_round_writes_nothing(self, database: Database) -> None:
        async def head_version() -> str:
            async with reading(database) as session:
                return str((await session.execute(text("SELECT xmin, ctid FROM ledger_head"))).one())

        before = await head_version()
        assert await sequence(database) == 0
        assert await head_version() == before

    async def test_eight_writers_and_two_sequencers_leave_no_gap_and_lose_nothing(
        self, database: Database
    ) -> None:
        chance = random.Random(2026)  # noqa: S311 - a play, not a key
        writing = True

        async def write(number: int) -> list[UUID]:
            kept = []
            for turn in range(25):
                subject_id, moment = UUID(int=number * 1000 + turn), timedelta(seconds=chance.randrange(9))
                with contextlib.suppress(Abandoned):
                    async with transaction(database) as session:
                        await enqueue_one(session, subject_id, MIDNIGHT + moment)
                        await asyncio.sleep(chance.random() / 100)
                        if chance.random() < 0.3:
                            raise Abandoned
                    kept.append(subject_id)
            return kept

        async def sequence_all_along() -> int:
            moved = 0
            while writing:
                moved += await sequence(database, limit=7)
                await asyncio.sleep(0.001)
            return moved

        sequencers = [asyncio.create_task(sequence_all_along()) for _ in range(2)]
        kept = [subject_id for one in await asyncio.gather(*map(write, range(8))) for subject_id in one]
        writing = False
        moved = sum(await asyncio.gather(*sequencers))
        while count := await sequence(database):
            moved += count
        async with reading(database) as session:
            found = await indexes(session)
            assert await ledger_size(session) == moved == len(kept)
        assert 0 < len(kept) < 200
        assert set(found) == set(kept)
        assert sorted(found.values()) == list(range(len(kept)))


class TestEntries:
    async def test_they_are_kept_byte_for_byte(self, database: Database) -> None:
        subject_id = uuid4()
        async with transaction(database) as session:
            promised = await enqueue_one(session, subject_id)
        await sequence(database)
        async with reading(database) as session:
            found = (await session.scalars(select(LedgerEntry))).one()
        assert (found.index, found.kind, found.recorded_at) == (0, "batch", MIDNIGHT)
        assert found.envelope == json.dumps({"subject": str(subject_id)}).encode()
        assert found.leaf_hash == promised


class TestTheTables:
    async def test_an_entry_whose_hash_is_not_its_envelopes_is_refused(self, session: WriteSession) -> None:
        with pytest.raises(Exception, match="leaf_hashes_envelope"):
            await repository.insert_pending(
                session,
                subject_id=uuid4(),
                kind=EntryKind.batch,
                recorded_at=MIDNIGHT,
                leaf_hash=leaf_hash(b"{}"),
                envelope=b"{ }",
            )

    @pytest.mark.parametrize(
        "statement", ["UPDATE ledger_entries SET kind = ''", "DELETE FROM ledger_entries"]
    )
    async def test_the_program_cannot_change_what_has_an_index(
        self, session: WriteSession, statement: str
    ) -> None:
        with pytest.raises(Exception, match="permission denied"):
            await session.execute(text(statement))
