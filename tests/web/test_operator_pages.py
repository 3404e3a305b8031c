"""Pages of a platform's operator: what the API answers, and no more than the role may see."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed, Role
from tests.api.conftest import LIVE, VOD, Doors, opened_doors
from tests.api.term import ID_NUMBERS, L1, NAMES, attendance, enrollment, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import text_of


class Site(NamedTuple):
    doors: Doors
    app: FastAPI
    program: httpx.AsyncClient
    operator: httpx.AsyncClient
    batch_id: str
    """Of three records of attendance, of which two are wrong in the same place."""
    roster_id: str
    """Of a record with an ID number that is none."""


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        program = await doors.signed_in(LIVE)
        await push_term(program)
        wrong = [{**attendance(L1, number), "status": "asleep"} for number in (1, 2)]
        waits = {**attendance(L1, 3), "lesson_id": "S9"}
        batch = (await program.post("/api/v1/feeds/attendance", json=[*wrong, waits])).json()
        nobody = enrollment(L1, id_number=ID_NUMBERS[L1][:-1] + "X", revision=1)
        roster = (await program.post("/api/v1/feeds/enrollments", json=[nobody])).json()
        await settle(app)
        operator = await doors.person(Role.operator)
        yield Site(doors, app, program, operator, batch["batch_id"], roster["batch_id"])


async def test_the_first_page_says_what_to_do_next(site: Site) -> None:
    assert (await site.operator.get("/")).headers["location"] == "/feeds"
    page = text_of(await site.operator.get("/feeds"))
    assert "2 个数据集需要处理，最紧要的列在最前。" in page
    assert "最近批次有 2 条被拒" in page
    assert page.index("最近批次有 2 条被拒") < page.index("正常，无需处理")
    (told,) = (await get(site.operator, "/api/v1/data-quality/freshness"))["items"]
    rejected = sum(feed["rejected"] for feed in told["feeds"])
    assert f"近 7 天拒绝 i 同一范围内不合规则、未保存的记录；修正后重新发送即可。 {rejected} 条" in page


async def test_what_is_wrong_most_is_told_with_its_remedy(site: Site) -> None:
    causes = (await get(site.operator, "/api/v1/rejection-causes"))["items"]
    page = text_of(await site.operator.get("/batches?tab=causes"))
    for cause in causes:
        assert cause["message"] in page
    assert [cause["records"] for cause in causes] == [2, 1]
    assert "考勤状态 /status 2" in page
    narrowed = text_of(await site.operator.get("/batches?tab=causes&feed=enrollments"))
    assert "/status" not in narrowed


async def test_batches_are_listed_as_the_api_has_them_and_exported(site: Site) -> None:
    asked = "/batches?feed=attendance&rejected=true"
    found = await get(site.operator, "/api/v1/batches", feed="attendance", rejected="true")
    (item,) = found["items"]
    page = await site.operator.get(asked)
    assert f"/batches/{item['batch_id']}" in page.text
    assert page.text.count('href="/batches/') == 1
    file = await site.operator.get(f"{asked}&format=csv")
    assert file.headers["content-disposition"].startswith("attachment")
    assert site.batch_id in file.text


async def test_a_receipt_says_what_became_of_it_and_where_it_is_proved(site: Site) -> None:
    receipt = await get(site.operator, f"/api/v1/batches/{site.batch_id}")
    page = await site.operator.get(f"/batches/{site.batch_id}")
    assert "收到 3 条：1 条已接受，2 条被拒绝，需修正后重发。" in text_of(page)
    assert f"/ledger/entries/{receipt['ledger']['index']}" in page.text
    assert receipt["ledger"]["leaf_hash"] in page.text
    assert receipt["rejections"][0]["errors"][0]["message"] in text_of(page)
    assert f"{receipt['rejections_url']}?format=csv" in page.text


async def test_originals_are_not_shown_to_an_operator(site: Site) -> None:
    page = await site.operator.get(f"/batches/{site.roster_id}")
    assert "身份证号码" in text_of(page)
    for secret in (NAMES[L1], ID_NUMBERS[L1][:-1]):
        assert secret not in page.text
    program = await site.program.get(f"/api/v1/batches/{site.roster_id}/rejections?format=ndjson")
    assert NAMES[L1] in program.text


async def test_somebody_elses_batch_is_not_there(site: Site) -> None:
    other = await site.doors.person(Role.operator, platform="P2")
    answer = await other.get(f"/batches/{site.batch_id}")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert site.batch_id not in (await other.get("/batches?platform=P1")).text
    assert "还没有上报过数据" in text_of(await other.get("/feeds?platform=P1"))


async def test_an_official_sees_a_platform_that_it_names(site: Site) -> None:
    await site.doors.register(VOD)
    clerk = await site.doors.person(Role.clerk)
    assert (await clerk.get("/feeds")).headers["location"] == "/platforms"
    assert "2 个数据集需要处理" in text_of(await clerk.get("/feeds?platform=P1"))
    page = text_of(await clerk.get(f"/batches/{site.batch_id}"))
    assert "修正并重新发送" not in page


async def test_a_batch_that_is_all_good_is_told_so(site: Site) -> None:
    again = (await site.program.post("/api/v1/feeds/projects", json=[EXAMPLES[Feed.projects]])).json()
    page = text_of(await site.operator.get(f"/batches/{again['batch_id']}"))
    assert "收到 1 条：1 条与已有记录相同，未重复保存。" in page
