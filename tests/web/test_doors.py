"""Every page, walked by a stranger, a program and each role: who gets in, and what that leaves behind."""

from collections.abc import AsyncIterator, Mapping
from typing import Any, NamedTuple

import httpx
import pytest
from sqlalchemy import func, select

from app.accounts.audited import Audited
from app.accounts.authorisation import DISTRICT_ROLES
from app.core.vocabulary import Role
from app.db.models import Enrollment, Finding, TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import LIVE, OTHER_USCC, Doors, opened_doors
from tests.api.kept_videos import take_in, video
from tests.api.persons import PEOPLE
from tests.api.term import CLOSED, L1, USCC, decision_of, push_term, settle
from tests.evidence.bundles import sign
from tests.server import CloneServer
from tests.web.doors import GUARDED, KNOWN, MADE, NOT_MADE, OF_ALL_OFFICIALS, QUESTIONS, READ, Page

LET_IN = {200, 303, 400, 404, 409, 415, 422}
OTHER_BOUNDS = {"platform": "P2", "uscc": OTHER_USCC, "districts": ("4403",), "person_key": bytes(32)}


class Walk(NamedTuple):
    database: Database
    stranger: httpx.AsyncClient
    program: httpx.AsyncClient
    owners: Mapping[Role, httpx.AsyncClient]
    others: Mapping[Role, httpx.AsyncClient]
    ids: Mapping[str, str]

    async def open(self, client: httpx.AsyncClient, page: Page) -> httpx.Response:
        return await client.request(page.method, page.address(self.ids))

    async def entries(self) -> int:
        async with reading(self.database) as session:
            return await session.scalar(select(func.count()).select_from(TrailEntry)) or 0


@pytest.fixture(scope="module")
async def walk(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Walk]:
    """A closed class group, persons of each role whose it is, and others."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        program = await doors.signed_in(LIVE)
        await push_term(program, **CLOSED)
        await take_in(app, program, video())
        await settle(app)
        await sign(app)
        batches = (await program.get("/api/v1/batches?feed=attendance")).json()
        checkpoints = (await program.get("/api/v1/ledger/checkpoints")).json()
        ids = {
            "size": str(checkpoints["items"][0]["size"]),
            "batch_id": batches["items"][0]["batch_id"],
            "decision_id": await decision_of(doors.database, L1),
            "finding_id": await a_finding(doors),
        }
        own = {"platform": "P1", "uscc": USCC, "districts": ("440204",), "person_key": await person(doors)}
        owners, others = [await everybody(doors, bounds) for bounds in (own, OTHER_BOUNDS)]
        yield Walk(doors.database, await doors.stranger(), program, owners, others, ids)


async def person(doors: Doors) -> bytes:
    async with reading(doors.database) as session:
        found = await session.scalar(select(Enrollment.person_key).where(Enrollment.learner_id == L1))
    assert found is not None
    return found


async def a_finding(doors: Doors) -> str:
    async with reading(doors.database) as session:
        return str((await session.scalars(select(Finding.finding_id).limit(1))).one())


async def everybody(doors: Doors, bounds: Mapping[str, Any]) -> dict[Role, httpx.AsyncClient]:
    return {role: await doors.person(role, **bounds) for role in PEOPLE}


def said(answer: httpx.Response) -> str:
    """Without the frame."""
    return f"{answer.status_code} {answer.url} {answer.text.partition('<main')[2]}"


def is_page(answer: httpx.Response) -> bool:
    return answer.headers["content-type"] == "text/html; charset=utf-8"


def test_every_parameter_is_known_and_every_entry_is_needed() -> None:
    named = {name for page in GUARDED for name in page.parameters}
    assert named - (KNOWN.keys() | MADE | NOT_MADE.keys()) == set(), "tests/web/doors.py must know them"
    assert QUESTIONS.keys() <= {page.path for page in READ}


@pytest.mark.parametrize("page", GUARDED, ids=str)
class TestEveryPage:
    async def test_leads_strangers_to_the_sign_in_and_takes_no_token(self, page: Page, walk: Walk) -> None:
        answer = await walk.open(walk.stranger, page)
        assert (answer.status_code, answer.headers["location"].split("?")[0]) == (303, "/sign-in")
        answer = await walk.open(walk.program, page)
        assert (answer.status_code, is_page(answer)) == (403, True)

    async def test_lets_in_the_roles_of_its_rows_only(self, page: Page, walk: Walk) -> None:
        for role, client in walk.owners.items():
            before = await walk.entries()
            answer = await walk.open(client, page)
            if role not in page.roles:
                assert (role, answer.status_code, is_page(answer)) == (role, 403, True)
            elif page.method == "GET":
                expected = {404} if NOT_MADE.keys() & set(page.parameters) else {200, 303, 409}
                assert (role, answer.status_code in expected) == (role, True), said(answer)
                owed = page.audited is Audited.reads and answer.status_code == 200
                assert (role, await walk.entries() - before) == (role, int(owed))
            else:
                assert (role, answer.status_code in LET_IN) == (role, True), said(answer)


@pytest.mark.parametrize("page", [page for page in READ if page.names_an_object], ids=str)
async def test_what_is_somebody_elses_is_not_there(page: Page, walk: Walk) -> None:
    """Administrators see what is everybody's, and none of this."""
    for role in page.roles - (DISTRICT_ROLES if page.path in OF_ALL_OFFICIALS else frozenset()):
        answer = await walk.open(walk.others[role], page)
        assert (role, answer.status_code, is_page(answer)) == (role, 404, True)
