"""What every test may ask for: a migrated database, a session, the key ring, settings."""

import gc
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

from app.core.config import Settings
from app.db.session import Database, ReadSession, WriteSession
from app.privacy.keyring import KeyRing
from tests import server
from tests.console.chromium import MISSING, chromium
from tests.server import CloneServer


def pytest_configure(config: pytest.Config) -> None:
    log_where_pytest_listens()
    if not hasattr(config, "workerinput"):  # the workers of pytest-xdist share what their starter prepared
        stack = ExitStack()
        stack.enter_context(server.directory_of_the_run())
        config.add_cleanup(stack.close)


def pytest_collection_finish() -> None:
    """What was imported and collected stays to the end; garbage need not be looked for there."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Once, however many tests wanted a browser."""
    if chromium() is None:
        terminalreporter.write_line(MISSING, red=True, bold=True)


def log_where_pytest_listens() -> None:
    """Through the standard library.

    By itself structlog prints, and to print from the thread of a server while pytest takes away what it has
    captured crashes the interpreter.
    """
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.add_log_level,
            structlog.processors.KeyValueRenderer(key_order=["event"]),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@pytest.fixture(scope="session")
async def clone_server() -> AsyncIterator[CloneServer]:
    async with server.running() as found:
        yield found


@pytest.fixture
async def database_name(clone_server: CloneServer) -> AsyncIterator[str]:
    """A migrated database of the test's own, for tests that commit."""
    name = f"test_{uuid4().hex}"
    await clone_server.create(name)
    yield name
    await clone_server.drop(name)


@pytest.fixture
def database_url(clone_server: CloneServer, database_name: str) -> str:
    """As the program logs in."""
    return clone_server.program_url(database_name)


@pytest.fixture
def owner_url(clone_server: CloneServer, database_name: str) -> str:
    """As the schema's owner logs in."""
    return clone_server.owner_url(database_name)


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = Database.connect(database_url)
    yield database
    await database.dispose()


@pytest.fixture(scope="session")
async def shared_database(clone_server: CloneServer) -> AsyncIterator[Database]:
    """One for all tests of a worker that never commit; see `session`."""
    name = f"shared_{uuid4().hex}"
    await clone_server.create(name)
    database = Database.connect(clone_server.program_url(name))
    yield database
    await database.dispose()
    await clone_server.drop(name)


@pytest.fixture
async def session(shared_database: Database) -> AsyncIterator[WriteSession]:
    """A transaction that is rolled back when the test ends."""
    async with shared_database.sessions() as session:
        await session.begin()
        yield WriteSession(ReadSession(session))
        await session.rollback()


@pytest.fixture(scope="session")
def key_ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    return KeyRing.load_or_create(tmp_path_factory.mktemp("keys") / "keyring.json")


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    """Of a program that works on `database_url`."""
    return Settings(data_dir=tmp_path, database_url=database_url, accept_forgetful_database=True)
