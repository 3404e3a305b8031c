"""Lists of `/api/v1/compliance` as CSV and XLSX."""

import csv
import io

import httpx
import openpyxl
import pytest
from sqlalchemy import select

from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.term import (
    C1,
    CLASS_GROUPS,
    ENROLLMENTS,
    L1,
    L2,
    NAMES,
)
from tests.api.test_findings import FINDINGS


@pytest.mark.usefixtures("closed")
class TestExport:
    async def test_csv_holds_everything_that_is_filtered(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(ENROLLMENTS, params={"format": "csv", "limit": 1})
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert answer.headers["content-disposition"].startswith('attachment; filename="enrollments-')
        assert answer.content.startswith(b"\xef\xbb\xbf")
        first, second = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (first["learner_id"], first["learner_name"], first["eligibility"]) == (L1, "张**", "eligible")
        assert (second["learner_name"], second["attendance_rate"]) == ("'=**", "0.6667")
        assert second["failed_rules"] == "attendance-rate; credited-hours"
        assert second["shortfalls"] == "attendance-rate: 1; credited-hours: 36000"
        assert second["evaluation_submitted"] == "false"

    async def test_xlsx_holds_the_same(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(ENROLLMENTS, params={"format": "xlsx", "eligibility": "ineligible"})
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.sheetnames == ["评定情况", "字段说明"]
        header, row = book["评定情况"].iter_rows(values_only=True)
        cells = dict(zip(header, row, strict=True))
        assert (cells["learner_id"], cells["learner_name"]) == (L2, "'=**")
        assert (cells["attendance_rate"], cells["attended_lessons"]) == (0.6667, 2)

    async def test_of_class_groups(self, regulator: httpx.AsyncClient) -> None:
        answer = await regulator.get(CLASS_GROUPS, params={"format": "csv"})
        (row,) = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
        assert (row["class_group_id"], row["headcount"], row["eligible"]) == (C1, "2", "1")


@pytest.mark.parametrize("path", [ENROLLMENTS, CLASS_GROUPS])
async def test_an_export_of_nothing_is_a_header(regulator: httpx.AsyncClient, path: str) -> None:
    answer = await regulator.get(path, params={"format": "csv"})
    assert len(answer.content.decode("utf-8-sig").splitlines()) == 1


def test_the_example_names_are_awkward() -> None:
    """A name that starts a formula is the case worth exporting."""
    assert NAMES[L2].startswith("=")


class TestAnExport:
    """Is an access: it leaves an entry of the trail, and the file names it and its exporter."""

    @pytest.mark.usefixtures("closed")
    async def test_names_in_each_row_the_entry_that_it_left(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        answer = await regulator.get(ENROLLMENTS, params={"format": "csv", "platform": "P1"})
        rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
        (entry,) = await exports(database)
        assert entry.subject == {"export": "enrollments.csv", "platform": "P1"}
        assert {row["exported"].split()[:2] == [str(entry.entry_id), entry.actor_id] for row in rows} == {
            True
        }
        assert entry.actor_id
        assert list(rows[0])[-1] == "exported"

    @pytest.mark.parametrize("path", [ENROLLMENTS, CLASS_GROUPS, FINDINGS])
    async def test_is_recorded_whatever_it_holds(
        self, regulator: httpx.AsyncClient, database: Database, path: str
    ) -> None:
        answer = await regulator.get(path, params={"format": "xlsx"})
        (entry,) = await exports(database)
        book = openpyxl.load_workbook(io.BytesIO(answer.content))
        assert book.custom_doc_props["export_id"].value == str(entry.entry_id)
        assert book.properties.creator == entry.actor_id

    async def test_is_something_else_than_a_page_of_the_list(
        self, regulator: httpx.AsyncClient, database: Database
    ) -> None:
        await regulator.get(CLASS_GROUPS)
        assert await exports(database) == []


async def exports(database: Database) -> list[TrailEntry]:
    async with reading(database) as session:
        return list(await session.scalars(select(TrailEntry).where(TrailEntry.subject.has_key("export"))))
