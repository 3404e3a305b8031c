"""The whole road: an embedded database, a server, two platforms over HTTP, and what they meant."""

import signal
import time
from pathlib import Path

from tests.cli.programs import PATIENCE_S, Program, data_directory, running

ELSEWHERE = {"DATABASE_URL": "postgresql://somebody@127.0.0.1:1/real"}
"""A database that a demo must never touch."""


def demo(log: Path, data: Path, *options: str) -> Program:
    return Program(log, "demo", "--data-dir", str(data), *options, environment=ELSEWHERE)


def test_a_term_comes_out_as_it_was_meant_and_is_kept(tmp_path: Path) -> None:
    with data_directory() as data:
        first = demo(tmp_path / "first", data, "--check", "--learners", "72")
        assert first.process.wait(180) == 0, first.output
        assert "Everything came out as the simulator meant it." in first.output

        arguments = ("demo", "--data-dir", str(data), "--check", "--serve")
        with running(tmp_path / "again", *arguments, environment={}) as second:
            wait_for(second, "Ctrl-C")
            assert "Using the term of" in second.output
            assert "export REGULATOR_TOKEN=" in second.output
            assert second.end(signal.SIGINT) == 0
        assert not (data / "postgres/data/postmaster.pid").exists()

        other = demo(tmp_path / "other", data, "--learners", "90")
        assert other.process.wait(60) == 1
        assert "holds another term" in other.output


def wait_for(program: Program, words: str) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while words not in program.output:
        assert time.monotonic() < deadline, program.output
        assert program.process.poll() is None, program.output
        time.sleep(0.1)
