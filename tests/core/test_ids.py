"""Ids that sort by the moment they were made at, and nobody guesses."""

import uuid
from datetime import UTC, datetime, timedelta

from app.core.ids import first_uuid, new_uuid

AT = datetime(2026, 5, 4, 9, 30, 0, 123_000, tzinfo=UTC)
DRAWN = 1_000


def test_are_uuids_of_version_7() -> None:
    made = new_uuid(AT)
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert made.int >> 80 == 1_777_887_000_123


def test_sort_by_moment_and_behind_the_first_of_it() -> None:
    later = AT + timedelta(milliseconds=1)
    assert first_uuid(AT) < new_uuid(AT) < first_uuid(later) < new_uuid(later)


def test_draw_every_bit_that_says_neither_moment_nor_version_nor_variant() -> None:
    drawn = [new_uuid(AT).int for _ in range(DRAWN)]
    ever, always = 0, drawn[0]
    for value in drawn:
        ever, always = ever | value, always & value
    assert ever & ~always == (1 << 76) - 1 - (0b11 << 62)
    assert len(set(drawn)) == DRAWN
