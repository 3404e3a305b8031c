"""Tables are written whole, page by page, and read back as they were."""

import csv
import io
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import openpyxl
import pytest

from app.core.errors import Text
from app.reports import tables
from app.reports.cells import Cell
from app.reports.errors import ExportTooLarge
from app.reports.tables import Column, Format, Row, Table, chunks, write_file
from app.reports.watermark import Watermark

NAMES = ("text", "count", "rate", "flag", "moment", "day", "nothing")
COLUMNS = [Column(name, Text(f"{name} 中文", f"{name} in English")) for name in NAMES]
ROW: list[Cell] = [
    "=张三",
    12,
    Decimal("0.8125"),
    True,
    datetime(2026, 3, 2, tzinfo=UTC),
    date(2026, 3, 2),
    None,
]


MARK = Watermark(
    UUID("019cae6b-6600-7138-a013-5c6d7e8f9a0b"),
    "user-0123456789abcdef",
    "districts:4402",
    datetime(2026, 6, 1, 4, tzinfo=UTC),
)
TOLD = ("019cae6b-6600-7138-a013-5c6d7e8f9a0b", "user-0123456789abcdef", "2026-06-01T12:00:00+08:00")


def table(*pages: Sequence[Row], title: str = "学员") -> Table:
    async def given() -> AsyncIterator[Sequence[Row]]:
        for page in pages:
            yield page

    return Table(Text(title, "Learners"), COLUMNS, given())


async def bytes_of(wanted: Format, directory: Path, *given: Table, language: str = "zh-CN") -> bytes:
    return b"".join(chunks(await write_file(given, wanted, language, directory, MARK)))


def left_in(directory: Path) -> list[Path]:
    return list(directory.iterdir())


class TestCsv:
    async def test_begins_with_the_mark_that_excel_needs(self, tmp_path: Path) -> None:
        content = await bytes_of(Format.csv, tmp_path, table([ROW]))
        assert content.startswith(b"\xef\xbb\xbf")
        assert content.count(b"\xef\xbb\xbf") == 1

    async def test_holds_every_row_of_every_page(self, tmp_path: Path) -> None:
        content = await bytes_of(Format.csv, tmp_path, table([ROW], [], [ROW, ROW]))
        header, *rows = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        assert header == [*NAMES, "exported"]
        row = ["'=张三", "12", "0.8125", "true", "2026-03-02T08:00:00+08:00", "2026-03-02", "", MARK.cell]
        assert rows == [row] * 3

    async def test_keeps_commas_quotes_and_lines(self, tmp_path: Path) -> None:
        awkward = '一,"二"\n三'
        content = await bytes_of(Format.csv, tmp_path, table([[awkward, *ROW[1:]]]))
        _, row = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        assert row[0] == awkward

    async def test_has_room_for_one_table(self, tmp_path: Path) -> None:
        content = await bytes_of(Format.csv, tmp_path, table([ROW]), table([ROW, ROW]))
        assert len(content.decode().splitlines()) == 2


class TestXlsx:
    async def read(self, directory: Path, *given: Table, language: str = "zh-CN") -> openpyxl.Workbook:
        content = await bytes_of(Format.xlsx, directory, *given, language=language)
        return openpyxl.load_workbook(io.BytesIO(content))

    async def test_holds_figures_as_figures_and_text_as_text(self, tmp_path: Path) -> None:
        sheet = (await self.read(tmp_path, table([ROW])))["学员"]
        cells = next(iter(sheet.iter_rows(min_row=2)))
        assert [cell.value for cell in cells] == [
            "'=张三",
            12,
            0.8125,
            True,
            "2026-03-02T08:00:00+08:00",
            "2026-03-02",
            None,
            MARK.cell,
        ]
        assert [cell.data_type for cell in cells] == ["s", "n", "n", "b", "s", "s", "n", "s"]

    async def test_keeps_long_digits_and_addresses_as_text(self, tmp_path: Path) -> None:
        rows = [[text, *ROW[1:]] for text in ("911101080000000000", "0012", "https://example.com", "1+1")]
        sheet = (await self.read(tmp_path, table(rows)))["学员"]
        cells = [row[0] for row in sheet.iter_rows(min_row=2)]
        assert [cell.value for cell in cells] == [row[0] for row in rows]
        assert {cell.data_type for cell in cells} == {"s"}
        assert all(cell.hyperlink is None for cell in cells)

    async def test_explains_its_columns_in_both_languages(self, tmp_path: Path) -> None:
        book = await self.read(tmp_path, table([ROW]), language="en")
        assert book.sheetnames == ["Learners", "Columns"]
        guide = list(book["Columns"].iter_rows(values_only=True))
        assert guide[1] == ("text", "text 中文", "text in English")
        assert len(guide) == 1 + len(NAMES) + 1

    async def test_goes_on_in_another_sheet_when_one_is_full(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(tables, "ROWS_OF_A_SHEET", 3)
        book = await self.read(tmp_path, table([ROW] * 5), table([ROW], title="变化"))
        assert [(sheet.title, sheet.max_row) for sheet in book.worksheets[:4]] == [
            ("学员", 3),
            ("学员 2", 3),
            ("学员 3", 2),
            ("变化", 2),
        ]


class TestAFileThatStrays:
    """Names who let it out, when, and the entry of the trail."""

    async def test_as_csv_in_each_of_its_rows(self, tmp_path: Path) -> None:
        content = (await bytes_of(Format.csv, tmp_path, table([ROW, ROW]))).decode("utf-8-sig")
        for line in content.splitlines()[1:]:
            assert all(each in line for each in TOLD)

    async def test_as_xlsx_in_rows_on_paper_and_in_its_properties(self, tmp_path: Path) -> None:
        content = await bytes_of(Format.xlsx, tmp_path, table([ROW]), table([ROW], title="变化"))
        book = openpyxl.load_workbook(io.BytesIO(content))
        sentence = book.properties.description
        assert all(each in sentence for each in (*TOLD, "districts:4402", "导出"))
        assert book.properties.creator == TOLD[1]
        assert book.custom_doc_props["export_id"].value == TOLD[0]
        for sheet in book.worksheets:
            assert sheet.oddHeader.center.text == sheet.oddFooter.center.text == sentence
        for sheet in book.worksheets[:-1]:
            assert sheet.cell(2, sheet.max_column).value == MARK.cell


@pytest.mark.parametrize("wanted", Format)
async def test_nothing_is_left_behind(wanted: Format, tmp_path: Path) -> None:
    await bytes_of(wanted, tmp_path, table([ROW]))
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("wanted", Format)
async def test_a_fault_on_the_way_is_a_fault_and_leaves_nothing(wanted: Format, tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[Sequence[Row]]:
        yield [ROW]
        raise LookupError

    with pytest.raises(LookupError):
        await write_file([Table(Text("学员", ""), COLUMNS, broken())], wanted, "zh-CN", tmp_path, MARK)
    assert left_in(tmp_path) == []


@pytest.mark.parametrize("wanted", Format)
async def test_no_file_has_more_rows_than_are_allowed(wanted: Format, tmp_path: Path) -> None:
    for pages in ([[ROW], [ROW]], [[ROW, ROW]]):
        file = await write_file([table(*pages)], wanted, "en", tmp_path, MARK, most_rows=2)
        file.close()
        with pytest.raises(ExportTooLarge, match="more than 1 rows"):
            await write_file([table(*pages)], wanted, "en", tmp_path, MARK, most_rows=1)
    assert left_in(tmp_path) == []
