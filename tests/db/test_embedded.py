"""The embedded server starts whatever the last one left behind."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from app.db import embedded
from app.db.embedded import postmaster
from app.db.embedded.binaries import PACKAGE, PLACE, _package
from app.db.embedded.errors import BinariesUnusable, OtherContainer, OtherVersion, UnreachableForServer
from tests.db.holder import holder, let_go, url_of
from tests.db.processes import data_of, is_zombie, kill, pid_of_server, program_of, user_of

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root has a server's user beside itself")


def leave_pid_file_of(data_dir: Path, pid: int) -> None:
    """As a killed server would have, had it had this number."""
    data = data_of(data_dir)
    pid_file = data / postmaster.PID_FILE
    pid_file.write_text(f"{pid}\n{data}\n1700000000\n25432\n\n127.0.0.1\n  1234567   0\nready   \n")
    shutil.chown(pid_file, data.owner(), data.group())


def copy_wheel(place: Path) -> None:
    for part in (_package(), _package().with_name(f"{PACKAGE}.libs")):
        shutil.copytree(part, place / part.name, symlinks=True)


async def answer(url: str, question: str = "SELECT 1") -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


class TestMaking:
    async def test_makes_a_whole_cluster_where_half_of_one_was_left(self, empty_directory: Path) -> None:
        """By a program that was killed; what it was running may go on writing under the old name."""
        (empty_directory / "postgres/draft-1/data/base").mkdir(parents=True)
        with embedded.lease(empty_directory) as server:
            assert await answer(server.program_url, "SELECT current_user") == "supervise"
            assert await answer(server.owner_url, "SELECT current_user") == "supervise_owner"
            assert list(server.home.glob("draft-*")) == []

    async def test_keeps_data_and_passwords_from_start_to_start(self, data_dir: Path) -> None:
        with embedded.lease(data_dir) as server:
            await execute(server.owner_url, "CREATE TABLE kept AS SELECT 7 AS figure")
            first_url = server.owner_url
        with embedded.lease(data_dir) as server:
            assert server.owner_url == first_url
            assert await answer(server.owner_url, "SELECT figure FROM kept") == 7

    @pytest.mark.parametrize(
        ("setting", "value"),
        [
            ("data_checksums", "on"),
            ("fsync", "on"),
            ("full_page_writes", "on"),
            ("synchronous_commit", "on"),
            ("listen_addresses", "127.0.0.1"),
            ("unix_socket_directories", ""),
            ("password_encryption", "scram-sha-256"),
            ("log_error_verbosity", "terse"),
            ("log_min_error_statement", "panic"),
        ],
    )
    async def test_is_set_up_safely(self, setting: str, value: str, started: embedded.Server) -> None:
        assert await answer(started.superuser_url, f"SHOW {setting}") == value

    async def test_asks_for_a_password(self, started: embedded.Server) -> None:
        wrong = started.program_url.replace("://supervise:", "://supervise:not-")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(wrong)

    def test_tells_its_passwords_to_nobody_else(self, data_dir: Path) -> None:
        assert (data_dir / "postgres/server.json").stat().st_mode & 0o077 == 0


class TestStartingAgain:
    async def test_loses_nothing_committed_when_it_is_killed(self, data_dir: Path) -> None:
        with holder(data_dir, "--reaps-nothing") as process:
            url_of(process)
            with embedded.lease(data_dir) as server:
                await execute(server.owner_url, "CREATE TABLE kept AS SELECT 7 AS figure")
                pid = pid_of_server(data_dir)
                kill(pid)
                assert is_zombie(pid), "otherwise the test proves less than it says"
            with embedded.lease(data_dir) as server:
                assert pid_of_server(data_dir) != pid
                assert await answer(server.owner_url, "SELECT figure FROM kept") == 7

    def test_forgets_the_pid_of_a_process_that_is_gone(self, data_dir: Path) -> None:
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        leave_pid_file_of(data_dir, gone.pid)
        with embedded.lease(data_dir) as server:
            assert server.is_running()

    def test_forgets_a_pid_that_another_program_has_now(self, data_dir: Path) -> None:
        with subprocess.Popen(["sleep", "60"], user=data_of(data_dir).stat().st_uid) as other:
            leave_pid_file_of(data_dir, other.pid)
            with embedded.lease(data_dir) as server:
                assert server.is_running()
            assert other.poll() is None
            other.kill()

    def test_forgets_a_pid_that_the_server_of_other_data_has_now(
        self, data_dir: Path, started: embedded.Server
    ) -> None:
        other = postmaster.running(started.home / "data")
        assert other is not None
        leave_pid_file_of(data_dir, other.pid)
        with embedded.lease(data_dir) as server:
            assert server.is_running()
        assert started.is_running()

    def test_two_that_start_at_once_share_one_server(self, empty_directory: Path) -> None:
        with holder(empty_directory) as one, holder(empty_directory) as other:
            assert url_of(one) == url_of(other) != ""

    async def test_moves_when_its_port_was_taken_meanwhile(self, data_dir: Path, occupied_port: int) -> None:
        state = data_dir / "postgres/server.json"
        with embedded.lease(data_dir) as server:
            port = server.state.port
        state.write_text(state.read_text().replace(str(port), str(occupied_port)))
        with embedded.lease(data_dir) as server:
            assert server.state.port != occupied_port
            assert await answer(server.program_url) == 1

    def test_refuses_data_of_another_version(self, data_dir: Path) -> None:
        (data_dir / "postgres/data/PG_VERSION").write_text("15\n")
        with pytest.raises(OtherVersion, match="made by PostgreSQL 15"), embedded.lease(data_dir):
            pass

    def test_refuses_data_that_another_container_uses(self, data_dir: Path) -> None:
        state = data_dir / "postgres/server.json"
        with holder(data_dir) as process:
            url_of(process)
            kill(pid_of_server(data_dir))
            state.write_text(state.read_text().replace("pid:[", "pid:[1"))
            with pytest.raises(OtherContainer), embedded.lease(data_dir):
                pass


class TestUsersAndBinaries:
    @as_root
    def test_runs_as_an_ordinary_user_when_root_starts_it(self, data_dir: Path) -> None:
        with embedded.lease(data_dir):
            assert user_of(pid_of_server(data_dir)) == "nobody"

    @as_root
    async def test_works_without_root(self, empty_directory: Path) -> None:
        shutil.chown(empty_directory, "nobody")
        with holder(empty_directory, "--as-nobody") as process:
            assert await answer(url_of(process)) == 1
            let_go(process)

    @as_root
    @pytest.mark.parametrize("mode", [0o700, 0o755])
    def test_says_when_the_directory_is_somebody_elses(self, empty_directory: Path, mode: int) -> None:
        (empty_directory / "postgres").mkdir(mode=mode)
        empty_directory.chmod(mode)
        with holder(empty_directory, "--as-nobody") as process:
            assert "belongs to somebody else" in url_of(process)

    @as_root
    def test_says_when_its_user_cannot_reach_the_directory(self, empty_directory: Path) -> None:
        closed = empty_directory / "closed"
        closed.mkdir(mode=0o700)
        with pytest.raises(UnreachableForServer, match="runs as nobody"), embedded.lease(closed / "data"):
            pass

    @as_root
    async def test_takes_its_own_copy_of_binaries_it_cannot_read(self, empty_directory: Path) -> None:
        closed = empty_directory / "closed"
        closed.mkdir(mode=0o700)
        copy_wheel(closed)
        with holder(empty_directory, PYTHONPATH=str(closed)) as process:
            assert await answer(url_of(process)) == 1
            program = program_of(pid_of_server(empty_directory))
            assert program.is_relative_to(empty_directory / "postgres")

    async def test_takes_the_binaries_it_is_given(self, data_dir: Path, empty_directory: Path) -> None:
        copy_wheel(empty_directory)
        with embedded.lease(data_dir, empty_directory / PACKAGE / PLACE) as server:
            assert await answer(server.program_url) == 1
            assert program_of(pid_of_server(data_dir)).is_relative_to(empty_directory)

    def test_says_when_the_given_binaries_are_none(self, data_dir: Path, tmp_path: Path) -> None:
        with pytest.raises(BinariesUnusable, match="SUPERVISE_PG_BIN"), embedded.lease(data_dir, tmp_path):
            pass
