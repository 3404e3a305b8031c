"""Auditors search the trail by each of its filters; nobody else reads it, and reading it is an entry too."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.core import clock
from app.core.vocabulary import Role
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import DISTRICT_REGULATOR, ENTERPRISE, REGULATOR, Doors, account_form
from tests.api.term import C1, CLOSED, ID_NUMBERS, L1, L2, USCC, get, push_term, settle

TRAIL = "/api/v1/trail"
SEARCH = f"{TRAIL}/search"
FINAL = f"/api/v1/eligibility/class-groups/P1/{C1}"


async def entries(database: Database) -> list[TrailEntry]:
    async with reading(database) as session:
        statement = select(TrailEntry).where(TrailEntry.kind == "denied").order_by(TrailEntry.entry_id)
        return list(await session.scalars(statement))


@pytest.fixture
async def auditor(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.auditor)


@pytest.fixture
async def read(app: FastAPI, platform: httpx.AsyncClient, doors: Doors) -> dict[str, str]:
    """What was read by whom: eligibility by an enterprise, evidence of L1 and a search by officials."""
    await push_term(platform, **CLOSED)
    await settle(app)
    enterprise, everywhere = await doors.signed_in(ENTERPRISE), await doors.signed_in(REGULATOR)
    district = await doors.signed_in(DISTRICT_REGULATOR)
    assert (await enterprise.get(FINAL)).status_code == 200
    assert (await district.get(f"/api/v1/compliance/enrollments/P1/{C1}/{L1}")).status_code == 200
    found = await everywhere.post("/api/v1/compliance/search", json={"id_number": ID_NUMBERS[L2]})
    assert found.status_code == 200
    assert (await enterprise.get("/api/v1/batches")).status_code == 403
    async with reading(doors.database) as session:
        rows = await session.execute(select(TrailEntry.action, TrailEntry.actor_id))
    return {row.action: row.actor_id for row in rows}


def told(page: dict[str, Any]) -> list[str]:
    return [item["action"] for item in page["items"]]


@pytest.mark.usefixtures("read")
async def test_newest_first_page_by_page(auditor: httpx.AsyncClient) -> None:
    first = await get(auditor, TRAIL, limit=3)
    assert told(first) == ["batches:read", "persons:search", "compliance:read"]
    rest = await get(auditor, TRAIL, limit=3, cursor=first["next_cursor"])
    assert (told(rest), rest["next_cursor"]) == (["eligibility:read"], None)


async def test_an_item_says_all_of_an_entry(auditor: httpx.AsyncClient, read: dict[str, str]) -> None:
    (item,) = (await get(auditor, TRAIL, action="eligibility:read"))["items"]
    assert (item["actor_id"], item["role"]) == (read["eligibility:read"], "enterprise")
    assert (item["organisation"], item["kind"]) == (f"enterprise:{USCC}", "read")
    assert item["subject"] == {"platform": "P1", "class_group_id": C1}
    assert (item["number"], item["address"], item["purpose"]) == (2, "127.0.0.1", None)


@pytest.mark.usefixtures("read")
@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({"kind": "denied"}, ["batches:read"]),
        ({"action": "persons:search"}, ["persons:search"]),
        ({"organisation": f"enterprise:{USCC}"}, ["batches:read", "eligibility:read"]),
        ({"organisation": "districts:440204"}, ["compliance:read"]),
        ({"platform": "P1"}, ["compliance:read", "eligibility:read"]),
        ({"class_group_id": C1, "learner_id": L1}, ["compliance:read"]),
        ({"learner_id": L2}, []),
        ({"address": "127.0.0.1", "kind": "read"}, ["persons:search", "compliance:read", "eligibility:read"]),
        ({"address": "192.0.2.1"}, []),
        ({"to": "2026-01-01T00:00:00Z"}, []),
    ],
)
async def test_each_filter_narrows(
    auditor: httpx.AsyncClient, filters: dict[str, str], found: list[str]
) -> None:
    assert told(await get(auditor, TRAIL, **filters)) == found


async def test_acts_of_one_actor(auditor: httpx.AsyncClient, read: dict[str, str]) -> None:
    page = await get(auditor, TRAIL, actor=read["eligibility:read"])
    assert told(page) == ["batches:read", "eligibility:read"]


@pytest.mark.usefixtures("read")
async def test_a_period_is_half_open(auditor: httpx.AsyncClient) -> None:
    whole = (await get(auditor, TRAIL))["items"]
    times = {"from": whole[2]["occurred_at"], "to": whole[0]["occurred_at"]}
    assert told(await get(auditor, TRAIL, **times)) == ["persons:search", "compliance:read"]
    later = (clock.now() + timedelta(days=1)).isoformat()
    assert told(await get(auditor, TRAIL, **{"from": later})) == []


@pytest.mark.usefixtures("read")
class TestAPerson:
    async def test_is_found_by_search_by_enrollment_and_by_class_group(
        self, auditor: httpx.AsyncClient
    ) -> None:
        of_first = await auditor.post(SEARCH, json={"id_number": ID_NUMBERS[L1]})
        assert told(of_first.json()) == ["compliance:read", "eligibility:read"]
        of_second = await auditor.post(SEARCH, json={"id_number": ID_NUMBERS[L2]})
        assert told(of_second.json()) == ["persons:search", "eligibility:read"]

    async def test_the_search_is_an_entry_by_keyed_hash(self, auditor: httpx.AsyncClient) -> None:
        answer = await auditor.post(SEARCH, json={"id_number": ID_NUMBERS[L2]})
        searched = answer.json()["items"][0]["subject"]
        newest = (await get(auditor, TRAIL))["items"][0]
        assert (newest["action"], newest["subject"]) == ("trail:read", searched)
        assert ID_NUMBERS[L2] not in answer.text


@pytest.mark.usefixtures("read")
async def test_reading_the_trail_is_an_entry(auditor: httpx.AsyncClient) -> None:
    await get(auditor, TRAIL, platform="P1")
    newest = (await get(auditor, TRAIL))["items"][0]
    assert (newest["action"], newest["role"], newest["number"]) == ("trail:read", "auditor", 2)
    assert newest["subject"] == {"platform": "P1"}


@pytest.mark.usefixtures("read")
async def test_an_auditor_of_a_district_sees_its_officials_and_enterprises(doors: Doors) -> None:
    own = await doors.person(Role.auditor, districts=("4402",))
    assert told(await get(own, TRAIL)) == ["batches:read", "compliance:read", "eligibility:read"]
    elsewhere = await doors.person(Role.auditor, districts=("4403",))
    assert told(await get(elsewhere, TRAIL)) == []


@pytest.mark.usefixtures("read")
async def test_is_exported_with_what_could_be_a_formula_made_harmless(auditor: httpx.AsyncClient) -> None:
    answer = await auditor.get(TRAIL, params={"format": "csv"})
    lines = answer.text.splitlines()
    assert lines[0].startswith("\ufeffentry_id,occurred_at,actor_id,role")
    assert len(lines) == 1 + 5, "the export itself is an entry, too"
    assert f"class_group_id={C1} platform=P1" in answer.text


async def test_nobody_else_reads_it(doors: Doors) -> None:
    for role in (Role.clerk, Role.reviewer, Role.approver, Role.administrator, Role.agent, Role.learner):
        assert (await (await doors.person(role)).get(TRAIL)).status_code == 403


@pytest.mark.parametrize(
    "query", ["from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z", "from=2026-01-01", "kind=x", "actor=%20"]
)
async def test_a_filter_that_says_nothing_is_refused(auditor: httpx.AsyncClient, query: str) -> None:
    assert (await auditor.get(f"{TRAIL}?{quote(query, safe='=&%:-')}")).status_code == 422


async def test_a_refusal_names_who_and_what(doors: Doors, enterprise: httpx.AsyncClient) -> None:
    answer = await enterprise.get("/api/v1/batches")
    assert answer.status_code == 403
    (entry,) = await entries(doors.database)
    assert entry.actor_id.startswith("enterprise-")
    assert (entry.role, entry.action, entry.address) == ("enterprise", "batches:read", "127.0.0.1")
    assert entry.request_id == answer.headers["x-request-id"]


async def test_a_failed_sign_in_names_the_client_and_not_its_secret(doors: Doors) -> None:
    stranger, account = await doors.stranger(), await doors.register(ENTERPRISE)
    form = {"grant_type": "client_credentials", **account_form(account), "client_secret": "guessed-by-chance"}
    assert (await stranger.post("/oauth/token", data=form)).status_code == 401
    (entry,) = await entries(doors.database)
    assert (entry.actor_id, entry.action) == ("unknown", "token:issue")
    assert entry.subject == {"client_id": account.client_id}


async def test_what_is_no_client_id_is_not_repeated(doors: Doors) -> None:
    stranger = await doors.stranger()
    form = {"grant_type": "client_credentials", "client_id": "440203198709195773", "client_secret": "x"}
    assert (await stranger.post("/oauth/token", data=form)).status_code == 401
    (entry,) = await entries(doors.database)
    assert entry.subject == {}
