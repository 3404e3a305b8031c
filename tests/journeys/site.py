"""The platform as it runs: `supervise serve` and `supervise worker` as processes, each with its log."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import httpx

from app.db.session import Database
from tests.api.conftest import Doors
from tests.cli.programs import Program, running
from tests.server import CloneServer

PATIENCE_S = 60


@dataclass(frozen=True)
class Site:
    doors: Doors
    data_dir: Path
    """What the processes share: key ring and spool."""
    clone_server: CloneServer
    database_name: str
    server: Program
    worker: Program


@asynccontextmanager
async def opened_site(clone_server: CloneServer, directory: Path) -> AsyncIterator[Site]:
    """On a migrated database of its own; the processes talk as much as they ever may."""
    name = f"site_{uuid4().hex}"
    await clone_server.create(name)
    url = clone_server.program_url(name)
    environment = {
        "DATABASE_URL": url,
        "SUPERVISE_DATA_DIR": str(directory / "data"),
        "SUPERVISE_ACCEPT_FORGETFUL_DATABASE": "true",
        "SUPERVISE_WORK_IN_SERVER": "false",
        "SUPERVISE_LOG_LEVEL": "debug",
        "SUPERVISE_ADDRESS_FAILURES_A_MINUTE": "1000000",  # all that is hostile comes from one address
    }
    async with AsyncExitStack() as stack:
        stack.push_async_callback(clone_server.drop, name)
        serve = running(directory / "serve.log", "serve", "--port", "0", environment=environment)
        work = running(directory / "worker.log", "worker", environment=environment)
        server, worker = stack.enter_context(serve), stack.enter_context(work)
        database = Database.connect(url)
        stack.push_async_callback(database.dispose)
        address = await asyncio.to_thread(server.address)
        doors = Doors(database, httpx.AsyncHTTPTransport(), address, stack)
        yield Site(doors, directory / "data", clone_server, name, server, worker)


async def until_assessed(client: httpx.AsyncClient) -> None:
    """Until every answer reflects every receipt."""
    async with asyncio.timeout(PATIENCE_S):
        while (await client.get("/api/v1/assessment")).json()["pending_enrollments"]:  # noqa: ASYNC110 - over HTTP
            await asyncio.sleep(0.05)
