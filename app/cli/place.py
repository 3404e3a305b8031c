"""Where a command works: the settings, the database under the data directory or behind DATABASE_URL."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import typer

from app.cli.settings import settings_of
from app.core import logs
from app.core.config import Settings
from app.db import embedded
from app.db.connection import UnknownDatabase, driver_url
from app.db.failures import DatabaseUnreachable
from app.db.migrate import assert_current, upgrade
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.privacy.redaction import redact

Result = TypeVar("Result")

TRIES = 10


@dataclass(frozen=True, slots=True)
class Place:
    """`settings.database_url` is filled in; `server` is the embedded one, for as long as the block lasts."""

    settings: Settings
    database_url: str
    server: embedded.Server | None

    def write(self, work: Callable[[WriteSession], Awaitable[Result]]) -> Result:
        """What `work` returns, in one transaction of its own."""

        async def write(database: Database) -> Result:
            async with transaction(database) as session:
                return await work(session)

        return asyncio.run(self._connected(write))

    def read(self, work: Callable[[ReadSession], Awaitable[Result]], *, repeatable: bool = False) -> Result:
        async def read(database: Database) -> Result:
            async with reading(database, repeatable=repeatable) as session:
                return await work(session)

        return asyncio.run(self._connected(read))

    async def _connected(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        database = Database.connect(self.database_url, pool_size=1)
        try:
            return await work(database)
        finally:
            await database.dispose()


@contextmanager
def opened(
    data_dir: Path | None, *, migrates_foreign: bool = False, log_level: str | None = "warning"
) -> Iterator[Place]:
    """Joins or starts the embedded server and migrates it. A foreign database is migrated only when asked to.

    `log_level` None: as the settings say.
    """
    settings = settings_of(data_dir)
    logs.configure(log_level or settings.log_level, redact)
    if settings.database_url is None:
        archiving = embedded.Archiving(settings.wal_archive, settings.archive_timeout_s)
        with embedded.lease(settings.data_dir, settings.pg_bin, archiving=archiving) as server:
            _upgrade(server)
            url = server.program_url
            yield Place(settings.model_copy(update={"database_url": url}), url, server)
        return
    url = _checked(settings.database_url)
    if migrates_foreign:
        upgrade(_checked(settings.migration_url or url))
    place = Place(settings, url, None)
    place.read(assert_current)
    yield place


def _upgrade(server: embedded.Server) -> None:
    """Nobody watches over the server yet: should it be killed meanwhile, it is started again from here."""
    for _ in range(TRIES):
        with suppress(DatabaseUnreachable):
            return upgrade(server.owner_url)
        server.revive()
    return upgrade(server.owner_url)


@contextmanager
def kept_alive(server: embedded.Server | None) -> Iterator[None]:
    """A killed embedded server comes back while the block lasts."""
    if server is None:
        yield
        return
    loop = asyncio.new_event_loop()
    watch = loop.create_task(embedded.keep_alive(server))

    def run() -> None:
        try:
            loop.run_until_complete(watch)
        except asyncio.CancelledError:
            pass
        finally:
            loop.run_until_complete(loop.shutdown_default_executor())
            loop.close()

    thread = threading.Thread(target=run, name="keep-alive")
    thread.start()
    try:
        yield
    finally:
        loop.call_soon_threadsafe(watch.cancel)
        thread.join()


def _checked(url: str) -> str:
    try:
        return driver_url(url)
    except UnknownDatabase as error:
        raise typer.BadParameter(str(error)) from None
