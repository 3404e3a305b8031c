"""People at the doors: an application with cheap hashes, and browsers that keep cookies as browsers do."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import Database
from app.main import create_app
from app.people import csrf
from app.people.sessions import COOKIE
from tests.factories.people import make_session

ORIGIN = "https://supervise.test"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def settings(tmp_path: Path, database_url: str) -> Settings:
    return Settings(
        data_dir=tmp_path,
        database_url=database_url,
        accept_forgetful_database=True,
        work_in_server=False,
        public_url=ORIGIN,
        hash_memory_kib=8,
        hash_passes=1,
    )


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@dataclass
class Browser:
    """Sends what a browser sends from a page of ours."""

    client: httpx.AsyncClient
    user: User | None = field(default=None)

    @property
    def cookie(self) -> str | None:
        return self.client.cookies.get(COOKIE)

    @property
    def token(self) -> str:
        return csrf.token_for(self.cookie or "")

    async def get(self, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        return await self.client.get(path, **request)

    async def submit(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """A form of a page of ours."""
        form = ({"csrf_token": self.token} if self.cookie else {}) | fields
        sent = {"Origin": ORIGIN, "Content-Type": FORM, **(headers or {})}
        return await self.client.post(path, data=form, headers=sent)

    async def ask(self, method: str, path: str, **request: Any) -> httpx.Response:  # noqa: ANN401
        """The API, as a script of ours does."""
        headers = {"Origin": ORIGIN, "X-CSRF-Token": self.token, **request.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, **request)


@dataclass(frozen=True)
class Browsers:
    database: Database
    transport: httpx.ASGITransport
    stack: AsyncExitStack

    async def open(self, address: str = "192.0.2.1") -> Browser:
        """Of somebody who is not signed in, at this address."""
        transport = httpx.ASGITransport(self.transport.app, client=(address, 1))
        client = httpx.AsyncClient(transport=transport, base_url=ORIGIN)
        return Browser(await self.stack.enter_async_context(client))

    async def signed_in(self, role: Role, **wanted: Any) -> Browser:  # noqa: ANN401
        """Of a person with an open session."""
        browser = await self.open()
        browser.user, opened = await make_session(self.database, role, **wanted)
        browser.client.cookies.set(COOKIE, opened.token, domain="supervise.test", path="/")
        return browser


@pytest.fixture
async def browsers(app: FastAPI, database: Database) -> AsyncIterator[Browsers]:
    async with AsyncExitStack() as stack:
        yield Browsers(database, httpx.ASGITransport(app), stack)


@pytest.fixture
async def browser(browsers: Browsers) -> Browser:
    return await browsers.open()
