"""Data directories for the tests of the launcher: one is made, each test gets a copy."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from app.db import embedded
from tests.server import shared_directory


@contextmanager
def directory(place: Path | None = None) -> Iterator[Path]:
    """Not under pytest's own, which the server's user cannot reach when root runs the tests."""
    made = Path(tempfile.mkdtemp(prefix="supervise-launcher-", dir=place))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made)


@contextmanager
def copy_of(made: Path) -> Iterator[Path]:
    with directory(shared_directory()) as copy:
        subprocess.run(["cp", "-a", made / "postgres", copy], check=True)
        yield copy


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    with directory() as empty:
        yield empty


@pytest.fixture(scope="session")
def made_directory() -> Iterator[Path]:
    with directory(shared_directory()) as made:
        with embedded.lease(made):
            pass
        yield made


@pytest.fixture
def data_dir(made_directory: Path) -> Iterator[Path]:
    """With a cluster in it whose server is not running."""
    with copy_of(made_directory) as copy:
        yield copy


@pytest.fixture(scope="session")
def started(made_directory: Path) -> Iterator[embedded.Server]:
    """A server as the program runs it, unlike the forgetful one that other tests use."""
    with copy_of(made_directory) as copy, embedded.lease(copy) as server:
        yield server


@pytest.fixture
def occupied_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
