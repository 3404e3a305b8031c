"""Whatever platforms deliver stays text: no page has an element or an attribute that came with a name."""

from collections.abc import AsyncIterator, Mapping
from html.parser import HTMLParser
from typing import NamedTuple

import httpx
import pytest

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed, Role
from app.web.class_groups import Tab
from app.web.platforms import TABS
from tests.api.conftest import LIVE, opened_doors
from tests.api.term import C1, CLOSED, L1, USCC, decision_of, lesson, push, push_term, settle
from tests.evidence.bundles import sign
from tests.server import CloneServer
from tests.web.doors import READ
from tests.web.test_doors import a_finding, everybody, person

MARKUP = """"'><img src=x onerror=alert(1)><a hx-get=/x hx-trigger=load style=top:0>{{ 7 * 7 }}</textarea>"""
OURS = {"hx-boost", "hx-boost:inherited"}
CLASS_GROUP = f"/class-groups/P1/{C1}"
MORE = [
    *(f"{CLASS_GROUP}?tab={tab}" for tab in Tab),
    *(f"/platforms/P1?tab={tab}" for tab in TABS),
    "/overview?district=440204",
    "/search?q=img",
]
"""Beside the pages as they open: their parts."""
NAMELESS = ("/policies", "/ledger", "/developers")
"""Pages that show nothing which was delivered."""


class Markup(HTMLParser):
    """What a browser would make of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.foreign: list[str] = []
        self.said = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            is_active = name.startswith(("on", "hx-", "data-hx-")) or name == "style"
            if (is_active and name not in OURS) or (name, value) == ("src", "x"):
                self.foreign.append(f"<{tag} {name}={value}>")

    def handle_data(self, data: str) -> None:
        self.said += data


class Site(NamedTuple):
    people: Mapping[Role, httpx.AsyncClient]
    ids: Mapping[str, str]


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push(platform, Feed.enterprises, {**EXAMPLES[Feed.enterprises], "name": MARKUP, "revision": 7})
        await push_term(platform, **CLOSED, name=MARKUP)
        await push(platform, Feed.lessons, {**lesson(1), "title": MARKUP, "revision": 7})
        await settle(app)
        await sign(app)
        batches = (await platform.get("/api/v1/batches?feed=attendance")).json()
        checkpoints = (await platform.get("/api/v1/ledger/checkpoints")).json()
        ids = {
            "size": str(checkpoints["items"][0]["size"]),
            "batch_id": batches["items"][0]["batch_id"],
            "decision_id": await decision_of(doors.database, L1),
            "finding_id": await a_finding(doors),
        }
        bounds = {"platform": "P1", "uscc": USCC, "districts": None, "person_key": await person(doors)}
        yield Site(await everybody(doors, bounds), ids)


async def opened(client: httpx.AsyncClient, address: str) -> Markup:
    answer = await client.get(address)
    assert (address, answer.status_code < 500) == (address, True)
    found = Markup()
    if answer.headers.get("content-type", "").startswith("text/html"):  # a file is none
        found.feed(answer.text)
        found.close()
    return found


@pytest.mark.parametrize("role", [Role.approver, Role.agent, Role.learner])
async def test_no_page_has_markup_that_was_delivered(role: Role, site: Site) -> None:
    read = [page for page in READ if role in page.roles and not page.path.startswith(NAMELESS)]
    addresses = [page.address(site.ids) for page in read]
    showing = 0
    for address in [*addresses, *(MORE if role is Role.approver else ())]:
        found = await opened(site.people[role], address)
        assert (address, found.foreign) == (address, [])
        showing += MARKUP in found.said
    assert showing > 0


def test_what_is_looked_for_would_be_found() -> None:
    found = Markup()
    found.feed(f'<td title="{MARKUP}">')
    assert len(found.foreign) >= 4
