"""Cutting a stream into batches that the server takes."""

from decimal import Decimal

import pytest

from app.client import RecordTooLarge, cut, encode


def test_a_number_is_written_exactly_as_its_decimal() -> None:
    assert encode({"score": Decimal("0.60")}) == b'{"score":0.60}'


def test_bytes_pass_untouched() -> None:
    assert encode(b'{ "a" : 1.0 }') == b'{ "a" : 1.0 }'


def test_a_batch_ends_at_its_number_of_records() -> None:
    assert [len(batch.records) for batch in cut([b"{}"] * 5, most_records=2)] == [2, 2, 1]


def test_a_batch_ends_before_it_grows_too_heavy() -> None:
    batches = list(cut([b"12345"] * 5, most_bytes=12))
    assert [len(batch.body) for batch in batches] == [11, 11, 5]


def test_one_record_alone_may_fill_a_batch_but_not_more() -> None:
    assert [batch.body for batch in cut([b"12345"], most_bytes=5)] == [b"12345"]
    with pytest.raises(RecordTooLarge):
        list(cut([b"123456"], most_bytes=5))


def test_nothing_makes_no_batch() -> None:
    assert list(cut([])) == []
