"""What a page weighs as it is transferred: its own text compressed, and every file that it names."""

import gzip
import re
from collections.abc import AsyncIterator

import httpx
import pytest

from app.people.sessions import COOKIE
from app.web.static_files import FILES
from tests.console.every_page import VISITS, Visit
from tests.console.site import Site

MOST, MOST_WITH_CHARTS = 150_000, 500_000
NAMED = re.compile(r'(?:src|href|data-charts)="(/static/[^"]+)"')
CHARTS = re.compile(r'data-charts="[^"]+"')
"""Where the library lies, which is fetched where there is something to draw."""


@pytest.fixture
async def client(site: Site) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=site.address, trust_env=False, follow_redirects=True) as client:
        yield client


def weight(text: str) -> int:
    has_charts = "data-chart=" in text
    files = set(NAMED.findall(text if has_charts else CHARTS.sub("", text)))
    return len(gzip.compress(text.encode())) + sum(map(weight_of_file, files))


def weight_of_file(address: str) -> int:
    _, _, digest, name = address.split("/", 3)
    file = FILES.find(digest, name)
    assert file is not None, address
    return len(file.compressed or file.content)


@pytest.mark.parametrize("visit", VISITS, ids=str)
async def test_a_page_weighs_little(visit: Visit, site: Site, client: httpx.AsyncClient) -> None:
    role = visit.roles[0]
    cookie = {"Cookie": f"{COOKIE}={site.cookies[role]}"} if role else {}
    answer = await client.get(visit.address(site.ids), headers=cookie)
    assert answer.status_code in {200, 409}, answer.text
    assert weight(answer.text) < (MOST_WITH_CHARTS if "data-chart=" in answer.text else MOST)


def test_the_files_of_a_page_are_weighed() -> None:
    scripts = [name for name in FILES.names if name.endswith(".js") and "/" not in name]
    text = "".join(f'<script src="{FILES.address(name)}"></script>' for name in scripts)
    assert weight(text) > sum(len(FILES._files[name].compressed or b"") for name in scripts) > 1000
