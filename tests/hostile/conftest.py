"""One platform as it runs, for all hostile tests of a worker of pytest.

Server and worker are processes; there is a client of each role, and a small story of data to ask about.
"""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

import httpx
import pytest

from app.core.vocabulary import Feed, Role
from app.people import csrf
from tests.api import term
from tests.api.conftest import DISTRICT_REGULATOR, ENTERPRISE, LIVE, REGULATOR, VOD
from tests.ingest.examples import FULL
from tests.journeys.site import Site, opened_site, until_assessed
from tests.server import CloneServer

STRANGER = "stranger"
WANTED = {
    "platform": LIVE,
    "other_platform": VOD,
    "regulator": REGULATOR,
    "district_regulator": DISTRICT_REGULATOR,
    "enterprise": ENTERPRISE,
}
PERSONS = [role for role in Role if not role.is_program]
ROLES = [*WANTED, *PERSONS, STRANGER]
PROOFS = ("Authorization", "Cookie", "Origin", csrf.HEADER)


@dataclass(frozen=True)
class Target:
    """What is attacked."""

    site: Site
    clients: Mapping[str, httpx.AsyncClient]
    """By role; the stranger shows nothing."""

    @property
    def platform(self) -> httpx.AsyncClient:
        return self.clients["platform"]

    def proofs_of(self, role: str) -> dict[str, str]:
        """The headers by which somebody of the role is known."""
        request = self.clients[role].build_request("GET", "/")
        return {name: request.headers[name] for name in PROOFS if name in request.headers}

    @property
    def address(self) -> str:
        return self.site.doors.base_url

    @property
    def process_id(self) -> int:
        return self.site.server.process.pid


@pytest.fixture(scope="session")
async def target(
    clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Target]:
    async with opened_site(clone_server, tmp_path_factory.mktemp("hostile")) as site:
        clients = {role: await site.doors.signed_in(wanted) for role, wanted in WANTED.items()}
        clients |= {role: await site.doors.person(role) for role in PERSONS}
        clients[STRANGER] = await site.doors.stranger()
        await tell_story(clients)
        yield Target(site, clients)


async def tell_story(clients: Mapping[str, httpx.AsyncClient]) -> None:
    """A closed class group of one platform, a running one of another, a record of every feed."""
    await term.push_term(clients["platform"], **term.CLOSED)
    await term.push_term(clients["other_platform"], ends_on="2099-12-31")
    for feed in Feed:
        await clients["platform"].post(f"/api/v1/feeds/{feed}", json=[FULL[feed], {"colour": "red"}])
    await until_assessed(clients["regulator"])
