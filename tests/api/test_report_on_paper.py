"""An eligibility report as PDF: what the JSON says, to be signed and filed."""

import io
import re
from decimal import Decimal

import httpx
import pypdf
import pytest
from fastapi import FastAPI
from sqlalchemy import select

from app.api.report_document import report_document
from app.api.report_schemas import EligibilityReport
from app.api.sheet_document import yuan
from app.api.sheet_tables import clock_time
from app.core import clock
from app.core.vocabulary import Feed
from app.db.models import EligibilityReport as StoredReport
from app.db.models import TrailEntry
from app.db.session import Database, reading
from app.reports.watermark import Watermark
from tests.api.term import C1, ID_NUMBERS, L1, L2, USCC, attendance, get, push, push_term, settle

REPORT = f"/api/v1/enterprises/{USCC}/eligibility-report"
MAY = {"from": "2026-05-01", "to": "2026-05-31"}
ON_PAPER = {**MAY, "format": "pdf"}


async def paper(client: httpx.AsyncClient) -> str:
    answer = await client.get(REPORT, params=ON_PAPER)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf"), answer.text
    reader = pypdf.PdfReader(io.BytesIO(answer.content))
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


@pytest.mark.usefixtures("closed")
class TestOnPaper:
    async def test_says_what_it_is_and_rests_on_and_who_is_eligible(
        self, enterprise: httpx.AsyncClient, database: Database
    ) -> None:
        said = await paper(enterprise)
        async with reading(database) as session:
            (stored,) = await session.scalars(select(StoredReport))
            entry = (await session.scalars(select(TrailEntry).order_by(TrailEntry.entry_id.desc()))).first()
        assert entry is not None
        for told in (
            *(str(stored.report_id), "2026-05-01至2026-05-31", "示例制造有限公司", USCC, C1),
            *("2人中1人符合补贴资格", "standard2020-01-01", str(stored.ledger_size)),
            *(L1, "张三丰", ID_NUMBERS[L1][-4:], L2, "attendance-rate、credited-hours", "26.6667"),
            *("均未规定金额", "没有可比较的上一份报告", str(entry.entry_id)),
        ):
            assert told in said
        assert ID_NUMBERS[L1] not in said

    async def test_says_what_changed_since_the_last_one(
        self, app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
    ) -> None:
        first = await get(enterprise, REPORT, **MAY)
        await push(platform, Feed.attendance, attendance(L2, 3))
        await settle(app)
        said = await paper(enterprise)
        assert first["report_id"] in said
        assert f"P1{C1}{L2}不符合补贴资格符合补贴资格" in said

    async def test_masks_names_for_regulators(self, regulator: httpx.AsyncClient) -> None:
        said = await paper(regulator)
        assert "张**" in said
        assert "张三丰" not in said


async def test_what_is_not_final_is_named_with_its_reason(
    app: FastAPI, platform: httpx.AsyncClient, enterprise: httpx.AsyncClient
) -> None:
    await push_term(platform, ends_on="2026-05-15")
    await settle(app)
    said = await paper(enterprise)
    assert "尚未确定的班级" in said
    assert "班级尚未结班" in said


@pytest.mark.usefixtures("closed")
async def test_sums_are_told_in_yuan_to_the_fen(enterprise: httpx.AsyncClient) -> None:
    told = EligibilityReport.model_validate(await get(enterprise, REPORT, **MAY))
    paid = told.model_copy(update={"subsidy_fen": 102_050})
    mark = Watermark(told.report_id, "client", None, clock.now())
    assert report_document(paid, mark).remark == (
        "补贴金额合计 1,020.50 元。",
        "Subsidy in all: 1,020.50 yuan.",
    )
    assert yuan(123_456_789) == "1,234,567.89"
    assert (yuan(5), yuan(0), yuan(None)) == ("0.05", "0.00", "—")


def test_times_are_told_exactly() -> None:
    assert clock_time(Decimal(3725)) == "1:02:05"
    assert clock_time(Decimal("59.000001")) == "0:00:59.000001"
    assert clock_time(None) == "—"
