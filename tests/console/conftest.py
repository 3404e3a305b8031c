"""Chromium before a server with a played term; both are shared by all tests of a worker of pytest."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser

from tests.console.chromium import MISSING, chromium, is_required, launched
from tests.console.site import Site, played_site
from tests.console.visitors import Visitors, watched
from tests.server import CloneServer


@pytest.fixture(scope="session")
def executable() -> Path:
    """Where there is none: everything that needs one is skipped, and fails in CI."""
    found = chromium()
    if found is None:
        (pytest.fail if is_required() else pytest.skip)(MISSING)
    return found


@pytest.fixture(scope="session")
async def browser(executable: Path) -> AsyncIterator[Browser]:
    async with launched(executable) as browser:
        yield browser


@pytest.fixture(scope="session")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with played_site(clone_server, tmp_path_factory.mktemp("console")) as site:
        yield site


@pytest.fixture
async def visitors(browser: Browser, site: Site) -> AsyncIterator[Visitors]:
    async with watched(browser, site) as visitors:
        yield visitors
