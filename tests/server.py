"""The database server of a test run: one for all workers, with a migrated template to clone."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg

from app.db import embedded, migrate
from app.db.embedded import postmaster

DIRECTORY = "SUPERVISE_TEST_SERVER"
PREFIX = "supervise-tests-"
TEMPLATE = "template_migrated"
PLENTY_BYTES = 4 << 30

FORGETFUL = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "256MB",
    "shared_buffers": "128MB",
    "autovacuum": "off",
    "deadlock_timeout": "100ms",
}
"""A test's rows need not survive a power cut."""


@dataclass(frozen=True, slots=True)
class CloneServer:
    server: embedded.Server

    def program_url(self, database: str) -> str:
        return _with_database(self.server.program_url, database)

    def owner_url(self, database: str) -> str:
        return _with_database(self.server.owner_url, database)

    def superuser_url(self, database: str) -> str:
        return _with_database(self.server.superuser_url, database)

    def tool(self, name: str) -> Path:
        """One of PostgreSQL's own programs."""
        return self.server.binaries / name

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


def place_for_databases() -> Path:
    """Memory, where there is plenty: a test makes and drops thousands of small files."""
    memory = Path("/dev/shm")  # noqa: S108 (mkdtemp works in it)
    if memory.is_dir() and shutil.disk_usage(memory).free > PLENTY_BYTES:
        return memory
    return Path(tempfile.gettempdir())


def shared_directory() -> Path:
    """Of the run that is going on; further servers may live in directories of their own below it."""
    return Path(os.environ[DIRECTORY])


@contextmanager
def directory_of_the_run() -> Iterator[None]:
    """One for all workers, marked as in use by a lock. What killed runs left behind goes first."""
    for left_over in place_for_databases().glob(f"{PREFIX}*"):
        _clear(left_over)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=place_for_databases()))
    directory.chmod(0o711)  # the server's user must pass when root runs the tests
    with (directory / "run.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.environ[DIRECTORY] = str(directory)
        yield
    _clear(directory)


@asynccontextmanager
async def running() -> AsyncIterator[CloneServer]:
    """Joined by every worker; the first one migrates the template."""
    directory = shared_directory()
    with embedded.lease(directory, settings=FORGETFUL) as server:
        found = CloneServer(server)
        with (directory / "template.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not (directory / "template").exists():
                await _make_template(found)
                (directory / "template").touch()
        yield found


async def _make_template(found: CloneServer) -> None:
    await asyncio.to_thread(migrate.upgrade, found.server.owner_url)
    await found.administer(f"ALTER DATABASE supervise RENAME TO {TEMPLATE}")


def _clear(directory: Path) -> None:
    """Unless a run is at work there, or about to be."""
    try:
        with (directory / "run.lock").open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            for place in (directory, *directory.glob("*/")):
                if postmaster.running(place / "postgres/data"):
                    with embedded.lease(place):
                        pass  # the last one out stops it
            shutil.rmtree(directory, ignore_errors=True)
    except (BlockingIOError, FileNotFoundError, PermissionError):
        return


def _with_database(url: str, database: str) -> str:
    return urlsplit(url)._replace(path=f"/{database}").geturl()
