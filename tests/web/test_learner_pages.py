"""Learners and their decision sheets: the pages say what the API answers."""

import re
from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.core.vocabulary import Feed, Role
from app.db.models import TrailEntry
from app.db.session import reading
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLOSED,
    ENROLLMENTS,
    ID_NUMBERS,
    L1,
    L2,
    NAMES,
    attendance,
    get,
    push,
    push_term,
    settle,
)
from tests.server import CloneServer
from tests.web.forms import submit

SHEET = f"/learners/P1/{C1}/{L2}"
ENGLISH = {"Accept-Language": "en"}


class Site(NamedTuple):
    app: FastAPI
    doors: Doors
    platform: httpx.AsyncClient
    reviewer: httpx.AsyncClient

    async def entries(self) -> int:
        async with reading(self.doors.database) as session:
            return await session.scalar(select(func.count()).select_from(TrailEntry)) or 0


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Of a closed class group L1 is eligible, L2 is not: a lesson and ten hours are missing."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        platform = await doors.signed_in(LIVE)
        await push_term(platform, **CLOSED)
        await settle(app)
        yield Site(app, doors, platform, await doors.person(Role.reviewer))


async def shown(client: httpx.AsyncClient, path: str, **asked: str) -> str:
    answer = await client.get(path, params=asked or None)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8"), (
        answer.text
    )
    return answer.text


def listed(page: str) -> list[str]:
    return re.findall(rf'href="/learners/P1/{C1}/([^"]+)"', page)


class TestTheList:
    @pytest.mark.parametrize(
        "asked",
        [
            {},
            {"eligibility": "ineligible"},
            {"rule": "attendance-rate", "outcome": "pass"},
            {"learner_id": L1, "district": "440200"},
            {"closed_from": "2026-05-02"},
            {"limit": "1"},
        ],
    )
    async def test_is_that_of_the_api(self, asked: dict[str, str], site: Site) -> None:
        told = await get(site.reviewer, ENROLLMENTS, **asked)
        page = await shown(site.reviewer, "/learners", **asked)
        assert listed(page) == [item["learner_id"] for item in told["items"]]
        assert ('rel="next"' in page) == (told["next_cursor"] is not None)

    async def test_masks_names_and_names_rules_by_their_titles(self, site: Site) -> None:
        page = await shown(site.reviewer, "/learners")
        assert "张**" in page
        assert f'href="/class-groups/P1/{C1}">{CLASS_GROUP["name"]}</a><span class="note">{C1} · ' in page
        assert not any(name in page for name in NAMES.values())
        assert '<span class="bad-text">到课率不低于80%</span>' in page

    async def test_goes_on_behind_a_cursor_and_keeps_its_filters(self, site: Site) -> None:
        first = await shown(site.reviewer, "/learners", limit="1", platform="P1")
        (following,) = re.findall(r'href="([^"]+)" rel="next"', first)
        assert "platform=P1" in following
        assert listed(await shown(site.reviewer, following.replace("&amp;", "&"))) == [L2]

    async def test_takes_a_rule_alone_for_one_that_failed(self, site: Site) -> None:
        answer = await site.reviewer.get("/learners?rule=credited-hours")
        assert answer.headers["location"] == "/learners?rule=credited-hours&outcome=fail"
        answer = await site.reviewer.get("/learners?outcome=fail&platform=P1")
        assert answer.headers["location"] == "/learners?platform=P1"

    async def test_is_exported_as_it_is_filtered(self, site: Site) -> None:
        page = await shown(site.reviewer, "/learners", eligibility="ineligible")
        assert 'href="/learners?eligibility=ineligible&amp;format=csv" hx-boost="false"' in page
        answer = await site.reviewer.get("/learners?eligibility=ineligible&format=csv")
        assert answer.headers["content-type"].startswith("text/csv")
        assert L2 in answer.text
        assert L1 not in answer.text


class TestTheSheet:
    async def test_begins_with_the_verdict_and_what_can_be_done(self, site: Site) -> None:
        page = await shown(site.reviewer, SHEET)
        assert '<p class="verdict bad">=**（L0002）不符合补贴资格，未达到：「到课率不低于80%」' in page
        told = await get(site.reviewer, f"{ENROLLMENTS}/P1/{C1}/{L2}")
        failed = [
            rule for rule in told["rules"] if rule["outcome"] == "fail" and rule["severity"] == "blocking"
        ]
        after = page[page.index("还能做什么") :]
        assert all(after.index(rule["advice"]["text"]["zh"]) < after.index("逐条规则") for rule in failed)

    async def test_tells_each_rule_by_value_threshold_shortfall_and_clause(self, site: Site) -> None:
        page = await shown(site.reviewer, SHEET)
        for words in (
            "66.67%（2/3）",
            "不低于80%",
            "还差 1 个课次",
            "26.6667学时",
            "还差 13.34 学时（10 小时 0 分钟）",
        ):
            assert words in page
        told = await get(site.reviewer, f"{ENROLLMENTS}/P1/{C1}/{L2}")
        for rule in told["rules"]:
            assert rule["clause"] in page
            assert rule["words"] is None or rule["words"] in page
        for lesson in told["evidence"]["lessons"]:
            assert lesson["attendance_reason"]["text"] in page
        titles = {lesson["lesson_id"]: lesson["title"] for lesson in told["evidence"]["lessons"]}
        for question in told["evidence"]["questions"]:
            assert f"<li>{titles[question['lesson_id']]} · {question['question_id']} " in page
        assert told["policy"]["content_hash"] in page
        assert told["decision"]["decision_id"] in page

    async def test_says_so_of_who_is_eligible_and_in_english(self, site: Site) -> None:
        page = await shown(site.reviewer, f"/learners/P1/{C1}/{L1}")
        assert '<p class="verdict good">张**（L0001）符合补贴资格' in page
        answer = await site.reviewer.get(f"/learners/P1/{C1}/{L1}", headers=ENGLISH)
        assert "张** (L0001) is eligible" in answer.text

    async def test_of_a_closed_class_group_leads_who_may_to_a_waiver_and_asks_for_no_more_lessons(
        self, site: Site
    ) -> None:
        findings = (await get(site.reviewer, "/api/v1/findings", state="open", learner_id=L2))["items"]
        page, of_clerk = (
            await shown(site.reviewer, SHEET),
            await shown(await site.doors.person(Role.clerk), SHEET),
        )
        assert {each["rule"] for each in findings} >= {"attendance-rate", "credited-hours"}
        for each in findings:
            assert f'可提请豁免：<a href="/findings/{each["finding_id"]}">' in page
            of_finding = await shown(site.reviewer, f"/findings/{each['finding_id']}")
            assert "班级已结班；漏报、错报的数据由培训平台补报" in of_finding
            assert each["told"]["zh"] in of_finding
            assert "在培训期内补足" not in of_finding
        assert "可提请豁免：" not in of_clerk
        assert "补救：" not in page
        assert "不能再补学" in page

    async def test_ends_its_lessons_with_what_they_add_up_to(self, site: Site) -> None:
        assert "合计 20:00 = 26.6667 学时（每学时 45 分钟）" in await shown(site.reviewer, SHEET)
        answer = await site.reviewer.get(SHEET, headers=ENGLISH)
        assert "Together 20:00 = 26.6667 credited hours of 45 minutes each" in answer.text

    async def test_leaves_one_entry_in_the_trail(self, site: Site) -> None:
        before = await site.entries()
        await shown(site.reviewer, SHEET)
        assert await site.entries() - before == 1

    async def test_is_not_there_for_others(self, site: Site) -> None:
        elsewhere = await site.doors.person(Role.clerk, districts=("4403",))
        other_platform = await site.doors.person(Role.operator, platform="P2")
        for client in (elsewhere, other_platform):
            answer = await client.get(SHEET)
            assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")
        assert (await site.reviewer.get(f"/learners/P1/{C1}/L9999")).status_code == 404

    async def test_shows_no_money_to_platforms_and_no_reveal_to_clerks(self, site: Site) -> None:
        assert "补贴金额" not in await shown(await site.doors.person(Role.operator), SHEET)
        assert "/learners/reveal" not in await shown(await site.doors.person(Role.clerk), SHEET)
        assert "/learners/reveal" in await shown(site.reviewer, SHEET)


OF_L2 = {"platform": "P1", "class_group_id": C1, "learner_id": L2}
WHY = {"purpose": "complaint", "reason": "核对投诉所指的学员身份", "case_reference": ""}


class TestARevealOfPersonalData:
    async def test_shows_what_is_asked_for_once(self, site: Site) -> None:
        before = await site.entries()
        answer = await submit(site.reviewer, "/learners/reveal", **OF_L2, **WHY, fields=["name", "id_number"])
        assert answer.status_code == 200
        assert "=李四" in answer.text
        assert ID_NUMBERS[L2] in answer.text
        assert answer.headers["cache-control"] == "no-store"
        assert await site.entries() - before == 1

    @pytest.mark.parametrize(
        ("missing", "named"), [("purpose", "用途"), ("reason", "理由"), ("fields", "字段")]
    )
    async def test_asks_for_all_of_it(self, missing: str, named: str, site: Site) -> None:
        form = {**OF_L2, **WHY, "fields": "name"}
        answer = await submit(site.reviewer, "/learners/reveal", **{**form, missing: ""})
        assert (answer.status_code, "=李四" in answer.text) == (422, False)
        assert f"<li>{named}：" in answer.text

    async def test_is_for_those_who_may(self, site: Site) -> None:
        clerk = await site.doors.person(Role.clerk)
        answer = await submit(clerk, "/learners/reveal", **OF_L2, **WHY, fields="name")
        assert answer.status_code == 403


async def test_a_sheet_says_when_records_have_arrived_since(site: Site) -> None:
    """The last test of the module: it changes the term, by half a lesson."""
    half = {**attendance(L2, 3), "signed_out_at": "2026-03-04T12:59:30+08:00"}
    await push(site.platform, Feed.attendance, half)
    page = await shown(site.reviewer, SHEET)
    assert "评定之后又有记录到达" in page
    assert page.count("没有记录</span>") == 1
    assert "其余 5:01 没有记录" in page
    assert "<strong>合计 24:59</strong>" in page, "which was not assessed in credited hours yet"
