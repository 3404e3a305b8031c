"""The log of the embedded server is archived as it was told, and a lost archive stops nobody."""

import asyncio
import os
import shutil
import time
from pathlib import Path

import pytest

from app.core.exposition import Archived
from app.db import embedded
from app.db.archiver import archived
from app.db.embedded import Archiving
from app.db.embedded.archive import AS_BEFORE
from app.db.session import Database
from tests.db.test_embedded import answer, execute

PATIENCE_S = 60
SWITCH = "SELECT pg_walfile_name(pg_switch_wal())"


def to(directory: Path) -> Archiving:
    return Archiving(str(directory / "wal"), 3600)


async def archived_file(server: embedded.Server) -> Path:
    """Of what was written until now, once it lies in the archive."""
    await execute(server.owner_url, "CREATE TABLE IF NOT EXISTS written (figure int)")
    name = await answer(server.superuser_url, SWITCH)
    file = Path(server.state.wal_directory or "") / str(name)
    deadline = time.monotonic() + PATIENCE_S
    while not file.exists():
        assert time.monotonic() < deadline, server.log.read_text()
        await asyncio.sleep(0.02)
    return file


async def told_by(server: embedded.Server, *, failing: bool) -> Archived:
    """Once the last attempt has ended so."""
    database = Database.connect(server.superuser_url)
    deadline = time.monotonic() + PATIENCE_S
    try:
        while (told := await archived(database)) is None or told.is_failing != failing:
            assert time.monotonic() < deadline, server.log.read_text()
            await asyncio.sleep(0.02)
        return told
    finally:
        await database.dispose()


async def test_whole_segments_lie_there_for_their_owner_alone(data_dir: Path) -> None:
    with embedded.lease(data_dir, archiving=to(data_dir)) as server:
        file = await archived_file(server)
        assert file.stat().st_size == 16 * 1024 * 1024
        assert file.stat().st_mode & 0o077 == file.parent.stat().st_mode & 0o077 == 0
        assert await answer(server.superuser_url, "SHOW archive_timeout") == "1h"


async def test_a_segment_that_is_not_full_goes_after_a_while(data_dir: Path) -> None:
    with embedded.lease(data_dir, archiving=Archiving(str(data_dir / "wal"), 1)) as server:
        await execute(server.owner_url, "CREATE TABLE written (figure int)")
        name = await answer(server.superuser_url, "SELECT pg_walfile_name(pg_current_wal_lsn())")
        deadline = time.monotonic() + PATIENCE_S
        while not (Path(server.state.wal_directory or "") / str(name)).exists():
            assert time.monotonic() < deadline
            await asyncio.sleep(0.02)


class TestRemembering:
    """A command that was not told must not leave a gap."""

    def test_who_starts_it_untold_goes_on_archiving(self, data_dir: Path) -> None:
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            directory = server.state.wal_directory
        with embedded.lease(data_dir) as server:
            assert server.state.wal_directory == directory
            assert asyncio.run(answer(server.superuser_url, "SHOW archive_mode")) == "on"
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            assert server.state.wal_directory == directory

    def test_it_ends_when_told_so_and_begins_anew_elsewhere(self, data_dir: Path) -> None:
        """No backup can be rolled over the gap, so what follows is another history."""
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            directory = server.state.wal_directory
        with embedded.lease(data_dir, archiving=Archiving("off")) as server:
            assert asyncio.run(answer(server.superuser_url, "SHOW archive_mode")) == "off"
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            assert server.state.wal_directory not in {None, directory}

    def test_without_a_wish_nothing_is_archived(self, data_dir: Path) -> None:
        with embedded.lease(data_dir, archiving=AS_BEFORE) as server:
            assert asyncio.run(answer(server.superuser_url, "SHOW archive_mode")) == "off"


class TestALostArchive:
    async def test_it_is_told_and_the_server_goes_on(self, data_dir: Path) -> None:
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            first = await archived_file(server)
            assert (await told_by(server, failing=False)).lag_bytes < 2 * first.stat().st_size
            aside = shutil.move(first.parent, data_dir / "aside")
            await execute(server.owner_url, "INSERT INTO written VALUES (7)")
            await answer(server.superuser_url, SWITCH)
            await told_by(server, failing=True)
            assert await answer(server.owner_url, "SELECT figure FROM written") == 7
            shutil.move(aside, first.parent)
            await answer(server.superuser_url, "SELECT pg_reload_conf()")  # wakes the archiver
            await told_by(server, failing=False)

    async def test_a_different_file_of_the_same_name_is_never_replaced(self, data_dir: Path) -> None:
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            name = str(await answer(server.superuser_url, "SELECT pg_walfile_name(pg_current_wal_lsn())"))
            other = Path(server.state.wal_directory or "") / name
            other.write_bytes(b"of another")
            other.chmod(0o644)
            await execute(server.owner_url, "CREATE TABLE written (figure int)")
            await answer(server.superuser_url, SWITCH)
            await told_by(server, failing=True)
            assert other.read_bytes() == b"of another"

    async def test_one_that_cannot_be_made_stops_no_start(
        self, data_dir: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        (data_dir / "wal").write_text("a file")
        with embedded.lease(data_dir, archiving=to(data_dir)) as server:
            assert await answer(server.program_url) == 1
        assert "the archive of the write-ahead log cannot be made" in caplog.text


async def test_a_server_that_archives_nothing_tells_nothing(database: Database) -> None:
    assert await archived(database) is None


@pytest.mark.skipif(os.geteuid() != 0, reason="only root has a server's user beside itself")
async def test_the_archive_belongs_to_the_servers_user(data_dir: Path) -> None:
    with embedded.lease(data_dir, archiving=to(data_dir)) as server:
        assert (await archived_file(server)).parent.owner() == "nobody"
