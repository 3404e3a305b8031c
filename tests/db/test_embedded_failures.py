"""A server that cannot be made or started: said with the log that knows why, and nothing is left behind."""

from pathlib import Path

import pytest

from app.db import embedded
from app.db.embedded import launcher
from app.db.embedded.errors import CommandFailed, ServerNotStarted


def test_a_directory_that_cannot_be_made(empty_directory: Path) -> None:
    binaries = empty_directory / "bin"
    binaries.mkdir()
    write_program(binaries / "postgres", "echo 'postgres (PostgreSQL) 18.6'")
    write_program(binaries / "initdb", "echo 'no room' >&2; exit 1")
    with pytest.raises(CommandFailed, match="initdb failed"), embedded.lease(empty_directory, binaries):
        pass
    assert not (empty_directory / "postgres/data").exists()
    assert "no room" in (empty_directory / "postgres/commands.log").read_text()


def write_program(path: Path, script: str) -> None:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_a_server_that_does_not_start(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(launcher, "PATIENCE_S", 0.2)
    impossible = {"shared_buffers": "1"}
    with pytest.raises(ServerNotStarted) as caught, embedded.lease(data_dir, settings=impossible):
        pass
    assert "shared_buffers" in (data_dir / "postgres/data/server.log").read_text()
    assert "server.log" in str(caught.value)
