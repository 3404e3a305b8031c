"""The database server of a test run: one for all workers, with a migrated template that tests are cloned from."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from app.db import embedded, migrate

DIRECTORY = "SUPERVISE_TEST_SERVER"
PREFIX = "supervise-tests-"
TEMPLATE = "template_migrated"

FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "shared_buffers": "128MB",
    "autovacuum": "off",
}
"""A test's rows need not survive a power cut."""


@dataclass(frozen=True, slots=True)
class TestServer:
    __test__ = False

    server: embedded.Server

    def program_url(self, database: str) -> str:
        return _with_database(self.server.program_url, database)

    def owner_url(self, database: str) -> str:
        return _with_database(self.server.owner_url, database)

    async def create(self, database: str) -> None:
        await self.administer(
            f"CREATE DATABASE {database} TEMPLATE {TEMPLATE} STRATEGY FILE_COPY OWNER supervise_owner"
        )

    async def drop(self, database: str) -> None:
        await self.administer(f"DROP DATABASE {database} WITH (FORCE)")

    async def administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self.server.superuser_url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def prepare() -> None:
    """Before the workers start: one directory for all of them, and none left of runs that were killed."""
    for left_over in Path(tempfile.gettempdir()).glob(f"{PREFIX}*"):
        _clear(left_over)
    os.environ[DIRECTORY] = tempfile.mkdtemp(prefix=PREFIX)


def clear() -> None:
    _clear(Path(os.environ.pop(DIRECTORY)))


@asynccontextmanager
async def running() -> AsyncIterator[TestServer]:
    """Joined by every worker; the first one migrates the template."""
    directory = Path(os.environ[DIRECTORY])
    with embedded.lease(directory, settings=FORGETFUL) as server:
        found = TestServer(server)
        with (directory / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (directory / "template").exists():
                await _make_template(found)
                (directory / "template").touch()
        yield found


async def _make_template(found: TestServer) -> None:
    await asyncio.to_thread(migrate.upgrade, found.server.owner_url)
    await found.administer(f"ALTER DATABASE supervise RENAME TO {TEMPLATE}")


def _clear(directory: Path) -> None:
    """Unless somebody works there still."""
    try:
        with (directory / "postgres/lease.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return
    except FileNotFoundError:
        pass
    else:
        with embedded.lease(directory):
            pass
    shutil.rmtree(directory, ignore_errors=True)


def _with_database(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
