"""The trail's pages: what the API tells auditors, and an ID number nowhere but in the form."""

import re
from datetime import timedelta
from html import unescape
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from app.accounts.authorisation import Action
from app.core import clock
from app.core.vocabulary import Role
from app.db.session import transaction
from app.ledger.sequence import sequence
from app.people import csrf
from app.trail.digests import close_hours
from app.trail.schemas import WORKER, Kind
from app.trail.service import record
from tests.api.conftest import LIVE
from tests.api.term import C1, ID_NUMBERS, L1, L2, get
from tests.web.forms import text_of
from tests.web.verified import Held


@pytest.fixture
async def auditor(held: Held) -> httpx.AsyncClient:
    return await held.doors.person(Role.auditor)


async def searched(auditor: httpx.AsyncClient, **form: str) -> httpx.Response:
    return await auditor.post("/audit/person", data={**form, csrf.FIELD: auditor.headers[csrf.HEADER]})


async def test_the_list_is_that_of_the_api(auditor: httpx.AsyncClient) -> None:
    told = (await get(auditor, "/api/v1/trail", action="decision-proofs:read"))["items"]
    page = unescape((await auditor.get("/audit?action=decision-proofs:read")).text)
    assert told
    assert all(each["actor_id"] in page for each in told)
    assert "取得判定证明" in page
    rows = page.partition("<tbody>")[2]
    assert "evidence:bundle" not in rows
    bundles = unescape((await auditor.get("/audit?action=evidence:bundle")).text)
    (link,) = set(re.findall(r'href="/audit\?([^"]*class_group_id=[^"]*)"', bundles))
    assert dict(parse_qsl(link)) == {"platform": "P1", "class_group_id": C1, "learner_id": L1}
    everything = (await get(auditor, f"/api/v1/trail?{link}"))["items"]
    assert "evidence:bundle" in [each["action"] for each in everything]


async def test_who_acts_is_told_by_name_and_login_with_the_id_beside(
    held: Held, auditor: httpx.AsyncClient
) -> None:
    me = await get(auditor, "/api/v1/session")
    assert (await auditor.get("/audit")).status_code == 200
    page = unescape((await auditor.get(f"/audit?actor={me['user_id']}")).text)
    account = await get(auditor, f"/api/v1/users/{me['user_id']}")
    named = f'<a href="/users/{me["user_id"]}">{account["display_name"]}</a> {account["login"]}'
    assert f'{named}<span class="note">{me["user_id"]}</span>' in page
    client_id = (await held.doors.register(LIVE)).client_id
    async with transaction(held.doors.database) as session:
        await record(session, WORKER, Action.manage_clients, {"client_id": client_id}, kind=Kind.change)
    program = unescape((await auditor.get(f"/audit?client_id={client_id}")).text)
    assert f'<a href="/clients/{client_id}">' in program


async def test_values_of_entries_are_in_words(held: Held, auditor: httpx.AsyncClient) -> None:
    async with transaction(held.doors.database) as session:
        for action, subject in (
            (Action.decide_act, {"outcome": "carried_out"}),
            (Action.submit_rights_request, {"request": "correction", "state": "submitted"}),
        ):
            await record(session, WORKER, action, subject, kind=Kind.change)
    told = text_of(await auditor.get("/audit?actor=worker"))
    for words in ("结果 已批准并执行", "申请 更正", "状态 待答复"):
        assert words in told
    for raw in ("carried_out", "correction", "submitted"):
        assert raw not in told


async def test_who_acted_and_for_whom_is_told_in_words(held: Held, auditor: httpx.AsyncClient) -> None:
    operator = await held.doors.person(Role.operator, platform="P1")
    await get(operator, f"/api/v1/compliance/enrollments/P1/{C1}/{L1}")
    page = text_of(await auditor.get("/audit?organisation=platform:P1"))
    assert "平台运营 · 培训平台 P1" in page
    assert "platform:P1" not in page


@pytest.mark.parametrize(
    ("typed", "meant", "shown"),
    [
        ("2026-03-02T09:00", "2026-03-02T09:00:00+08:00", "2026-03-02T09:00"),
        ("2026-03-02", "2026-03-02T00:00:00+08:00", "2026-03-02T00:00"),
    ],
)
async def test_a_moment_without_an_offset_is_of_beijing(
    auditor: httpx.AsyncClient, typed: str, meant: str, shown: str
) -> None:
    answer = await auditor.get("/audit", params={"from": typed, "kind": "read"})
    assert answer.status_code == 303
    assert dict(parse_qsl(urlsplit(answer.headers["location"]).query)) == {"from": meant, "kind": "read"}
    page = await auditor.get(answer.headers["location"])
    assert f'name="from" type="datetime-local" value="{shown}"' in page.text
    assert (await auditor.get("/audit?from=soon")).status_code in {400, 422}


async def test_a_learners_entries_say_what_is_not_among_them(auditor: httpx.AsyncClient) -> None:
    sheet = unescape((await auditor.get(f"/learners/P1/{C1}/{L1}")).text)
    (link,) = re.findall(r'<a href="(/audit\?[^"]*)">谁看过</a>', sheet)
    page = await auditor.get(link)
    assert "按整个班级的查看（班级名单、导出、报告等）和审批记录不在其中" in text_of(page)
    assert '<a href="/audit/person">按身份证号码查' in page.text
    assert 'id="not-here"' not in (await auditor.get("/audit")).text


async def test_what_is_filtered_is_exported(auditor: httpx.AsyncClient) -> None:
    file = await auditor.get("/audit?action=evidence:bundle&format=csv")
    assert file.headers["content-type"].startswith("text/csv")
    rows = file.text.splitlines()[1:]
    assert rows
    assert all("evidence:bundle" in row for row in rows)


async def test_a_person_is_found_by_a_number_that_is_written_nowhere(auditor: httpx.AsyncClient) -> None:
    page = await searched(auditor, id_number=ID_NUMBERS[L1])
    assert page.status_code == 200
    assert "取得判定证明" in page.text
    assert ID_NUMBERS[L1] not in page.text
    assert str(page.url).endswith("/audit/person")
    newest = (await get(auditor, "/api/v1/trail", action="trail:read"))["items"][0]
    assert ID_NUMBERS[L1] not in str(newest)
    assert (
        "没有与此人有关的记录" in (await searched(auditor, id_number=ID_NUMBERS[L2], last="2020-01-01")).text
    )


@pytest.mark.parametrize("form", [{"id_number": "x" * 65}, {"id_number": "11", "first": "soon"}])
async def test_what_cannot_be_read_is_told_beside_the_form(
    auditor: httpx.AsyncClient, form: dict[str, str]
) -> None:
    answer = await searched(auditor, **form)
    assert answer.status_code in {400, 422}
    assert 'role="alert"' in answer.text
    assert 'name="id_number"' in answer.text


async def test_closed_hours_lead_to_their_entries(held: Held, auditor: httpx.AsyncClient) -> None:
    resources = held.app.state.resources
    until = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    assert await close_hours(resources.database, resources.key_ring, until=until)
    await sequence(resources.database)
    (hour, *_), chain = (
        (await get(auditor, "/api/v1/trail/hours"))["items"],
        await get(auditor, "/api/v1/trail/chain"),
    )
    entry = await get(auditor, f"/api/v1/ledger/entries/{hour['ledger_index']}")
    assert (entry["kind"], hour["root"] in entry["envelope"]) == ("access", True)
    assert chain["hours"] >= 1
    page = (await auditor.get("/audit/hours")).text
    assert f'href="/ledger/entries/{hour["ledger_index"]}"' in page
    listed = await get(auditor, "/api/v1/trail/hours", limit=1)
    assert listed["items"] == [hour]


@pytest.mark.parametrize("path", ["/audit", "/audit/person", "/audit/hours"])
async def test_nobody_but_auditors_comes_in(held: Held, path: str) -> None:
    for role in (Role.reviewer, Role.agent, Role.administrator):
        assert (await (await held.doors.person(role)).get(path)).status_code == 403
