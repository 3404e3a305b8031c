"""The doors as tests open them, in process or behind a real port, and a client of each role."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from app.accounts import service
from app.accounts.schemas import NewClient, Registration
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import PlatformKind, Role
from app.db.session import Database, transaction
from app.main import create_app
from tests.api import term
from tests.api.persons import sign_in_person
from tests.server import CloneServer

USCC = "91440200MA4UQ0A31K"
OTHER_USCC = "91440200MA4UQ0A32N"

LIVE = Registration(Role.platform, platform="P1", kind=PlatformKind.live)
VOD = Registration(Role.platform, platform="P2", kind=PlatformKind.vod)
REGULATOR = Registration(Role.regulator, name="人社局")
DISTRICT_REGULATOR = Registration(Role.regulator, name="区人社局", districts=("440204",))
ENTERPRISE = Registration(Role.enterprise, uscc=USCC)
OTHER_ENTERPRISE = Registration(Role.enterprise, uscc=OTHER_USCC)


@dataclass(frozen=True)
class Doors:
    """Makes clients of the platform's API."""

    database: Database
    transport: httpx.AsyncBaseTransport
    base_url: str
    stack: AsyncExitStack

    async def register(self, wanted: Registration) -> NewClient:
        async with transaction(self.database) as session:
            return await service.add_client(session, wanted, clock.now())

    async def stranger(self) -> httpx.AsyncClient:
        client = httpx.AsyncClient(transport=self.transport, base_url=self.base_url, timeout=30)
        return await self.stack.enter_async_context(client)

    async def person(self, role: Role, **bounds: Any) -> httpx.AsyncClient:  # noqa: ANN401
        """Signed in, in a browser of its own; for `bounds` see `sign_in_person`."""
        return await sign_in_person(await self.stranger(), self.database, role, **bounds)

    async def signed_in(self, wanted: Registration, *, scope: str | None = None) -> httpx.AsyncClient:
        """A client of this kind with a token in its headers."""
        client, account = await self.stranger(), await self.register(wanted)
        form = {"grant_type": "client_credentials", **account_form(account)}
        answer = await client.post("/oauth/token", data=form | ({"scope": scope} if scope else {}))
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client


def account_form(account: NewClient) -> dict[str, str]:
    return {"client_id": account.client_id, "client_secret": account.client_secret}


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """Started, without a worker in its process: tests assess when they want to."""
    app = create_app(settings.model_copy(update={"work_in_server": False}))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def doors(app: FastAPI, database: Database) -> AsyncIterator[Doors]:
    """In process: fast, and a crash of a route is seen as what it is."""
    async with AsyncExitStack() as stack:
        yield Doors(database, httpx.ASGITransport(app), "http://supervise.test", stack)


@asynccontextmanager
async def opened_doors(clone_server: CloneServer, data_dir: Path) -> AsyncIterator[tuple[FastAPI, Doors]]:
    """For a whole module of tests that change nothing: an application on a database of its own."""
    name = f"module_{uuid4().hex}"
    await clone_server.create(name)
    settings = Settings(
        data_dir=data_dir,
        database_url=clone_server.program_url(name),
        accept_forgetful_database=True,
        work_in_server=False,
    )
    app = create_app(settings)
    async with app.router.lifespan_context(app), AsyncExitStack() as stack:
        database = app.state.resources.database
        yield app, Doors(database, httpx.ASGITransport(app), "http://supervise.test", stack)
    await clone_server.drop(name)


@pytest.fixture
async def stranger(doors: Doors) -> httpx.AsyncClient:
    return await doors.stranger()


@pytest.fixture
async def platform(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(LIVE)


@pytest.fixture
async def other_platform(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(VOD)


@pytest.fixture
async def regulator(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(REGULATOR)


@pytest.fixture
async def enterprise(doors: Doors) -> httpx.AsyncClient:
    return await doors.signed_in(ENTERPRISE)


@pytest.fixture
async def closed(app: FastAPI, platform: httpx.AsyncClient) -> None:
    """A class group of P1 has come whole, is closed and assessed; see `term`."""
    await term.push_term(platform, **term.CLOSED)
    await term.settle(app)


@pytest.fixture
async def running(app: FastAPI, platform: httpx.AsyncClient) -> None:
    """The same, while it runs."""
    await term.push_term(platform, ends_on="2099-12-31")
    await term.settle(app)


@pytest.fixture
async def served(settings: Settings, database: Database) -> AsyncIterator[Doors]:
    """Behind a real port, in a thread of its own."""
    app = create_app(settings.model_copy(update={"work_in_server": False}))
    async with AsyncExitStack() as stack:
        base_url = stack.enter_context(serving(app))
        yield Doors(database, httpx.AsyncHTTPTransport(), base_url, stack)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The address under which uvicorn answers while the block runs."""
    config = uvicorn.Config(app, port=0, log_config=None, access_log=False, lifespan="on")
    server = uvicorn.Server(config)
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started and thread.is_alive():
            time.sleep(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(timeout=20)


@pytest.fixture
async def client_id(doors: Doors) -> str:
    """Of a client that is to be revoked."""
    return (await doors.register(LIVE)).client_id


@pytest.fixture
async def first(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.administrator)


@pytest.fixture
async def second(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.administrator)
