"""Pages, asked as a browser asks them."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.console.conftest import executable
from tests.people.conftest import app, browser, browsers, settings
from tests.server import CloneServer
from tests.web.verified import Held, held_by_people, stranger

__all__ = ["app", "browser", "browsers", "executable", "settings"]


@pytest.fixture(scope="module")
async def held(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Held]:
    async with held_by_people(clone_server, tmp_path_factory.mktemp("data")) as held:
        yield held


@pytest.fixture
async def anybody(held: Held) -> httpx.AsyncClient:
    return await stranger(held)
