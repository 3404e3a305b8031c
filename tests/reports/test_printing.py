"""A document as HTML and as PDF: the same words in both, nothing that runs, no empty boxes."""

import base64
import doctest
import hashlib
import io
import re
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pypdf
import pytest

from app.core.errors import Text
from app.reports import fonts, printing
from app.reports.documents import Card, Document, Grid, Pair, Section, Tone, numbered
from app.reports.errors import ExportsBusy
from app.reports.fonts import printable
from app.reports.printing import CONTENT_POLICY, PrintFormat, printed
from app.reports.watermark import Watermark

MARK = Watermark(
    UUID("01a1fea0-cb48-7d6c-b6fc-f8a478e9f6ed"), "user-7", None, datetime(2026, 11, 21, 8, tzinfo=UTC)
)
MARKUP = '#panic("x") *star* _line_ $1$ <script>alert(1)</script> {{ 7 * 7 }} [[ @label // comment'
CARD = Card(
    "ATT_01",
    Text("到课率不低于80%", "Attendance rate not below 80 %"),
    Text("不通过", "fail"),
    Tone.bad,
    [Pair(Text("实际值", "Observed"), "66.67%", "66.67 %")],
    "某文件 二（一）",
    "能够自动筛选出到课率低于80%的培训学员",
    Text("再到课 2 次。", "Attend 2 more."),
)
ROWS = [["S1", "第一课"], ["S2", MARKUP]]


def document(**changes: object) -> Document:
    grid = Grid.cut([Text("课次", "Lesson"), Text("名称", "Title")], [1, 3], ROWS)
    plain = Document(
        title=Text("判定单", "Decision sheet"),
        number="N-1",
        verdict=Text("不符合", "Ineligible"),
        tone=Tone.bad,
        remark=Text("未通过：到课率。", "Failed: attendance."),
        pairs=[Pair(Text("姓名", "Name"), "张**"), Pair(Text("哈希", "Hash"), "0" * 64, is_code=True)],
        sections=numbered(
            [Section(Text("规则", "Rules"), cards=[CARD]), Section(Text("课次", "Lessons"), grid=grid)]
        ),
        mark=MARK,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


async def html(wanted: Document) -> str:
    return (await printed(wanted, PrintFormat.html)).decode()


async def pdf(wanted: Document) -> pypdf.PdfReader:
    return pypdf.PdfReader(io.BytesIO(await printed(wanted, PrintFormat.pdf)))


def words(reader: pypdf.PdfReader) -> str:
    """Without the white space, which a PDF has none of its own."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in reader.pages))


async def test_both_forms_say_the_same() -> None:
    page, paper = await html(document()), words(await pdf(document()))
    for told in (
        "判定单",
        "N-1",
        "不符合",
        "未通过：到课率。",
        "张**",
        CARD.code,
        CARD.clause,
        CARD.words,
        "一、规则",
    ):
        assert told in page
        assert told.replace(" ", "") in paper
    assert "再到课2次。" in paper
    assert "0" * 64 in paper


async def test_every_page_of_the_file_bears_who_made_it_and_when() -> None:
    rows = [[f"S{number}", "名称"] for number in range(200)]
    grid = Grid.cut([Text("课次", "Lesson"), Text("名称", "Title")], [1, 3], rows)
    paper = await pdf(document(sections=[Section(Text("课次", "Lessons"), grid=grid)]))
    assert len(paper.pages) > 3
    for page in paper.pages:
        assert "由 user-7 于 2026-11-21T16:00:00+08:00 导出" in page.extract_text()
    assert "由 user-7 于" in await html(document())


async def test_what_is_printed_is_data_and_never_markup() -> None:
    page, paper = await html(document()), words(await pdf(document()))
    assert "<script>" not in page
    assert "{{ 7 * 7 }}" in page
    assert MARKUP.replace(" ", "") in paper


async def test_the_page_runs_nothing_and_loads_nothing() -> None:
    page = await html(document())
    assert not re.search(r"<script|<img|<link|<iframe|\son\w+=|\sstyle=|src=|url\(", page)
    (style,) = re.findall(r"<style>(.*?)</style>", page, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in CONTENT_POLICY
    assert "default-src 'none'" in CONTENT_POLICY


async def test_the_file_is_the_same_for_the_same_document() -> None:
    made = [await printed(document(), PrintFormat.pdf) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-1.7")
    assert b"pdfaid" in made[0], "PDF/A, to be kept"


async def test_one_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(printing, "PATIENCE_S", 0.0)
    with pytest.raises(ExportsBusy):
        await printed(document(), PrintFormat.pdf)


async def test_a_mistake_of_ours_is_told_without_what_was_to_be_printed() -> None:
    with pytest.raises(printing.TypesettingFailed) as failure:
        await printing._typeset(b'{"made_at": 0, "name": "secret"}')
    assert "secret" not in str(failure.value)


async def test_only_our_own_fonts_are_in_it() -> None:
    paper = await pdf(document())
    named = {
        str(font.get_object()["/BaseFont"])
        for page in paper.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    assert {re.sub("^/[A-Z]{6}\\+", "", font).split("-")[0] for font in named} == {
        "NotoSansSC",
        "NotoSerifSC",
    }


@pytest.mark.parametrize("rare", ["䶮", "㛃", "𬭎", "𫖯", "𬱖", "㙍"])
async def test_rare_names_are_printed(rare: str) -> None:
    paper = await pdf(document(pairs=[Pair(Text("姓名", "Name"), f"张{rare}")]))
    assert f"张{rare}" in words(paper)


async def test_what_no_font_holds_is_told_by_its_number_and_never_an_empty_box() -> None:
    assert printable("张\U00030000") == "张〔U+30000〕"
    paper = await pdf(document(pairs=[Pair(Text("姓名", "Name"), "张\U00030000")]))
    assert "张〔U+30000〕" in words(paper)


def test_the_examples_of_fonts_are_true() -> None:
    results = doctest.testmod(fonts)
    assert results.attempted
    assert not results.failed


async def test_a_long_table_is_cut_and_says_so() -> None:
    grid = Grid.cut([Text("课次", "Lesson")], [1], [["S"]] * 7, most=5)
    assert (len(grid.rows), grid.omitted) == (5, 2)
    wanted = document(sections=[Section(Text("课次", "Lessons"), grid=grid)])
    assert "另有2行未列出" in words(await pdf(wanted))
    assert "另有 2 行未列出" in await html(wanted)


async def test_an_empty_table_says_that_there_is_nothing() -> None:
    wanted = document(sections=[Section(Text("课次", "Lessons"), grid=Grid([Text("课次", "L")], [1], []))])
    assert "无" in words(await pdf(wanted))
    assert "None" in await html(wanted)
