"""Checkpoints leave the house, and whoever changes the log afterwards is found out by those who hold them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import clock
from app.db.session import Database, reading, transaction
from app.ledger import checkpoints_repository, log_keys, outlets, outlets_repository
from app.ledger.checkpoint import Checkpoint, read_note
from app.ledger.checkpoint_directory import CheckpointDirectory
from app.ledger.cosignature import WitnessKey
from app.ledger.envelope import EntryKind
from app.ledger.outlets import Outlets, bring_out
from app.ledger.outlets_repository import OutletRow
from app.ledger.publication import Publishing, publish
from app.ledger.sequence import enqueue
from app.ledger.witnesses import Witness as Configured
from app.privacy.keyring import KeyRing
from tests.ledger.witness import COSIGNED_AT, Witness, standing_at

HOST = "audit.example"
NAME = "audit.example/w1"
KEPT = ("ledger_entries", "ledger_tiles", "ledger_checkpoints", "ledger_cosignatures")
"""What the database itself defends, until its owner orders it not to."""
FORGET = """;
    DELETE FROM ledger_tiles; DELETE FROM ledger_checkpoints;
    UPDATE ledger_tree SET size = 0, root = sha256('');
"""
REWRITE = "UPDATE ledger_entries SET envelope = '{}', leaf_hash = sha256('\\x007b7d') WHERE index = 2"
ALONE = "DELETE FROM ledger_cosignatures; DELETE FROM ledger_outlets"
SET_BACK = "DELETE FROM ledger_entries WHERE index >= 4; UPDATE ledger_head SET size = 4"
"""So that all tables agree with one another, and what is signed next continues nothing signed before."""


class House:
    """A log, and where its checkpoints go."""

    def __init__(self, database: Database, key_ring: KeyRing, owner_url: str) -> None:
        self.database = database
        self.key_ring = key_ring
        self.owner_url = owner_url
        self.outlets = Outlets()

    async def grow(self, number: int = 1) -> Checkpoint:
        async with transaction(self.database) as session:
            for _ in range(number):
                subject_id = uuid4()
                envelope = f'{{"subject":"{subject_id}"}}'.encode()
                await enqueue(
                    session,
                    kind=EntryKind.batch,
                    subject_id=subject_id,
                    recorded_at=clock.now(),
                    envelope=envelope,
                )
        return await self.publish()

    async def publish(self) -> Checkpoint:
        """By a machine that remembers nothing of what it has signed."""
        published = await publish(self.database, self.key_ring, Publishing())
        assert published is not None
        return published

    async def bring_out(self) -> int:
        return await bring_out(self.database, self.outlets)

    async def outlet(self) -> OutletRow:
        async with reading(self.database) as session:
            (found,) = await outlets_repository.outlets(session)
        return found

    async def note(self, size: int) -> str:
        async with reading(self.database) as session:
            found = await checkpoints_repository.checkpoint(session, size)
        assert found is not None
        return found.note

    async def alarms(self) -> list[tuple[str, object]]:
        async with reading(self.database) as session:
            found = await checkpoints_repository.alarms(session, 10)
        return [(each.kind, each.details["reason"]) for each in found]

    async def alter(self, statement: str) -> None:
        """As the schema's owner, behind the program's back."""
        connection = await asyncpg.connect(self.owner_url)
        for table in KEPT:
            await connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        await connection.execute(statement)
        await connection.close()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "FIRST_PAUSE", timedelta(0))


@pytest.fixture
def house(database: Database, key_ring: KeyRing, owner_url: str) -> House:
    return House(database, key_ring, owner_url)


@pytest.fixture
async def witness(house: House, tmp_path: Path) -> AsyncIterator[Witness]:
    """It knows the log, and the house knows it."""
    found = Witness(NAME)
    async with transaction(house.database) as session:
        await log_keys.ensure(session, house.key_ring, "supervision.example/ledger", clock.now())
        (key,) = await log_keys.history(session)
    found.knows(key.vkey)
    async with standing_at(HOST, tmp_path, found) as outbound:
        configured = Configured(WitnessKey.parse(found.vkey), f"https://{HOST}/log")
        house.outlets = Outlets(witnesses=(configured,), outbound=outbound)
        yield found


class TestAWitness:
    async def test_cosigns_what_is_published(self, house: House, witness: Witness) -> None:
        checkpoint = await house.grow()
        assert await house.bring_out() == 1
        note = await house.note(checkpoint.size)
        assert note == checkpoint.note + witness.cosignature(read_note(note).text)
        outlet = await house.outlet()
        assert (outlet.kind, outlet.name, outlet.state) == ("witness", NAME, "holds")
        assert outlet.size == checkpoint.size == witness.size
        async with reading(house.database) as session:
            found = await outlets_repository.cosignatures(session, [checkpoint.size])
        (row,) = found[checkpoint.size]
        assert (row.witness, row.vkey) == (NAME, witness.vkey)
        assert row.cosigned_at == datetime.fromtimestamp(COSIGNED_AT, UTC)

    async def test_is_not_asked_again_before_the_log_grows(self, house: House, witness: Witness) -> None:
        await house.grow()
        assert [await house.bring_out() for _ in range(3)] == [1, 0, 0]
        assert len(witness.asked) == 1

    async def test_is_shown_that_the_log_continues(self, house: House, witness: Witness) -> None:
        sizes = [0]
        for number in (1, 2, 5, 300, 1):
            sizes.append((await house.grow(number)).size)
            assert await house.bring_out() == 1
        assert witness.asked == [(old, new, 200) for old, new in pairwise(sizes)]

    async def test_that_knows_more_than_we_thought_tells_from_where(
        self, house: House, witness: Witness
    ) -> None:
        first = await house.grow()
        await house.bring_out()
        await house.alter(ALONE)
        second = await house.grow()
        assert await house.bring_out() == 1
        assert witness.asked[1:] == [(0, second.size, 409), (first.size, second.size, 200)]

    async def test_that_forgot_everything_is_told_anew(self, house: House, witness: Witness) -> None:
        await house.grow()
        await house.bring_out()
        witness.size = 0
        await house.grow()
        assert await house.bring_out() == 1
        assert await house.alarms() == []

    async def test_that_is_down_is_asked_until_it_is_up(self, house: House, witness: Witness) -> None:
        first = await house.grow()
        witness.is_down = True
        assert [await house.bring_out() for _ in range(2)] == [0, 0]
        outlet = await house.outlet()
        assert (outlet.state, outlet.told, outlet.failures) == ("failing", "wrong_answer", 2)
        assert await house.note(first.size) == first.note
        second = await house.grow()
        witness.is_down = False
        assert await house.bring_out() == 1
        assert (await house.outlet()).failures == 0
        assert witness.size == second.size
        assert await house.alarms() == []

    @pytest.mark.usefixtures("witness")
    async def test_that_is_away_is_asked_again(self, house: House) -> None:
        await house.grow()
        there, house.outlets = (
            house.outlets,
            replace(house.outlets, outbound=replace(house.outlets.outbound, port=1)),
        )
        assert await house.bring_out() == 0
        assert (await house.outlet()).told == "outbound_host_unreachable"
        house.outlets = there
        assert await house.bring_out() == 1

    async def test_that_does_not_know_the_log_is_told_of(self, house: House, witness: Witness) -> None:
        witness.origin = "another.example/log"
        await house.grow()
        assert await house.bring_out() == 0
        assert ((await house.outlet()).told, await house.alarms()) == ("unknown_log", [])

    async def test_is_asked_by_one_of_several_programs(self, house: House, witness: Witness) -> None:
        await house.grow()
        done = await asyncio.gather(*(house.bring_out() for _ in range(4)))
        assert (sum(done), len(witness.asked)) == (1, 1)

    @pytest.mark.parametrize("lie", ["signs", "named"])
    async def test_whose_cosignature_is_wrong_gets_none_stored(
        self, house: House, witness: Witness, lie: str
    ) -> None:
        wrong = {"signs": Ed25519PrivateKey.generate(), "named": "other.example/w1"}
        setattr(witness, lie, wrong[lie])
        checkpoint = await house.grow()
        assert await house.bring_out() == 0
        assert (await house.outlet()).told == "wrong_answer"
        assert await house.note(checkpoint.size) == checkpoint.note

    @pytest.mark.usefixtures("witness")
    async def test_behind_the_address_of_another_gets_none_stored(self, house: House) -> None:
        other = Witness(NAME)
        configured = Configured(WitnessKey.parse(other.vkey), f"https://{HOST}/log")
        house.outlets = replace(house.outlets, witnesses=(configured,))
        checkpoint = await house.grow()
        assert await house.bring_out() == 0
        assert (await house.outlet()).told == "wrong_answer"
        assert await house.note(checkpoint.size) == checkpoint.note


class TestALogThatWasChanged:
    @pytest.mark.usefixtures("witness")
    async def test_is_refused_where_an_entry_says_something_else(self, house: House) -> None:
        """Entry, leaf, tree and checkpoints all agree with one another; the log signs it again."""
        first = await house.grow(5)
        await house.bring_out()
        await house.alter(REWRITE + FORGET)
        assert (await house.publish()).size == first.size
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "other_root")]
        outlet = await house.outlet()
        assert (outlet.state, outlet.told) == ("contradicted", "other_root")
        second = await house.grow()
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "inconsistent"), ("fork", "other_root")]
        assert await house.note(second.size) == second.note

    @pytest.mark.usefixtures("witness")
    async def test_is_refused_where_it_is_shorter(self, house: House) -> None:
        first = await house.grow(5)
        await house.bring_out()
        await house.alter(SET_BACK + FORGET)
        assert (await house.publish()).size == 4
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "ahead")]
        assert (await house.outlet()).size == first.size

    @pytest.mark.usefixtures("witness")
    async def test_is_refused_where_it_grew_another_way_since(self, house: House) -> None:
        """A database set back, and written on: the witness knows a size that was never published."""
        await house.grow(5)
        await house.bring_out()
        await house.alter(SET_BACK + FORGET)
        await house.alter(ALONE)
        await house.grow(5)
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "unknown_size")]

    async def test_raises_one_alarm_however_often_it_is_looked_at(
        self, house: House, witness: Witness
    ) -> None:
        await house.grow(5)
        await house.bring_out()
        witness.root = bytes(32)
        for _ in range(3):
            await house.grow()
            assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "inconsistent")]
        assert len(witness.asked) == 4


class TestTheDirectory:
    @pytest.fixture
    def directory(self, house: House, tmp_path: Path) -> Path:
        path = tmp_path / "out"
        path.mkdir()
        house.outlets = Outlets(CheckpointDirectory(path))
        return path

    async def test_gets_each_checkpoint_and_the_newest(self, house: House, directory: Path) -> None:
        await house.bring_out()
        assert not (directory / "checkpoints").exists()
        first = await house.grow()
        assert await house.bring_out() == 1
        second, third = await house.grow(), await house.grow()
        assert [await house.bring_out() for _ in range(2)] == [1, 0]
        found = {int(file.name): file.read_text() for file in (directory / "checkpoints").iterdir()}
        assert found == {each.size: each.note for each in (first, second, third)}
        assert (directory / "checkpoint").read_text() == third.note
        assert ((await house.outlet()).state, (await house.outlet()).size) == ("holds", third.size)

    async def test_gets_cosignatures_that_come_later(
        self, house: House, directory: Path, witness: Witness
    ) -> None:
        with_witness = house.outlets
        house.outlets = Outlets(CheckpointDirectory(directory))
        checkpoint = await house.grow()
        await house.bring_out()
        house.outlets = with_witness
        await house.bring_out()
        house.outlets = Outlets(CheckpointDirectory(directory))
        await house.bring_out()
        cosigned = await house.note(checkpoint.size)
        assert cosigned == checkpoint.note + witness.cosignature(read_note(checkpoint.note).text)
        assert (directory / "checkpoint").read_text() == cosigned
        assert (directory / "checkpoints" / str(checkpoint.size)).read_text() == cosigned

    async def test_that_is_ahead_is_never_overwritten(self, house: House, directory: Path) -> None:
        ahead = (await house.grow(5)).note
        await house.bring_out()
        await house.alter(SET_BACK + FORGET)
        await house.publish()
        assert [await house.bring_out() for _ in range(2)] == [0, 0]
        assert await house.alarms() == [("fork", "checkpoint")]
        assert (await house.outlet()).state == "contradicted"
        assert (directory / "checkpoint").read_text() == ahead
        assert [file.name for file in (directory / "checkpoints").iterdir()] == ["6"]

    async def test_that_holds_another_root_stops_it(self, house: House, directory: Path) -> None:
        kept = (await house.grow(5)).note
        await house.bring_out()
        await house.alter(REWRITE + FORGET)
        await house.publish()
        await house.grow()
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "checkpoint")]
        assert (directory / "checkpoint").read_text() == kept

    async def test_where_the_newest_was_taken_away_the_others_still_count(
        self, house: House, directory: Path
    ) -> None:
        checkpoint = await house.grow(5)
        await house.bring_out()
        (directory / "checkpoint").unlink()
        assert await house.bring_out() == 0
        assert (directory / "checkpoint").read_text() == checkpoint.note
        (directory / "checkpoint").unlink()
        await house.alter(SET_BACK + FORGET)
        await house.publish()
        await house.bring_out()
        assert await house.alarms() == [("fork", "checkpoint")]

    @pytest.mark.parametrize("content", ["", "not a checkpoint\n", "\x00"])
    async def test_with_something_else_in_it_is_left_alone(
        self, house: House, directory: Path, content: str
    ) -> None:
        (directory / "checkpoint").write_text(content)
        await house.grow()
        assert await house.bring_out() == 0
        assert await house.alarms() == [("fork", "checkpoint")]
        assert (directory / "checkpoint").read_text() == content

    async def test_that_cannot_be_written_is_tried_again(self, house: House, directory: Path) -> None:
        there, house.outlets = house.outlets, Outlets(CheckpointDirectory(directory / "file" / "out"))
        (directory / "file").write_text("")
        await house.grow()
        assert await house.bring_out() == 0
        assert ((await house.outlet()).state, (await house.outlet()).told) == ("failing", "ENOTDIR")
        house.outlets = there
        assert await house.bring_out() == 1

    async def test_written_by_several_programs_never_goes_back(self, house: House, directory: Path) -> None:
        for _ in range(5):
            newest = await house.grow()
            await asyncio.gather(*(house.bring_out() for _ in range(4)))
            assert (directory / "checkpoint").read_text() == newest.note
        assert await house.alarms() == []

    async def test_can_be_read_by_others(self, house: House, directory: Path) -> None:
        await house.grow()
        await house.bring_out()
        assert (directory / "checkpoint").stat().st_mode & 0o444 == 0o444


def test_pauses_grow_and_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "FIRST_PAUSE", timedelta(seconds=2))
    row = OutletRow("witness", NAME, None, None, "failing", "wrong_answer", 0, clock.now(), clock.now())
    pauses = []
    for _ in range(12):
        row = outlets._failing(row, outlets.OutletState.failing, "wrong_answer")
        pauses.append((row.due_at - row.tried_at).total_seconds())
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses[-1] == outlets.LONGEST_PAUSE.total_seconds()
