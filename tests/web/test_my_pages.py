"""A learner's own pages: what counted and what is missing, who looked, corrections and objections."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import httpx
import pytest
from fastapi import FastAPI

from app.core.vocabulary import Role
from app.web.my import RequestIncomplete, claim
from tests.api.conftest import LIVE, Doors, opened_doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    CLOSED,
    ID_NUMBERS,
    L1,
    L2,
    NAMES,
    decision_of,
    get,
    push_term,
    settle,
)
from tests.server import CloneServer
from tests.web.forms import submit, text_of

SHEET = f"/my/record/P1/{C1}/{L2}"
OF_L2 = {"platform": "P1", "class_group_id": C1, "learner_id": L2}


class Site(NamedTuple):
    doors: Doors
    app: FastAPI
    learner: httpx.AsyncClient
    """L2, who has missed a lesson."""


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Site]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, doors):
        await push_term(await doors.signed_in(LIVE), **CLOSED)
        await settle(app)
        person_key = app.state.resources.key_ring.person_key(ID_NUMBERS[L2])
        yield Site(doors, app, await doors.person(Role.learner, person_key=person_key))


async def test_the_first_page_names_ones_training_and_no_other(site: Site) -> None:
    assert (await site.learner.get("/")).headers["location"] == "/my/record"
    page = text_of(await site.learner.get("/my/record"))
    assert CLASS_GROUP["name"] in page
    assert "66.67 %" in page
    assert "26.66 / 40 学时" in page
    assert "不符合补贴资格" in page
    assert L1 not in page


async def test_the_sheet_says_what_counted_and_what_is_missing(site: Site) -> None:
    sheet = await get(site.learner, f"/api/v1/me/enrollments/P1/{C1}/{L2}")
    page = text_of(await site.learner.get(SHEET))
    assert NAMES[L2] in page
    for rule in sheet["rules"]:
        assert rule["title"]["zh"] in page
        if rule["advice"]:
            assert rule["advice"]["text"]["zh"] in page
    for lesson in sheet["evidence"]["lessons"]:
        assert lesson["title"] in page
        assert lesson["attendance_reason"]["text"] in page
    titles = {lesson["lesson_id"]: lesson["title"] for lesson in sheet["evidence"]["lessons"]}
    questions = sheet["evidence"]["questions"]
    assert questions
    for question in questions:
        assert f"{titles[question['lesson_id']]} · {question['question_id']}" in page


async def test_the_sheet_says_when_each_lesson_was_and_who_receives_what_is_sent(site: Site) -> None:
    page = text_of(await site.learner.get(SHEET))
    assert "2026-03-02 · 计入 10:00 / 10:00" in page
    assert "合计 20:00 = 26.6667 学时（每学时 45 分钟）" in page
    assert "如果认为记录有误，可在下面“逐课次”中打开该课次，申请更正。" in page
    assert page.count("将发给培训平台 P1，") == 3
    assert page.count("将发给监管部门，") == 1


async def test_nobody_elses_sheet_is_there(site: Site) -> None:
    answer = await site.learner.get(SHEET.replace(L2, L1))
    assert (answer.status_code, answer.headers["content-type"]) == (404, "text/html; charset=utf-8")


async def test_a_correction_is_asked_for_and_withdrawn(site: Site) -> None:
    why = "当日全程在线，有截图为证。"
    wanted = {**OF_L2, "feed": "attendance", "lesson_id": "S3", "reason": why}
    assert (await submit(site.learner, "/my/corrections", **wanted)).headers["location"] == "/my/requests"
    (request,) = (await get(site.learner, "/api/v1/me/requests"))["items"]
    assert (request["record_key"], request["statement"]) == ({"lesson_id": "S3"}, why)
    assert why in text_of(await site.learner.get("/my/requests"))
    await submit(site.learner, "/my/requests/withdraw", request_id=request["request_id"])
    assert (await get(site.learner, "/api/v1/me/requests"))["items"][0]["state"] == "withdrawn"


async def test_a_decision_is_objected_to(site: Site) -> None:
    decision_id = await decision_of(site.doors.database, L2)
    wanted = {**OF_L2, "decision_id": decision_id, "reason": "考试成绩漏记。"}
    assert (await submit(site.learner, "/my/objections", **wanted)).status_code == 303
    assert (await get(site.learner, "/api/v1/me/requests"))["items"][0]["decision_id"] == decision_id


@pytest.mark.parametrize("path", ["/my/corrections", "/my/objections", "/my/requests/withdraw"])
async def test_what_is_incomplete_is_told_on_a_page(site: Site, path: str) -> None:
    answer = await submit(site.learner, path, **OF_L2, reason="?")
    assert (answer.status_code, "至少 4 个字" in text_of(answer)) == (422, True)


async def test_who_has_looked_is_told_by_organisation_and_deed(site: Site) -> None:
    reviewer = await site.doors.person(Role.reviewer)
    await get(reviewer, f"/api/v1/compliance/enrollments/P1/{C1}/{L2}")
    page = text_of(await site.learner.get("/my/accesses"))
    assert "查看学习与评定情况" in page
    assert "审核" in page
    assert "reviewer" not in page


async def test_everything_known_is_a_file(site: Site) -> None:
    answer = await site.learner.get("/my/export")
    assert answer.headers["content-disposition"].startswith("attachment")
    assert ID_NUMBERS[L2] in answer.text


def test_a_claim_without_a_reason_is_none() -> None:
    with pytest.raises(RequestIncomplete):
        claim({**OF_L2, "feed": "attendance"})
