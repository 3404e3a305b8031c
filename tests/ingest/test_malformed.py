"""Lines that cannot be read, and fields that a feed does not know."""

import pytest

from app.core.vocabulary import Feed
from app.ingest.checks import RECORDS_AT_ONCE, check
from app.ingest.examination import Faults
from app.ingest.feeds import DEFINITIONS
from tests.ingest.examples import (
    FULL,
    ID_NUMBER,
    changed,
    circumstances,
    errors_of,
    errors_with,
    judged,
    stored_of,
    written,
)

UNREADABLE = {
    "nothing": b"",
    "half a record": b'{"log_id": "G1"',
    "two records": b'{"log_id":"G1"} {"log_id":"G2"}',
    "a trailing comma": b'{"log_id":"G1",}',
    "NaN": b'{"log_id": NaN}',
    "Infinity": b'{"log_id": -Infinity}',
    "a leading zero": b'{"log_id": 01}',
    "a number that has no end": b'{"log_id": 1' + b"0" * 5000 + b"}",
    "an exponent without measure": b'{"log_id": 1e9999999999999999999}',
    "deep nesting": b'{"log_id":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "a byte that is not UTF-8": b'{"log_id": "\xff"}',
    "a surrogate in UTF-8": b'{"log_id": "\xed\xa0\x80"}',
    "Latin-1": '{"action": "é"}'.encode("latin-1"),
    "GBK": '{"action": "中"}'.encode("gbk"),
    "a bare control character": b'{"log_id": "a\x01"}',
    "a byte order mark": b'\xef\xbb\xbf{"log_id": "G1"}',
    "single quotes": b"{'log_id': 'G1'}",
    "a comment": b'{"log_id": "G1"} // mine',
    "null": b"null",
    "a number": b"42",
    "a string": b'"G1"',
    "an array": b'[{"log_id": "G1"}]',
    "CSV": b"G1,admin,x",
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_line_that_is_no_json_object_is_malformed(name: str) -> None:
    assert errors_of(Feed.platform_logs, UNREADABLE[name]) == [("", "malformed_record")]


def test_the_place_of_the_fault_is_told() -> None:
    verdict = judged(Feed.platform_logs, b'{"log_id": NaN}')
    assert isinstance(verdict, Faults)
    assert "12" in verdict.errors[0].message.en
    assert "12" in verdict.errors[0].message.zh


def test_a_bad_line_takes_no_good_one_with_it() -> None:
    number = RECORDS_AT_ONCE + 3
    lines = [written(changed(Feed.platform_logs, log_id=f"G{n}")) for n in range(number)]
    lines[1], lines[RECORDS_AT_ONCE + 1] = b"{", b"\xff"
    checked = check(DEFINITIONS[Feed.platform_logs], lines, circumstances())
    bad = [1, RECORDS_AT_ONCE + 1]
    assert [position for position, _ in checked.faults] == bad
    assert checked.positions == [n for n in range(number) if n not in bad]
    assert checked.columns[0] == [f"G{n}" for n in checked.positions]


def test_of_a_repeated_key_the_last_counts() -> None:
    record = (
        b'{"log_id":7,"category":"admin","action":"a","occurred_at":"2026-01-01T00:00:00Z","log_id":"G2"}'
    )
    assert stored_of(Feed.platform_logs, record)["log_id"] == "G2"
    repeated_null = record[:-1] + b',"log_id":null}'
    assert errors_of(Feed.platform_logs, repeated_null) == [("/log_id", "missing_field")]


def test_escapes_are_undone() -> None:
    record = (
        written(FULL[Feed.platform_logs]).replace(b'"log_id"', rb'"\u006cog_id"').replace(b"G1", rb"\u00471")
    )
    assert stored_of(Feed.platform_logs, record)["log_id"] == "G1"


@pytest.mark.parametrize("feed", Feed)
def test_unknown_fields_are_errors_each(feed: Feed) -> None:
    assert errors_with(feed, colour="red", Class=None) == [
        ("/colour", "unknown_field"),
        ("/Class", "unknown_field"),
    ]


def test_of_thousands_of_unknown_fields_twenty_are_told() -> None:
    line = b"{" + b",".join(b'"a%d":1' % number for number in range(5000)) + b"}"
    codes = [code for _, code in errors_of(Feed.courses, line)]
    assert codes == ["missing_field"] * 5 + ["unknown_field"] * 20


@pytest.mark.parametrize(
    "name", ["张三", ID_NUMBER, f"id_{ID_NUMBER}", "13800138000", "a b", "a/b", "", "x" * 65]
)
def test_a_name_that_may_be_personal_is_not_repeated(name: str) -> None:
    verdict = judged(Feed.courses, changed(Feed.courses, **{name: 1}))
    assert isinstance(verdict, Faults)
    assert [(error.pointer, error.code) for error in verdict.errors] == [("", "unknown_field")]
    assert not name or name not in repr(verdict)


@pytest.mark.parametrize("feed", Feed)
def test_no_error_repeats_a_value(feed: Feed) -> None:
    """Whatever is wrong with a field, what stood there is not told."""
    for field in DEFINITIONS[feed].own_fields:
        for wrong in ("MARKED\n6222020200012345678", ["6222020200012345678\n"], {"6222020200012345678": 1}):
            verdict = judged(feed, changed(feed, **{field.name: wrong}))
            assert isinstance(verdict, Faults)
            assert "6222020200012345678" not in repr(verdict)


@pytest.mark.parametrize("feed", Feed)
def test_every_error_speaks_both_languages(feed: Feed) -> None:
    verdict = judged(feed, dict.fromkeys(DEFINITIONS[feed].names, 1.5) | {"colour": 1})
    assert isinstance(verdict, Faults)
    for error in verdict.errors:
        name = error.pointer.removeprefix("/")
        assert error.message.zh.startswith(name + "：")
        assert error.message.en.startswith(name + ": ")
        assert error.message.en.isascii()
