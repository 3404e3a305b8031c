"""`GET /api/v1/enterprises/{uscc}/eligibility-report`, through the door."""

import asyncio
import csv
import io
from datetime import datetime, timedelta

import httpx
import openpyxl
import pytest
from fastapi import FastAPI
from sqlalchemy import func, select

from app.accounts.schemas import Registration
from app.core import clock
from app.core.vocabulary import Feed, Role
from app.db.models import EligibilityReport, TrailEntry
from app.db.session import Database, reading
from tests.api.conftest import DISTRICT_REGULATOR, OTHER_ENTERPRISE, Doors
from tests.api.term import (
    C1,
    CLASS_GROUP,
    ID_NUMBERS,
    L1,
    L2,
    USCC,
    VERSIONS,
    Record,
    attendance,
    get,
    push,
    push_term,
    refused,
    settle,
)

REPORT = f"/api/v1/enterprises/{USCC}/eligibility-report"
MAY = {"from": "2026-05-01", "to": "2026-05-31"}


@pytest.mark.usefixtures("closed")
class TestReport:
    async def test_tells_who_is_eligible_and_what_it_rests_on(
        self, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        report = await get(enterprise, REPORT, **MAY)
        assert (report["enterprise_uscc"], report["enterprise_name"]) == (USCC, "示例制造有限公司")
        assert (report["closed_from"], report["closed_to"]) == (MAY["from"], MAY["to"])
        assert report["policy_versions"] == [{"programme": "standard", "version": "2020-01-01"}]
        assert report["ledger_size"] == VERSIONS + 8
        assert (report["counts"]["eligible"], report["counts"]["ineligible"]) == (1, 1)
        (class_group,) = report["class_groups"]
        assert class_group["class_group_id"] == C1
        first, second = class_group["learners"]
        assert (first["learner_id"], first["learner_name"], first["eligibility"]) == (
            L1,
            "张三丰",
            "eligible",
        )
        assert first["id_number_last_four"] == ID_NUMBERS[L1][-4:]
        assert second["failed_rules"] == ["attendance-rate", "credited-hours"]
        assert (report["open_class_groups"], report["last_report"], report["changes"]) == ([], None, [])
        async with reading(database) as session:
            (stored,) = await session.scalars(select(EligibilityReport))
        assert str(stored.report_id) == report["report_id"]

    async def test_tells_what_changed_since_the_last_one(
        self, app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        first = await get(enterprise, REPORT, **MAY)
        await push(platform, Feed.attendance, attendance(L2, 3))
        await settle(app)
        second = await get(enterprise, REPORT, **MAY)
        assert second["last_report"]["report_id"] == first["report_id"]
        (change,) = second["changes"]
        assert (change["learner_id"], change["before"], change["now"]) == (L2, "ineligible", "eligible")

    async def test_is_the_same_one_however_it_is_read_again_that_day(
        self, app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        first = await get(enterprise, REPORT, **MAY)
        for form in ("csv", "xlsx", "pdf"):
            assert (await enterprise.get(REPORT, params={**MAY, "format": form})).status_code == 200
        elsewhere = {"class_group_id": "C9", "name": "别的班", "exam_ids": [], "ends_on": "2099-12-31"}
        await push(platform, Feed.class_groups, {**CLASS_GROUP, **elsewhere})
        await settle(app)
        assert await get(enterprise, REPORT, **MAY) == first, "an entry of the ledger changes nothing of it"
        assert await issued(database) == 1

    async def test_two_at_once_are_given_one(self, enterprise: httpx.AsyncClient, database: Database) -> None:
        asked = (get(enterprise, REPORT, **MAY) for _ in range(6))
        assert len({each["report_id"] for each in await asyncio.gather(*asked)}) == 1
        assert await issued(database) == 1

    async def test_is_another_one_where_hours_changed_and_nobody_s_eligibility(
        self, app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        first = await get(enterprise, REPORT, **MAY)
        await push(platform, Feed.attendance, shorter(attendance(L2, 2)))
        await settle(app)
        second = await get(enterprise, REPORT, **MAY)
        hours = [each["class_groups"][0]["learners"][1]["credited_hours"] for each in (first, second)]
        assert hours[1] < hours[0]
        assert (second["last_report"]["report_id"], second["changes"]) == (first["report_id"], [])

    async def test_does_not_judge_what_is_not_final(
        self, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        await push(platform, Feed.attendance, attendance(L2, 3))
        report = await get(enterprise, REPORT, **MAY)
        assert report["class_groups"] == []
        (left_open,) = report["open_class_groups"]
        assert left_open["class_group_id"] == C1
        assert "records_waiting" in left_open["open"]
        assert sum(report["counts"].values()) == 0

    async def test_holds_the_class_groups_closed_in_the_period(self, enterprise: httpx.AsyncClient) -> None:
        june = await get(enterprise, REPORT, **{"from": "2026-06-01", "to": "2026-06-30"})
        assert (june["class_groups"], june["open_class_groups"]) == ([], [])

    async def test_covers_this_year_until_today_if_nothing_is_said(
        self, enterprise: httpx.AsyncClient
    ) -> None:
        report = await get(enterprise, REPORT)
        today = clock.today()
        assert report["closed_from"] == f"{today.year}-01-01"
        assert report["closed_to"] == today.isoformat()

    async def test_is_a_table_too(self, enterprise: httpx.AsyncClient) -> None:
        answer = await enterprise.get(REPORT, params={**MAY, "format": "csv"})
        first, second = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (first["learner_id"], first["learner_name"], first["ledger_size"]) == (
            L1,
            "张三丰",
            str(VERSIONS + 8),
        )
        assert first["id_number_last_four"] == ID_NUMBERS[L1][-4:]
        assert (second["learner_name"], second["failed_rules"]) == (
            "'=李四",
            "attendance-rate; credited-hours",
        )

    async def test_is_a_workbook_too(self, enterprise: httpx.AsyncClient) -> None:
        answer = await enterprise.get(REPORT, params={**MAY, "format": "xlsx"})
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["学员", "变化", "报告", "班级", "字段说明"]
        about = {item: value for item, value, _ in book["报告"].iter_rows(min_row=2, values_only=True)}
        assert (about["policy_versions"], about["eligible"]) == ("standard 2020-01-01", 1)
        assert book["学员"].max_row == 3

    async def test_names_are_for_the_enterprise_and_that_is_logged(
        self, enterprise: httpx.AsyncClient, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        (class_group,) = (await get(regulator, REPORT, **MAY))["class_groups"]
        assert class_group["learners"][0]["learner_name"] == "张**"
        assert class_group["learners"][0]["id_number_last_four"] is None
        report = await get(enterprise, REPORT, **MAY)
        async with reading(database) as session:
            entries = (await session.scalars(select(TrailEntry).order_by(TrailEntry.entry_id))).all()
        assert [(entry.action, entry.role) for entry in entries] == [
            ("reports:read", "regulator"),
            ("reports:read", "enterprise"),
        ]
        assert entries[1].subject == {"uscc": USCC, "report_id": report["report_id"]}

    async def test_is_not_there_for_others(self, doors: Doors, platform: httpx.AsyncClient) -> None:
        elsewhere = Registration(Role.regulator, name="京", districts=("11",))
        for wanted in (OTHER_ENTERPRISE, elsewhere):
            assert await refused(await doors.signed_in(wanted), REPORT) == (404, "not_found")
        assert (await get(await doors.signed_in(DISTRICT_REGULATOR), REPORT, **MAY))["class_groups"]
        assert await refused(platform, REPORT) == (403, "forbidden")


def shorter(record: Record) -> Record:
    """Signed out three hours before."""
    out = datetime.fromisoformat(str(record["signed_out_at"])) - timedelta(hours=3)
    return {**record, "revision": 1, "signed_out_at": out.isoformat()}


async def issued(database: Database) -> int:
    async with reading(database) as session:
        return await session.scalar(select(func.count()).select_from(EligibilityReport)) or 0


async def test_a_running_class_group_that_should_have_ended_is_open(
    app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
) -> None:
    await push_term(platform, ends_on="2026-05-15")
    await settle(app)
    (left_open,) = (await get(enterprise, REPORT, **MAY))["open_class_groups"]
    assert (left_open["closed_at"], left_open["open"]) == (None, ["class_group_running"])
    csv_rows = (await enterprise.get(REPORT, params={**MAY, "format": "csv"})).content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(csv_rows))
    assert (row["class_group_id"], row["eligibility"], row["open"]) == (C1, "", "class_group_running")


async def test_an_enterprise_of_which_nothing_has_come_has_an_empty_report(
    enterprise: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> None:
    report = await get(enterprise, REPORT)
    assert (report["class_groups"], report["enterprise_name"]) == ([], None)
    assert await refused(regulator, REPORT) == (404, "not_found")


@pytest.mark.parametrize(
    ("params", "pointer"),
    [
        ({"from": "2026-06-01", "to": "2026-05-31"}, "/query/from"),
        ({"from": "May"}, "/query/from"),
        ({"format": "docx"}, "/query/format"),
        ({"form": "2026-01-01"}, "/query/form"),
    ],
)
async def test_names_the_parameter_at_fault_and_issues_nothing(
    enterprise: httpx.AsyncClient, database: Database, params: dict[str, str], pointer: str
) -> None:
    answer = await enterprise.get(REPORT, params=params)
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, pointer)
    async with reading(database) as session:
        assert await session.scalar(select(func.count()).select_from(EligibilityReport)) == 0
