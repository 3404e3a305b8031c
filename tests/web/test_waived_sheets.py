"""A sheet tells what was waived apart from what bars: in the console, to the learner, and on paper."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest

from app.core.vocabulary import Role
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import C1, CLOSED, ENROLLMENTS, ID_NUMBERS, L2, get, push_term, settle
from tests.server import CloneServer
from tests.web.forms import text_of

SHEET = f"/learners/P1/{C1}/{L2}"
REASON = "3月4日该地停电，供电公司已出具证明"
BY_WAIVER = "因豁免符合补贴资格：「到课率不低于80%」「学时不少于40」未达到，已豁免。"
ENGLISH = {"Accept-Language": "en"}


class Site(NamedTuple):
    doors: Doors
    reviewer: httpx.AsyncClient
    learner: httpx.AsyncClient
    findings: list[str]


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    """Whatever L2 did not reach is waived."""
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        reviewer, approver = await doors.person(Role.reviewer), await doors.person(Role.approver)
        open_ones = (await get(reviewer, "/api/v1/findings", state="open"))["items"]
        found = [item["finding_id"] for item in open_ones]
        for finding_id in found:
            wanted = {"act": "finding:waive", "arguments": {"finding_id": finding_id}, "reason": REASON}
            proposed = (await reviewer.post("/api/v1/approvals", json=wanted)).json()
            await approver.post(f"/api/v1/approvals/{proposed['proposal_id']}/approve")
        await settle(app)
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[L2])
        learner = await doors.person(Role.learner, person_key=person_key)
        yield Site(doors, reviewer, learner, found)


async def test_the_console_says_by_what_waiver_and_asks_for_nothing_more(site: Site) -> None:
    answer = await site.reviewer.get(SHEET)
    page = text_of(answer)
    assert BY_WAIVER in page
    assert "未通过但已豁免：「到课率不低于80%」「学时不少于40」" in page
    assert "没有未达标的规则" not in page
    assert "还差" not in page
    assert "补救：" not in page
    assert REASON in page
    assert all(f'href="/findings/{each}"' in answer.text for each in site.findings)
    english = text_of(await site.reviewer.get(SHEET, headers=ENGLISH))
    assert "is eligible by a waiver: " in english


async def test_the_learner_is_told_the_same(site: Site) -> None:
    page = text_of(await site.learner.get(f"/my/record/P1/{C1}/{L2}"))
    assert BY_WAIVER in page
    assert "全部要求均已达到" not in page
    assert "还差" not in page
    english = text_of(await site.learner.get(f"/my/record/P1/{C1}/{L2}", headers=ENGLISH))
    assert "You are eligible by a waiver: " in english


async def test_so_does_the_paper_with_nothing_that_failed(site: Site) -> None:
    paper = text_of(await site.reviewer.get(f"{ENROLLMENTS}/P1/{C1}/{L2}/sheet"))
    assert "因豁免符合补贴资格" in paper
    assert "「到课率不低于80%」「学时不少于40」未达到，已豁免。" in paper
    assert "不通过·已豁免" in paper
    assert "未通过：" not in paper
    assert "还差" not in paper


async def test_a_finding_that_was_waived_says_why_and_asks_for_nothing(site: Site) -> None:
    page = text_of(await site.reviewer.get(f"/findings/{site.findings[0]}"))
    assert REASON in page
    assert "怎样补救" not in page
