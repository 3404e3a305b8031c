"""Checkpoints in a directory: whole, for good, and never over what contradicts them."""

import asyncio
import errno
from dataclasses import replace
from pathlib import Path
from threading import Event

import pytest

from app.db.session import reading
from app.ledger import outlets_repository, patience
from app.ledger.checkpoint import read_note
from app.ledger.checkpoint_directory import CheckpointDirectory
from app.ledger.outlets import Outlets
from tests.ledger.house import FORGET, REWRITE, SET_BACK, House
from tests.ledger.witness import Witness


def unmount(share: Path, *, is_mount_point: bool) -> None:
    share.rename(share.with_name("away"))
    if is_mount_point:
        share.mkdir()


def mount(share: Path) -> None:
    if share.exists():
        share.rmdir()  # which only an empty one lets be done
    share.with_name("away").rename(share)


async def until_it_takes_one(house: House) -> None:
    async with asyncio.timeout(30):
        while True:
            if await house.bring_out():
                return
            await asyncio.sleep(0.01)


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

    async def test_that_was_never_there_is_not_made(self, house: House, directory: Path) -> None:
        house.outlets = Outlets(CheckpointDirectory(directory / "share"))
        await house.grow()
        assert await house.bring_out() == 0
        assert ((await house.outlet()).state, (await house.outlet()).told) == ("failing", "ENOENT")
        assert not (directory / "share").exists()

    @pytest.mark.parametrize("is_mount_point", [True, False])
    async def test_that_is_gone_or_empty_gets_nothing_in_its_place(
        self, house: House, directory: Path, *, is_mount_point: bool
    ) -> None:
        """A share that is not mounted any more, then is again."""
        first = await house.grow()
        await house.bring_out()
        unmount(directory, is_mount_point=is_mount_point)
        second = await house.grow()
        assert [await house.bring_out() for _ in range(2)] == [0, 0]
        outlet = await house.outlet()
        assert (outlet.state, outlet.told, outlet.size) == ("failing", "directory_gone", first.size)
        mount(directory)
        assert await house.bring_out() == 1
        assert (directory / "checkpoint").read_text() == second.note
        assert await house.alarms() == []

    @pytest.mark.parametrize("call", ["newest", "write"])
    async def test_that_hangs_holds_up_no_witness(
        self, house: House, directory: Path, witness: Witness, monkeypatch: pytest.MonkeyPatch, call: str
    ) -> None:
        """It is waited for once, and asked again when that call has come back."""
        is_back, calls = Event(), 0

        def hang(*_: object) -> None:
            nonlocal calls
            calls += 1
            is_back.wait()
            raise OSError(errno.ESTALE, "")

        house.outlets = replace(house.outlets, directory=CheckpointDirectory(directory))
        with monkeypatch.context() as patched:
            patched.setattr(CheckpointDirectory, call, hang)
            patched.setattr(patience, "PATIENCE_S", 1)
            for _ in range(3):
                newest = await house.grow()
                assert await house.bring_out() == 1
            assert (witness.size, calls) == (newest.size, 1)
            async with reading(house.database) as session:
                found = await outlets_repository.outlets(session)
            assert [each.told for each in found] == ["ETIMEDOUT", None]
            is_back.set()
        await until_it_takes_one(house)
        assert read_note((directory / "checkpoint").read_text()).size == newest.size

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
