"""Checkpoints leave the house, and whoever changes the log afterwards is found out by those who hold them."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.core import clock
from app.db.session import reading
from app.ledger import outlets, outlets_repository
from app.ledger.checkpoint import read_note
from app.ledger.checkpoint_directory import CheckpointDirectory
from app.ledger.cosignature import WitnessKey
from app.ledger.export import export
from app.ledger.outlets_repository import OutletRow
from app.ledger.witnesses import Witness as Configured
from app.verifier import supervise_verify
from tests.ledger.house import ALONE, FORGET, HOST, NAME, REWRITE, SET_BACK, House
from tests.ledger.witness import COSIGNED_AT, Witness


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
        there = house.outlets
        assert there.outbound is not None
        house.outlets = replace(there, outbound=replace(there.outbound, port=1))
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


async def test_an_export_that_was_cosigned_is_verified_with_python_alone(
    house: House, witness: Witness, tmp_path: Path
) -> None:
    await house.grow(3)
    await house.bring_out()
    async with reading(house.database, repeatable=True) as session:
        await export(session, tmp_path / "export")
    keys = (tmp_path / "export" / "keys").read_text().splitlines()
    assert keys[-1] == f"witness {witness.vkey}"
    said: list[str] = []
    trusted = [each for line in keys for each in ("--key", line.split(" ")[1])]
    assert supervise_verify.main([str(tmp_path / "export"), *trusted], write=said.append) == 0, said
    assert any(NAME in each for each in said)
    own = await house.note(4)
    wrong = own.replace(witness.cosignature(read_note(own).text), witness.cosignature("another tree\n"))
    (tmp_path / "export" / "checkpoint").write_text(wrong)
    assert supervise_verify.main([str(tmp_path / "export"), *trusted], write=said.append) == 1


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


class TestAClockThatIsSetBack:
    """By a day: what was brought out before then lies a day ahead."""

    @pytest.fixture
    def set_back(self, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
        right = clock.now
        monkeypatch.setattr(clock, "now", lambda: right() + timedelta(days=1))
        return lambda: monkeypatch.setattr(clock, "now", right)

    async def test_keeps_no_witness_waiting(
        self, house: House, witness: Witness, set_back: Callable[[], None]
    ) -> None:
        await house.grow()
        assert await house.bring_out() == 1
        set_back()
        second = await house.grow()
        assert [await house.bring_out() for _ in range(2)] == [1, 0]
        outlet = await house.outlet()
        assert (outlet.state, outlet.size, witness.size) == ("holds", second.size, second.size)
        assert outlet.due_at <= clock.now()

    async def test_keeps_no_witness_waiting_that_was_away(
        self, house: House, witness: Witness, set_back: Callable[[], None]
    ) -> None:
        await house.grow()
        witness.is_down = True
        assert await house.bring_out() == 0
        set_back()
        witness.is_down = False
        assert await house.bring_out() == 1

    async def test_keeps_no_directory_waiting(
        self, house: House, tmp_path: Path, set_back: Callable[[], None]
    ) -> None:
        house.outlets = outlets.Outlets(CheckpointDirectory(tmp_path))
        await house.grow()
        assert await house.bring_out() == 1
        set_back()
        second = await house.grow()
        assert await house.bring_out() == 1
        assert (tmp_path / "checkpoint").read_text() == second.note


def test_pauses_grow_and_have_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outlets, "FIRST_PAUSE", timedelta(seconds=2))
    row = OutletRow("witness", NAME, None, None, "failing", "wrong_answer", 0, clock.now(), clock.now())
    pauses = []
    for _ in range(12):
        row = outlets._failing(row, outlets.OutletState.failing, "wrong_answer")
        pauses.append((row.due_at - row.tried_at).total_seconds())
    assert pauses[:4] == [2, 4, 8, 16]
    assert pauses[-1] == outlets.LONGEST_PAUSE.total_seconds()
