"""What COPY stores of a row's text is what a statement stores of its values."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from app.core.vocabulary import Feed
from app.db.session import WriteSession, taken_back
from app.ingest import repository
from app.ingest.copy_text import copy_text, with_column
from app.ingest.decision import decide
from app.ingest.feeds import DEFINITIONS
from app.ingest.preparation import prepare
from app.ingest.rows import Rows
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import delivery
from tests.ingest.examples import FULL, circumstances, minimal

ODD_TEXTS = ["\\", "\\N", "\\.", "a\\tb", "a\tb", "a\nb", "\r\n", "", " ", "NULL", "𠮷", '"{,}"', "\\x00"]


async def both_ways(session: WriteSession, feed: Feed, rows: Rows) -> list[Sequence[Any]]:
    """The table after COPY, and after the statement."""
    table, found = DEFINITIONS[feed].table, []
    for way in ("copy", "statement"):
        async with taken_back(session):
            if way == "copy":
                await repository.insert_rows(session, table, list(rows), copy_text(rows))
            else:
                await repository.upsert_rows(session, table, rows)
            found.append((await session.execute(select(table).order_by(table.c.line))).all())
    return found


@pytest.mark.parametrize("feed", Feed)
@pytest.mark.parametrize("which", ["full", "minimal", "both"])
async def test_records_of_every_feed_are_stored_alike(
    session: WriteSession, key_ring: KeyRing, feed: Feed, which: str
) -> None:
    other = DEFINITIONS[feed].keys[-1].name
    full, least = FULL[feed], minimal(feed)
    if which == "both" and isinstance(full[other], str) and other != "uscc":
        least = least | {other: f"{full[other]}-2"}
    records = {"full": [full], "minimal": [least], "both": [full, least]}[which]
    prepared = prepare(delivery(feed, *records), key_ring, circumstances().programme_exists)
    copied, stated = await both_ways(session, feed, decide(prepared, {}, key_ring).new_rows)
    assert copied == stated
    assert copied


async def test_odd_texts_stay_as_they_are(session: WriteSession, key_ring: KeyRing) -> None:
    rows = {
        **rows_of(key_ring, Feed.enterprises, len(ODD_TEXTS)),
        "uscc": [f"{at}" for at in range(len(ODD_TEXTS))],
        "name": ODD_TEXTS,
        "contact_name": [None, *ODD_TEXTS[1:]],
        "contact_phone_sealed": [b"", None, b"\\", b"\x00\xff\n", *[b"x"] * (len(ODD_TEXTS) - 4)],
    }
    copied, stated = await both_ways(session, Feed.enterprises, rows)
    assert copied == stated
    assert [row.name for row in copied] == ODD_TEXTS


def rows_of(key_ring: KeyRing, feed: Feed, number: int) -> dict[str, Any]:
    """The same record again and again."""
    prepared = prepare(delivery(feed, FULL[feed]), key_ring, circumstances().programme_exists)
    rows = decide(prepared, {}, key_ring).new_rows
    return {name: list(column) * number for name, column in rows.items()} | {"line": list(range(number))}


INSTANTS = [
    datetime(1, 1, 1, tzinfo=UTC),
    datetime(2026, 3, 2, 1, 0, 0, 500, tzinfo=UTC),
    datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC),
]


async def test_bounds_of_instants_numbers_days_and_lists_stay_as_they_are(
    session: WriteSession, key_ring: KeyRing
) -> None:
    videos = rows_of(key_ring, Feed.videos, 3) | {
        "video_id": ["1", "2", "3"],
        "recorded_at": INSTANTS,
        "available_until": [None, *INSTANTS[1:]],
        "size_bytes": [0, 2**63 - 1, 1],
        "fps": [Decimal("1E-12"), 10**12, Decimal("29.97")],
        "width": [None, 2**31 - 1, 0],
    }
    groups = rows_of(key_ring, Feed.class_groups, 3) | {
        "class_group_id": ["1", "2", "3"],
        "starts_on": [date(1, 1, 1), date(9999, 12, 31), date(2026, 2, 28)],
        "exam_ids": [[], ["a", "b.c:d-e_f"], None],
    }
    for feed, rows in ((Feed.videos, videos), (Feed.class_groups, groups)):
        copied, stated = await both_ways(session, feed, rows)
        assert copied == stated
        assert len(copied) == 3
        if feed is Feed.videos:
            assert [row.recorded_at for row in copied] == INSTANTS  # no infinity


@given(
    st.lists(st.lists(st.none() | st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), min_size=1)
)
def test_every_row_is_one_line_and_every_value_one_field(rows: list[list[str | None]]) -> None:
    columns = list(zip(*rows, strict=True))
    lines = copy_text({"one": columns[0], "two": columns[1]}).decode().split("\n")
    assert lines.pop() == ""
    assert [line.count("\t") for line in lines] == [1] * len(rows)


@given(
    st.lists(st.lists(st.none() | st.text(st.characters(codec="utf-8")), min_size=2, max_size=2), min_size=1)
)
def test_a_value_added_to_each_row_is_as_if_it_had_been_there(rows: list[list[str | None]]) -> None:
    one, two = zip(*rows, strict=True)
    assert with_column(copy_text({"one": one}), two) == copy_text({"one": one, "two": two})


def test_no_rows_are_no_text() -> None:
    assert copy_text({"one": [], "two": []}) == b""
    assert with_column(b"", []) == b""
