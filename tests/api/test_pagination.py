"""Cursors: a page starts behind the last key of the one before; a stranger's cursor is refused."""

import base64
import json
from datetime import UTC, date, datetime
from uuid import UUID

import pytest

from app.api.pagination import BadCursor, Key, PageRequest

KEY: Key = ("平台", 3, datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC), date(2026, 1, 2), UUID(int=7))
KINDS = (str, int, datetime, date, UUID)


def cursor_of(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


def test_the_next_page_starts_behind_the_last_key() -> None:
    rows, cursor = PageRequest(limit=2, cursor=None).cut([KEY, KEY, KEY], key=lambda key: key)
    assert len(rows) == 2
    assert PageRequest(limit=2, cursor=cursor).after(*KINDS) == KEY


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_the_last_page_has_no_next(rows: int) -> None:
    assert PageRequest(limit=2, cursor=None).cut([KEY] * rows, key=lambda key: key) == ([KEY] * rows, None)


def test_without_a_cursor_a_list_starts_at_its_beginning() -> None:
    assert PageRequest(limit=2, cursor=None).after(str) is None


@pytest.mark.parametrize(
    "cursor",
    [
        "",
        "!",
        "中",
        "AAAA",
        cursor_of({"a": 1}),
        cursor_of(["a", "b"]),
        cursor_of([]),
        cursor_of([1]),
        cursor_of([None]),
        cursor_of(["a\0"]),
        cursor_of(["\ud800"]),
        base64.urlsafe_b64encode(b"[" * 100_000).decode(),
    ],
)
def test_what_is_no_cursor_of_this_list_is_refused(cursor: str) -> None:
    with pytest.raises(BadCursor):
        PageRequest(limit=2, cursor=cursor).after(str)


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (int, True),
        (int, 2**63),
        (int, "1"),
        (int, 1.0),
        (datetime, "2026-01-02T03:04:05"),
        (datetime, 5),
        (date, "2026-13-01"),
        (UUID, "x"),
        (UUID, 7),
    ],
)
def test_a_part_of_another_type_is_refused(kind: type[int | datetime | date | UUID], part: object) -> None:
    with pytest.raises(BadCursor):
        PageRequest(limit=2, cursor=cursor_of([part])).after(kind)
