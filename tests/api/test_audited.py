"""What is read of persons leaves one entry of the trail, and nothing else does: every route, every role."""

from collections.abc import AsyncIterator, Mapping
from typing import NamedTuple

import httpx
import pytest
from fastapi.routing import iter_route_contexts
from sqlalchemy import func, select

from app.accounts.audited import AUDIT, Audited
from app.accounts.authorisation import TABLE, Action
from app.api.deps import audited_of
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.main import create_app
from app.privacy.fields import PersonalKind
from tests.api.conftest import ENTERPRISE, LIVE, REGULATOR, Doors, opened_doors
from tests.api.kept_videos import take_in, video
from tests.api.persons import PEOPLE
from tests.api.term import C1, CLOSED, ENROLLMENTS, ID_NUMBERS, L1, USCC, decision_of, get, push_term, settle
from tests.api.test_authorisation import GUARDED, Route
from tests.api.test_ownership import OWNED
from tests.evidence.bundles import WHY, sign
from tests.journeys.walk import filled_in
from tests.server import CloneServer

PROGRAMS = {Role.platform: LIVE, Role.regulator: REGULATOR, Role.enterprise: ENTERPRISE}
BODIES = {
    "/api/v1/compliance/search": {"id_number": ID_NUMBERS[L1]},
    "/api/v1/trail/search": {"id_number": ID_NUMBERS[L1]},
    "/api/v1/evidence-bundles": {"items": [{"platform": "P1", "class_group_id": C1}], **WHY},
}
NEEDING = {
    "/api/v1/compliance/summary": "/api/v1/compliance/summary?group_by=platform",
    "/api/v1/search": "/api/v1/search?q=C2026",
    "/api/v1/data-quality/orphans": "/api/v1/data-quality/orphans?platform=P1",
    "/api/v1/ledger/proofs/inclusion": "/api/v1/ledger/proofs/inclusion?index=0",
    "/api/v1/ledger/proofs/consistency": "/api/v1/ledger/proofs/consistency?from=1&to=1",
}
FILED = {
    Action.read_compliance: ENROLLMENTS,
    Action.read_findings: "/api/v1/findings",
    Action.read_batches: "/api/v1/batches",
}
"""What is exported as a file, by actions whose pages leave nothing."""
OF_ROUTES = {
    (context.path, method): audited_of(context.route.dependant)
    for context in iter_route_contexts(create_app(Settings(database_url="postgresql://unused")).routes)
    for method in context.methods or ()
    if hasattr(context.route, "dependant")
}


def audited(route: Route) -> Audited:
    return OF_ROUTES[route.path, route.method]


def is_asked(route: Route) -> bool:
    """What changes something its room tests; there too the guard lets no answer out without an entry."""
    return audited(route) is not Audited.changes and (route.method == "GET" or route.path in BODIES)


ASKED = [
    (route, role)
    for route in GUARDED
    if is_asked(route) and ("{" not in route.path or route.path in OWNED)
    for role in TABLE[route.action or Action.push_feed]
]


class Site(NamedTuple):
    database: Database
    clients: dict[Role, httpx.AsyncClient]
    ids: Mapping[str, str]

    async def ask(self, route: Route, role: Role) -> httpx.Response:
        address = filled_in((OWNED | NEEDING).get(route.path, route.path), self.ids)
        body = {"json": BODIES[route.path]} if route.path in BODIES else {}
        return await self.clients[role].request(route.method, address, **body)  # type: ignore[arg-type]

    async def entries(self) -> int:
        async with reading(self.database) as session:
            return await session.scalar(select(func.count()).select_from(TrailEntry)) or 0


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """A closed class group, and somebody of each role who may see it."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        clients = {role: await doors.signed_in(wanted) for role, wanted in PROGRAMS.items()}
        clients |= {role: await doors.person(role, uscc=USCC) for role in PEOPLE}
        await push_term(clients[Role.platform], **CLOSED)
        await take_in(app, clients[Role.platform], video())
        await settle(app)
        batches = (await get(clients[Role.platform], "/api/v1/batches?feed=enrollments"))["items"]
        await sign(app)
        ids = {
            "batch_id": batches[0]["batch_id"],
            "decision_id": await decision_of(doors.database, L1),
        }
        yield Site(doors.database, clients, ids)


def test_every_action_says_what_it_leaves() -> None:
    assert set(AUDIT) == set(Action)


def test_whoever_may_see_persons_is_recorded() -> None:
    """An action that shows more than masks to any role leaves an entry, or one of its routes does."""
    telling = {
        action
        for action, row in TABLE.items()
        if any(grant.fields.tells(kind) for grant in row.values() for kind in PersonalKind)
    }
    recorded = {action for action, kind in AUDIT.items() if kind is Audited.reads}
    recorded |= {route.action for route in GUARDED if route.action and audited(route) is Audited.reads}
    assert telling - recorded == set()


@pytest.mark.parametrize(("route", "role"), ASKED, ids=str)
async def test_a_route_leaves_what_its_action_says(route: Route, role: Role, site: Site) -> None:
    before = await site.entries()
    answer = await site.ask(route, role)
    assert answer.status_code in {200, 409}, answer.text  # 409: of a closed class group no progress
    owed = audited(route) is Audited.reads and answer.status_code == 200
    assert await site.entries() - before == owed


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize(
    ("action", "role"), [(action, role) for action in FILED for role in TABLE[action]], ids=str
)
async def test_an_export_leaves_one_entry(form: str, action: Action, role: Role, site: Site) -> None:
    before = await site.entries()
    answer = await site.clients[role].get(FILED[action], params={"format": form})
    assert answer.status_code == 200
    assert await site.entries() - before == 1


def test_every_action_that_leaves_an_entry_of_its_exports_is_exported() -> None:
    assert {action for action in AUDIT if AUDIT[action] is Audited.exports} == FILED.keys()


async def test_originals_leave_an_entry(site: Site) -> None:
    before = await site.entries()
    address = f"/api/v1/batches/{site.ids['batch_id']}/rejections?format=ndjson"
    assert (await site.clients[Role.platform].get(address)).status_code == 200
    assert await site.entries() - before == 1


async def test_an_entry_names_the_request(site: Site) -> None:
    client = site.clients[Role.enterprise]
    answer = await client.get(OWNED["/api/v1/eligibility/class-groups/{platform}/{class_group_id}"])
    async with reading(site.database) as session:
        statement = select(TrailEntry).order_by(TrailEntry.entry_id.desc()).limit(1)
        entry = (await session.scalars(statement)).one()
    assert entry.request_id == answer.headers["x-request-id"]
    assert (entry.address, entry.role, entry.number) == ("127.0.0.1", "enterprise", 2)
    assert entry.subject == {"platform": "P1", "class_group_id": C1}


@pytest.mark.usefixtures("closed")
class TestFailsClosed:
    async def test_without_its_entry_nothing_is_answered(
        self, doors: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As if a route had forgotten it."""

        async def forget(*_: object, **__: object) -> None:
            pass

        monkeypatch.setattr("app.api.eligibility.record", forget)
        enterprise = await doors.signed_in(ENTERPRISE)
        answer = await enterprise.get(f"/api/v1/eligibility/class-groups/P1/{C1}")
        assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
        assert "张三丰" not in answer.text

    async def test_where_it_cannot_be_written_nothing_is_answered(
        self, doors: Doors, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async def fail(*_: object) -> None:
            raise OSError("the disk of the database is full")

        monkeypatch.setattr("app.trail.repository.add", fail)
        enterprise = await doors.signed_in(ENTERPRISE)
        for address in (
            f"/api/v1/eligibility/class-groups/P1/{C1}",
            f"/api/v1/enterprises/{USCC}/eligibility-report?format=csv",
        ):
            assert (await enterprise.get(address)).status_code == 500
