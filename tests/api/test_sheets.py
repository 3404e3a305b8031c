"""The decision sheet: what it quotes, what it advises, and how it is printed and for whom."""

import io
import re
from typing import Any

import httpx
import pypdf
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.api.deps import Resources
from app.core.vocabulary import Feed
from app.db.models import AssessmentRun, Decision, TrailEntry
from app.db.session import Database, reading
from app.rules.loader import load_packs
from tests.api.term import (
    C1,
    CLOSED,
    ENROLLMENTS,
    L1,
    L2,
    USCC,
    attendance,
    get,
    lesson,
    push,
    push_term,
    refused,
    settle,
)

SHEET = f"{ENROLLMENTS}/P1/{C1}/{L2}"
OF_ENTERPRISE = f"/api/v1/eligibility/class-groups/P1/{C1}/learners/{L2}/sheet"
STANDARD = load_packs().versions("standard")[-1]


async def rule(client: httpx.AsyncClient, code: str) -> dict[str, Any]:
    rules: list[dict[str, Any]] = (await get(client, SHEET))["rules"]
    return next(each for each in rules if each["code"] == code)


def words(content: bytes) -> str:
    reader = pypdf.PdfReader(io.BytesIO(content))
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.usefixtures("closed")
class TestSheet:
    async def test_quotes_the_clause_and_says_what_the_figures_are(
        self, regulator: httpx.AsyncClient
    ) -> None:
        told = await rule(regulator, "attendance-rate")
        known = STANDARD.rule("attendance-rate")
        assert told["title"] == known.title._asdict()
        assert (told["clause"], told["words"]) == (
            known.comparison.threshold.clause,
            known.comparison.threshold.words,
        )
        assert (told["fact"], told["unit"], told["operator"]) == ("attendance_rate", "share", "at_least")
        assert (told["observed"], told["threshold"]) == (0.6667, 0.8)
        assert (told["shortfall"], told["shortfall_unit"]) == (1, "lessons")
        assert told["requirements"] == list(known.requirements)
        assert told["evidence"] == ["lessons"]

    async def test_says_of_hours_that_their_shortfall_is_in_seconds(
        self, regulator: httpx.AsyncClient
    ) -> None:
        told = await rule(regulator, "credited-hours")
        assert (told["unit"], told["shortfall"], told["shortfall_unit"]) == ("hours", 36000, "seconds")

    async def test_advises_what_is_left_once_the_class_group_is_closed(
        self, regulator: httpx.AsyncClient
    ) -> None:
        advice = (await rule(regulator, "credited-hours"))["advice"]
        assert (advice["way"], advice["amount"], advice["is_reachable"]) == ("correct", 36000, None)
        assert advice["text"]["zh"].startswith("现为26.6667学时，还差 13.34 学时（600 分钟）。班级已结班")
        assert (await rule(regulator, "answer-accuracy"))["advice"] is None

    async def test_names_the_policy_and_the_decision_with_all_it_rests_on(
        self, app: FastAPI, regulator: httpx.AsyncClient
    ) -> None:
        told = await get(regulator, SHEET)
        resources: Resources = app.state.resources
        async with reading(resources.database) as session:
            decision = (await session.scalars(select(Decision).where(Decision.learner_id == L2))).one()
            run = (await session.scalars(select(AssessmentRun))).one()
        assert told["policy"]["content_hash"] == STANDARD.content_hash.hex() == run.policy_hash.hex()
        assert told["policy"]["is_quoted"] is True
        assert told["policy"]["title"] == STANDARD.title._asdict()
        assert told["decision"]["decision_id"] == str(decision.decision_id)
        assert told["decision"]["run_id"] == str(run.run_id)
        assert told["decision"]["batch_ids"] == [str(batch_id) for batch_id in run.batch_ids]
        assert told["decision"]["ledger_size"] == told["ledger_size"] == run.ledger_size
        assert told["is_up_to_date"] is True


async def test_money_is_told_to_whoever_pays_and_not_to_platforms(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    await push_term(platform, programme="sg-onjob-2020", **CLOSED)
    await settle(app)
    told = await get(regulator, f"{ENROLLMENTS}/P1/{C1}/{L1}")
    assert told["subsidy_fen"] is not None
    assert told["subsidy"]["fen_per_hour"] == 3000
    page = (await regulator.get(f"{ENROLLMENTS}/P1/{C1}/{L1}/sheet")).text
    assert "整学时 × 30.00 元；年度上限 1,000.00 元，此前已核定 0.00 元" in page
    of_platform = await get(platform, f"{ENROLLMENTS}/P1/{C1}/{L1}")
    assert (of_platform["subsidy_fen"], of_platform["subsidy"]) == (None, None)
    assert "补贴金额" not in (await platform.get(f"{ENROLLMENTS}/P1/{C1}/{L1}/sheet")).text


@pytest.mark.usefixtures("running")
class TestWhileItRuns:
    async def test_it_tells_the_shortest_way_and_nothing_is_decided(
        self, app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        """Two of three attended, five more to come: 7 of 8 would be too many, 80 % are 7."""
        later = {"starts_at": "2099-03-02T08:00:00+08:00", "ends_at": "2099-03-02T18:00:00+08:00"}
        await push(platform, Feed.lessons, *({**lesson(1), "lesson_id": f"T{n}"} | later for n in range(5)))
        await settle(app)
        told = await get(regulator, SHEET)
        assert told["decision"] is None
        assert told["policy"]["content_hash"] == STANDARD.content_hash.hex()
        advice = (await rule(regulator, "attendance-rate"))["advice"]
        assert (advice["way"], advice["amount"], advice["available"]) == ("attend", 5, 5)
        assert advice["is_reachable"] is True
        assert advice["text"]["zh"] == "再到课 5 次（尚有 5 个必修课次未到期）。"
        hours = (await rule(regulator, "credited-hours"))["advice"]
        assert (hours["way"], hours["amount"], hours["available"]) == ("study", 36000, 180000)

    async def test_what_has_arrived_since_changes_the_advice_and_is_told(
        self, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        told = await get(regulator, SHEET)
        assert told["is_up_to_date"] is False
        assert (await rule(regulator, "credited-hours"))["advice"] is None

    async def test_an_enterprise_waits_for_the_end(self, enterprise: httpx.AsyncClient) -> None:
        assert await refused(enterprise, OF_ENTERPRISE) == (409, "not_final")


@pytest.mark.usefixtures("closed")
class TestPrinted:
    @pytest.mark.parametrize(
        ("asked", "accept", "media_type"),
        [
            ({}, "text/html", "text/html; charset=utf-8"),
            ({}, "*/*", "text/html; charset=utf-8"),
            ({}, "application/pdf", "application/pdf"),
            ({"format": "pdf"}, "text/html", "application/pdf"),
            ({"format": "html"}, "application/pdf", "text/html; charset=utf-8"),
        ],
    )
    async def test_in_the_form_that_is_asked_for(
        self, regulator: httpx.AsyncClient, asked: dict[str, str], accept: str, media_type: str
    ) -> None:
        answer = await regulator.get(f"{SHEET}/sheet", params=asked, headers={"Accept": accept})
        assert (answer.status_code, answer.headers["content-type"]) == (200, media_type)
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-disposition"].startswith('inline; filename="decision-sheet-P1-')
        assert "script-src" not in answer.headers["content-security-policy"]
        assert "default-src 'none'" in answer.headers["content-security-policy"]

    async def test_it_says_what_the_answer_says(self, regulator: httpx.AsyncClient) -> None:
        told = await get(regulator, SHEET)
        page = (await regulator.get(f"{SHEET}/sheet")).text
        paper = words((await regulator.get(f"{SHEET}/sheet?format=pdf")).content)
        quoted = [
            *("不符合补贴资格", USCC, C1, "66.67%（2 ÷ 3）", "不低于80%", told["policy"]["content_hash"]),
            *(told["decision"]["decision_id"], *told["decision"]["batch_ids"]),
            *(text for each in told["rules"] for text in (each["code"], each["clause"], each["words"])),
            *(each["advice"]["text"]["zh"] for each in told["rules"] if each["advice"]),
            *("第1课", "10:00:00", "没有考勤记录", "考勤签到签退"),
        ]
        for text in quoted:
            assert text in page
            assert text.replace(" ", "") in paper

    async def test_it_bears_who_printed_it_and_leaves_an_entry(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        paper = words((await regulator.get(f"{SHEET}/sheet?format=pdf")).content)
        async with reading(database) as session:
            entry = (await session.scalars(select(TrailEntry).order_by(TrailEntry.entry_id.desc()))).first()
        assert entry is not None
        assert entry.subject == {
            "platform": "P1",
            "class_group_id": C1,
            "learner_id": L2,
            "export": "decision-sheet.pdf",
        }
        assert f"由{entry.actor_id}于" in paper
        assert str(entry.entry_id) in paper

    async def test_names_are_masked_but_to_the_enterprise(
        self, regulator: httpx.AsyncClient, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        own = OF_ENTERPRISE.replace(L2, L1)
        for client in (regulator, platform):
            page = (await client.get(f"{ENROLLMENTS}/P1/{C1}/{L1}/sheet")).text
            assert "张**" in page
            assert "张三丰" not in page
        assert "张三丰" in (await enterprise.get(own)).text
        assert "张三丰" in words((await enterprise.get(own, params={"format": "pdf"})).content)
        assert "张**" in (await regulator.get(own)).text

    async def test_others_find_nothing_and_unknown_forms_are_named(
        self, other_platform: httpx.AsyncClient, enterprise: httpx.AsyncClient, regulator: httpx.AsyncClient
    ) -> None:
        assert await refused(other_platform, f"{SHEET}/sheet") == (404, "not_found")
        assert await refused(enterprise, f"{SHEET}/sheet") == (403, "forbidden")
        assert await refused(enterprise, OF_ENTERPRISE.replace(L2, "nobody")) == (404, "not_found")
        assert (await refused(regulator, f"{SHEET}/sheet", format="docx"))[0] == 422

    async def test_only_a_few_are_made_at_once(self, app: FastAPI, regulator: httpx.AsyncClient) -> None:
        resources: Resources = app.state.resources
        with resources.exporting.turn(), resources.exporting.turn(), resources.exporting.turn():
            assert await refused(regulator, f"{SHEET}/sheet") == (503, "exports_busy")


async def test_each_pack_has_its_text_on_the_sheet(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    """Authority, document, checklist and requirements of the programme of the class group."""
    version = load_packs().versions("qhd-online-2020")[-1]
    await push_term(platform, programme=version.programme, **CLOSED)
    await settle(app)
    told = await get(regulator, SHEET)
    assert version.provisions.source is not None
    assert told["policy"]["document"]["number"] == version.provisions.source.number
    assert told["checklist"]
    assert {each["about"] for each in told["checklist"]}.isdisjoint({"platform"})
    assert all(each["title"]["zh"] and each["title"]["en"] for each in told["rules"])
    assert all(each["requirements"] for each in told["rules"])
    owed = {"fail", "missing"}
    assert all(each["advice"] for each in told["rules"] if each["outcome"] in owed)
    quiz = await rule(regulator, "PRJ_05-quiz")
    assert (quiz["outcome"], quiz["subject"], quiz["places"]) == ("fail", "lesson", ["S2", "S3"])
    assert quiz["advice"]["text"]["zh"].endswith("漏报、错报的数据由培训平台补报或更正后自动重新评定。")
    page = (await regulator.get(f"{SHEET}/sheet")).text
    assert "S2、S3" in page
    assert version.provisions.source.title in page
    assert told["checklist"][0]["words"] in page
