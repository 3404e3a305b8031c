"""Nothing that is exported runs, rounds or becomes a date in a spreadsheet."""

from datetime import UTC, date, datetime

import pytest

from app.reports.cells import harmless, written

FORMULAS = [
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "|cmd",
    "%0",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    "﹢1",
    " =1",
    "　＝1",
    "\u200b=1",
    "\ufeff＝1",
]


@pytest.mark.parametrize("text", FORMULAS)
def test_what_starts_a_formula_gets_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", ["张三丰", "C1", "a=b", "1-2", "", "'=1", "电工（中级）", "·马"])
def test_what_starts_none_stays_as_it_is(text: str) -> None:
    assert harmless(text) == text


def test_instants_are_shown_as_in_shanghai() -> None:
    assert written(datetime(2026, 3, 2, 16, tzinfo=UTC)) == "2026-03-03T00:00:00+08:00"
    assert written(date(2026, 3, 2)) == "2026-03-02"
