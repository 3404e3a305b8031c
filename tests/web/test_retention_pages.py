"""Pages about retention say what the API says; holds are placed at once, the rest is for two persons."""

import html
from collections.abc import AsyncIterator

import httpx
import pytest

from app.core.vocabulary import Role
from app.people import csrf
from tests.api.conftest import Doors, opened_doors
from tests.api.term import get
from tests.retention.past import C1, KEPT_UNTIL, furnish
from tests.server import CloneServer

PLACE = f"/retention/{C1.platform}/{C1.class_group_id}"
HOLD = {"about": "class_group", **C1._asdict(), "reason": "审计抽查，案号 17"}


@pytest.fixture(scope="module")
async def doors(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Doors]:
    """A class group whose term is over."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("retention")) as (app, doors):
        await furnish(app)
        yield doors


@pytest.fixture(scope="module")
async def reviewer(doors: Doors) -> httpx.AsyncClient:
    return await doors.person(Role.reviewer)


async def shown(person: httpx.AsyncClient, path: str, status: int = 200) -> str:
    answer = await person.get(path, headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == status, answer.text
    return html.unescape(answer.text)


async def sent(person: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    form = {**fields, csrf.FIELD: person.headers[csrf.HEADER]}
    return await person.post(path, data=form, headers={"Accept-Language": "zh-CN"})


async def test_what_is_due_is_listed_as_the_api_lists_it(reviewer: httpx.AsyncClient) -> None:
    (item,) = (await get(reviewer, "/api/v1/retention/due"))["items"]
    page = await shown(reviewer, "/retention")
    assert (
        f'href="{PLACE}">{item["class_group_name"]}</a><span class="note">{C1.class_group_id}</span>' in page
    )
    assert item["kept_until"] in page
    assert "可处置" in page
    assert "没有期限已满的班级" in await shown(reviewer, "/retention?platform=nobody")


async def test_a_class_group_says_until_when_and_by_which_clauses(reviewer: httpx.AsyncClient) -> None:
    told = await get(reviewer, f"/api/v1{PLACE}")
    page = await shown(reviewer, PLACE)
    assert KEPT_UNTIL.isoformat() in page
    clauses = {term["clause"] for each in told["objects"] for term in each["terms"]}
    assert clauses
    assert all(clause in page for clause in clauses)
    assert all(each["title"]["zh"] in page for each in told["terms"])
    assert "永久删除" in page


async def test_it_is_for_officials_of_its_districts(doors: Doors) -> None:
    elsewhere = await doors.person(Role.reviewer, districts=("44",))
    assert C1.class_group_id not in (await shown(elsewhere, "/retention")).partition("<main")[2]
    await shown(elsewhere, PLACE, 404)
    await shown(await doors.person(Role.operator, platform=C1.platform), "/retention", 403)
    auditor = await shown(await doors.person(Role.auditor), PLACE)
    assert "/retention/proposals" not in auditor
    assert 'action="/retention/holds"' not in auditor


async def test_a_hold_of_nothing_is_told_beside_the_form(reviewer: httpx.AsyncClient) -> None:
    answer = await sent(reviewer, "/retention/holds", **HOLD | {"class_group_id": "none"})
    assert answer.status_code == 404
    assert "冻结对象不存在" in answer.text
    assert "审计抽查" in answer.text
    answer = await sent(reviewer, "/retention/holds", **HOLD | {"reason": " "})
    assert answer.status_code == 422
    assert (await get(reviewer, "/api/v1/legal-holds"))["items"] == []


async def test_a_hold_is_placed_by_one_and_lifted_by_two(doors: Doors, reviewer: httpx.AsyncClient) -> None:
    placed = await sent(reviewer, "/retention/holds", **HOLD)
    assert (placed.status_code, placed.headers["location"]) == (303, PLACE)
    (hold,) = (await get(reviewer, "/api/v1/legal-holds"))["items"]
    page = await shown(reviewer, PLACE)
    assert "冻结中，不得处置" in page
    assert "永久删除" not in page
    assert HOLD["reason"] in await shown(reviewer, "/retention/holds?standing=true")
    lifting = {"act": "hold:lift", "hold_id": hold["hold_id"], "reason": "审计完毕"}
    proposed = await sent(reviewer, "/retention/proposals", **lifting)
    assert proposed.status_code == 303
    proposal_id = proposed.headers["location"].removeprefix("/desk#")
    assert "冻结中，不得处置" in await shown(reviewer, PLACE)
    approver = await doors.person(Role.approver)
    assert (await sent(approver, "/desk/approve", proposal_id=proposal_id)).status_code == 303
    assert "可处置" in await shown(reviewer, PLACE)
    assert "已解除" in await shown(reviewer, "/retention/holds")


async def test_a_disposal_waits_for_a_second_person_and_is_listed(
    doors: Doors, reviewer: httpx.AsyncClient
) -> None:
    wanted = {"act": "retention:dispose", **C1._asdict(), "reason": "保存期限已满"}
    assert (await sent(reviewer, "/retention/proposals", **wanted | {"reason": ""})).status_code == 422
    proposed = await sent(reviewer, "/retention/proposals", **wanted)
    proposal_id = proposed.headers["location"].removeprefix("/desk#")
    alone = await sent(reviewer, "/desk/approve", proposal_id=proposal_id)
    assert alone.status_code == 403
    assert "尚未处置任何班级" in await shown(reviewer, "/retention/disposals")
    approver = await doors.person(Role.approver)
    assert (await sent(approver, "/desk/approve", proposal_id=proposal_id)).status_code == 303
    (gone,) = (await get(reviewer, "/api/v1/disposals"))["items"]
    assert gone["document_hash"] in await shown(reviewer, "/retention/disposals")
    assert "已处置" in await shown(reviewer, PLACE)
