"""The platform as it runs: the embedded server of production on a disk, servers in processes of their own."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import asyncpg
import httpx

from app.accounts.schemas import Registration
from app.accounts.service import add_client
from app.core import clock
from app.core.vocabulary import Feed, PlatformKind, Role
from app.db import embedded, migrate
from app.db.embedded.state import DATABASE
from app.db.session import Database, transaction
from app.ingest.feeds import DEFINITIONS
from tests.cli.programs import data_directory, running

Result = TypeVar("Result")

PLATFORM = "live-a"
PUSHING = Registration(Role.platform, "load", PLATFORM, PlatformKind.live)
WRITTEN = (
    *(
        "batches",
        "batch_archives",
        "rejections",
        "rejection_reasons",
        "batch_class_groups",
        "touches",
        "idempotency_keys",
    ),
    *("ledger_pending", "ledger_entries", "ledger_tiles", "ledger_checkpoints"),
    *("assessments", "class_group_assessments", "findings"),
    *("decisions", "assessment_runs"),
    *(DEFINITIONS[feed].table.name for feed in Feed),
)


@dataclass(frozen=True, slots=True)
class Served:
    """One `supervise serve` and the token of a platform that pushes to it."""

    address: str
    token: str
    process_id: int


@dataclass(frozen=True, slots=True)
class Site:
    place: Path
    server: embedded.Server

    @contextmanager
    def serving(
        self, *, workers: int = 1, assessing: bool = False, module: str = "app.cli"
    ) -> Iterator[Served]:
        """Several may serve the same database side by side; `module` runs in place of `supervise`."""
        environment = {
            **self._environment(),
            "SUPERVISE_WORK_IN_SERVER": str(assessing),
            "SUPERVISE_TOKEN_LIFETIME_S": "86400",
        }
        log = self.place / f"serve-{workers}-{assessing}-{module}.log"
        command = ("serve", "--port", "0", "--workers", str(workers))
        with running(log, *command, environment=environment, module=module) as program:
            address = program.address()
            yield Served(address, self.token(address, PUSHING), program.process.pid)

    @contextmanager
    def working(self) -> Iterator[None]:
        """One `supervise worker` beside the servers."""
        with running(self.place / "worker.log", "worker", environment=self._environment()):
            yield

    def _environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.server.program_url, "SUPERVISE_DATA_DIR": str(self.place)}

    def token(self, address: str, registration: Registration) -> str:
        """Of a new client."""

        async def add(database: Database) -> tuple[str, str]:
            async with transaction(database) as session:
                new = await add_client(session, registration, clock.now())
                return new.client_id, new.client_secret

        credentials = self.with_database(add)
        grant = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{address}/oauth/token", data=grant, auth=credentials, trust_env=False)
        return str(answer.raise_for_status().json()["access_token"])

    def with_database(self, work: Callable[[Database], Awaitable[Result]]) -> Result:
        """What `work` returns, on a pool of the program's own role."""

        async def whole() -> Result:
            database = Database.connect(self.server.program_url, pool_size=4)
            try:
                return await work(database)
            finally:
                await database.dispose()

        return asyncio.run(whole())

    def as_owner(self, work: Callable[[asyncpg.Connection], Awaitable[Result]]) -> Result:
        async def whole() -> Result:
            connection = await asyncpg.connect(self.server.owner_url)
            try:
                return await work(connection)
            finally:
                await connection.close()

        return asyncio.run(whole())

    def emptied(self) -> None:
        """Every measure starts with empty tables and behind a checkpoint."""

        async def empty() -> None:
            connection = await asyncpg.connect(self.server.superuser_url, database=DATABASE)
            await connection.execute("SET session_replication_role = replica")  # past the guards
            await connection.execute(f"TRUNCATE {', '.join(WRITTEN)}")
            await connection.execute("UPDATE ledger_head SET size = 0")
            await connection.execute(
                "UPDATE ledger_tree SET size = 0, root = sha256(''), integrated_at = NULL"
            )
            await connection.execute("CHECKPOINT")
            await connection.close()

        asyncio.run(empty())


@contextmanager
def opened(kept: Path | None = None) -> Iterator[Site]:
    """On the disk that holds temporary files, or in `kept`; every promise of production holds."""
    with _place(kept) as place, embedded.lease(place) as server:
        migrate.upgrade(server.owner_url)
        yield Site(place, server)


@contextmanager
def _place(kept: Path | None) -> Iterator[Path]:
    if kept is None:
        with data_directory() as made:
            yield made
    else:
        kept.mkdir(mode=0o755, exist_ok=True)
        yield kept


def descendants(process_id: int) -> list[int]:
    """The process and all that it started."""
    try:
        children = Path(f"/proc/{process_id}/task/{process_id}/children").read_text().split()
    except FileNotFoundError:
        return []
    return [process_id, *(found for child in children for found in descendants(int(child)))]


def resident_mib(process_id: int) -> float:
    """The largest of the process and its children."""
    return max(map(_resident_mib, descendants(process_id)), default=0.0)


def _resident_mib(process_id: int) -> float:
    try:
        pages = int(Path(f"/proc/{process_id}/statm").read_text().split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def processor_s(process_id: int) -> float:
    """Seconds that the process and its children, also those that ended, have spent on processors."""
    return sum(map(_processor_s, descendants(process_id)))


def _processor_s(process_id: int) -> float:
    try:
        fields = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def postmaster_id(server: embedded.Server) -> int:
    return int((server.home / "data/postmaster.pid").read_text().split()[0])
