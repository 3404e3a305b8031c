"""Tables that leave the house, written page by page to CSV or XLSX."""

import asyncio
import csv
import io
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import IO, NamedTuple, Protocol

import xlsxwriter

from app.core.errors import Text
from app.reports import watermark
from app.reports.cells import Cell, harmless, written
from app.reports.errors import ExportTooLarge
from app.reports.watermark import Watermark

Row = Sequence[Cell]
CHUNK_BYTES = 1 << 16
ROWS_OF_A_SHEET = 1_000_000
"""A little less than a sheet holds; the rest goes on in another one."""


class Format(StrEnum):
    csv = "csv"
    xlsx = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    Format.csv: "text/csv; charset=utf-8",
    Format.xlsx: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


class Column(NamedTuple):
    """`name` heads the column in every language, so that programs find it; the title explains it."""

    name: str
    title: Text


class Table(NamedTuple):
    title: Text
    columns: Sequence[Column]
    pages: AsyncIterator[Sequence[Row]]


class _Writer(Protocol):
    def begin(self, title: str, header: Row) -> None: ...

    def write(self, rows: Sequence[Row]) -> None: ...

    def finish(self) -> None: ...


async def write_file(
    tables: Sequence[Table],
    wanted: Format,
    language: str,
    directory: Path,
    mark: Watermark,
    *,
    most_rows: int = ROWS_OF_A_SHEET,
) -> IO[bytes]:
    """The whole file, at its beginning. Of CSV, which has room for one table, the first.

    Raises `ExportTooLarge` once a table has more than `most_rows` rows.

    Each row bears the mark in a last column of its own; XLSX says it in headers and properties too.

    It is finished before the answer begins: a fault is then an error and not half a file, and a slow reader
    holds no database transaction open. The file has no name, so nothing of it outlives the answer.
    """
    marked = [_marked(table, mark, most_rows) for table in tables]
    with tempfile.TemporaryDirectory(dir=directory) as workplace:
        file = tempfile.TemporaryFile(dir=directory)  # noqa: SIM115 (the caller closes it)
        try:
            if wanted is Format.csv:
                await _fill(_Csv(file), marked[:1], language)
            else:
                await _fill(_Xlsx(file, workplace, mark, language), [*marked, _guide(marked)], language)
        except BaseException:
            file.close()
            raise
    file.seek(0)
    return file


def chunks(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


async def _fill(writer: _Writer, tables: Sequence[Table], language: str) -> None:
    """Finishes in any case: until then a writer holds files of its own open."""
    try:
        for table in tables:
            writer.begin(table.title.in_language(language), [column.name for column in table.columns])
            async for rows in table.pages:
                await asyncio.to_thread(writer.write, rows)
    finally:
        await asyncio.to_thread(writer.finish)


def _marked(table: Table, mark: Watermark, most_rows: int) -> Table:
    """The column stands last and has a name of its own: who reads by name or by place finds all else."""

    async def pages() -> AsyncIterator[Sequence[Row]]:
        number = 0
        async for rows in table.pages:
            number += len(rows)
            if number > most_rows:
                raise ExportTooLarge(most_rows)
            yield [[*row, mark.cell] for row in rows]

    return Table(table.title, [*table.columns, Column(watermark.COLUMN, watermark.TITLE)], pages())


def _guide(tables: Sequence[Table]) -> Table:
    """What each column means, in both languages."""
    known = {column.name: column.title for table in tables for column in table.columns}

    async def pages() -> AsyncIterator[Sequence[Row]]:
        yield [(name, title.zh, title.en) for name, title in known.items()]

    columns = [Column(name, Text("", "")) for name in ("column", "zh", "en")]
    return Table(Text("字段说明", "Columns"), columns, pages())


class _Csv:
    """RFC 4180, with the byte order mark without which Excel does not take it for UTF-8."""

    def __init__(self, file: IO[bytes]) -> None:
        self._text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
        self._rows = csv.writer(self._text)

    def begin(self, title: str, header: Row) -> None:  # noqa: ARG002 (a CSV file has no place for a title)
        self._rows.writerow(header)

    def write(self, rows: Sequence[Row]) -> None:
        self._rows.writerows([_csv_cell(cell) for cell in row] for row in rows)

    def finish(self) -> None:
        self._text.detach()


def _csv_cell(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            return harmless(cell)
        case date():
            return written(cell)
        case _:
            return format(cell, "d" if isinstance(cell, int) else "f")


class _Xlsx:
    def __init__(self, file: IO[bytes], workplace: str, mark: Watermark, language: str) -> None:
        options = {
            "constant_memory": True,
            "tmpdir": workplace,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        }
        self._book = xlsxwriter.Workbook(file, options)
        self._book.set_properties({"author": mark.actor_id, "comments": mark.sentence(language)})
        self._book.set_custom_property("export_id", str(mark.export_id), "text")
        self._heading = self._book.add_format({"bold": True})
        self._on_paper = "&C&8" + mark.sentence(language).replace("&", "&&")

    def begin(self, title: str, header: Row) -> None:
        self._title, self._header, self._parts = title, header, 0
        self._add_sheet()

    def write(self, rows: Sequence[Row]) -> None:
        for row in rows:
            if self._place == ROWS_OF_A_SHEET:
                self._add_sheet()
            self._write_row(row)

    def finish(self) -> None:
        self._book.close()

    def _add_sheet(self) -> None:
        self._parts += 1
        name = self._title if self._parts == 1 else f"{self._title} {self._parts}"
        self._sheet = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._sheet.set_header(self._on_paper)
        self._sheet.set_footer(self._on_paper)
        self._sheet.set_column(0, len(self._header) - 1, 18)
        for position, title in enumerate(self._header):
            self._sheet.write_string(0, position, title, self._heading)
        self._place = 1

    def _write_row(self, row: Row) -> None:
        for position, cell in enumerate(row):
            match cell:
                case None:
                    continue
                case bool():
                    self._sheet.write_boolean(self._place, position, cell)
                case str():
                    self._sheet.write_string(self._place, position, harmless(cell))
                case date():
                    self._sheet.write_string(self._place, position, written(cell))
                case _:
                    self._sheet.write_number(self._place, position, cell)
        self._place += 1
