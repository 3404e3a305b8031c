"""Data directories for the tests of the launcher: one is made, each test gets a copy."""

import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.db import embedded


@pytest.fixture
def empty_directory() -> Iterator[Path]:
    """Not under pytest's own, which the server's user cannot reach when root runs the tests."""
    directory = Path(tempfile.mkdtemp(prefix="supervise-launcher-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(scope="session")
def made_directory() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="supervise-launcher-"))
    with embedded.lease(directory):
        pass
    yield directory
    shutil.rmtree(directory)


@pytest.fixture
def data_dir(made_directory: Path, empty_directory: Path) -> Path:
    """With a cluster in it whose server is not running."""
    subprocess.run(["cp", "-a", made_directory / "postgres", empty_directory], check=True)
    return empty_directory


@pytest.fixture(scope="session")
def started(made_directory: Path) -> Iterator[embedded.Server]:
    """A server as the program runs it, unlike the forgetful one that other tests use."""
    directory = Path(tempfile.mkdtemp(prefix="supervise-launcher-"))
    subprocess.run(["cp", "-a", made_directory / "postgres", directory], check=True)
    with embedded.lease(directory) as server:
        yield server
    shutil.rmtree(directory)


@pytest.fixture
def occupied_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]
