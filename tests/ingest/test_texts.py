"""Free text and text of a fixed form."""

import pytest

from app.core.vocabulary import Feed
from app.ingest.definition import Presence
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import FreeText
from tests.ingest.examples import changed, errors_of, errors_with, stored_of

FREE_TEXTS = [
    (feed, field.name)
    for feed, definition in DEFINITIONS.items()
    for field in definition.own_fields
    if isinstance(field.kind, FreeText) and field.name != "programme"
]
LONG_TEXTS = {(Feed.evaluations, "comments"), (Feed.platform_logs, "detail")}

RARE_NAMES = [
    "𬭎",
    "䶮𫖯",
    "㛃",
    "𠮷野",
    "阿依古丽·买买提",
    "\ue81e",
    "\U0002ebef",
    "😀",
    "a\u0301",
    "　 全角空格 ",
]
"""Beyond the basic plane, private use, combining, wide spaces: whatever GB 18030 holds."""

CONTROLS = ["\0", "\t", "\n", "\r", "\x1b", "\x1f", "\x7f", "\x80", "\x85", "\x9f"]


@pytest.mark.parametrize(("feed", "name"), FREE_TEXTS)
class TestFreeText:
    def test_keeps_every_character(self, feed: Feed, name: str) -> None:
        for text in (*RARE_NAMES, "a\u2028b", "'; DROP TABLE", "=1+1", "\\u0041"):
            assert stored_of(feed, changed(feed, **{name: text}))[name] == text

    def test_is_bounded_in_characters(self, feed: Feed, name: str) -> None:
        most = 4000 if (feed, name) in LONG_TEXTS else 500
        assert errors_with(feed, **{name: "𬭎" * most}) == []
        assert errors_with(feed, **{name: "字" * (most + 1)}) == [("/" + name, "invalid_value")]

    def test_has_no_control_characters(self, feed: Feed, name: str) -> None:
        for control in CONTROLS:
            for text in (control, "a" + control, control + "a", "张" + control + "三"):
                assert errors_with(feed, **{name: text}) == [("/" + name, "invalid_value")]

    def test_is_a_string(self, feed: Feed, name: str) -> None:
        for mistyped in (1, False, ["a"], {"a": "b"}):
            assert errors_with(feed, **{name: mistyped}) == [("/" + name, "invalid_type")]

    def test_may_be_blank_only_where_it_is_optional(self, feed: Feed, name: str) -> None:
        presence = next(f.presence for f in DEFINITIONS[feed].fields if f.name == name)
        expected = [] if presence is Presence.optional else [("/" + name, "invalid_value")]
        for blank in ("", " ", "　"):
            assert errors_with(feed, **{name: blank}) == expected


@pytest.mark.parametrize("half", [r"\ud800", r"\udc00", r"\ud83d\u0041", r"a\udfff"])
def test_half_a_surrogate_pair_is_no_character(half: str) -> None:
    record = b'{"log_id":"G1","category":"admin","action":"%s","occurred_at":"2026-01-01T00:00:00Z"}'
    assert errors_of(Feed.platform_logs, record % half.encode()) == [("", "malformed_record")]
    assert errors_of(Feed.platform_logs, record % rb"\ud83d\ude00") == []


class TestFixedForms:
    def test_district_codes_have_six_digits(self) -> None:
        for wrong in ("11010", "1101050", "11010a", "朝阳区", "１１０１０５", "110105\n"):
            assert errors_with(Feed.enterprises, district_code=wrong) == [("/district_code", "invalid_value")]
        assert errors_with(Feed.enterprises, district_code=110105) == [("/district_code", "invalid_type")]

    def test_beacons_have_64_hexadecimal_digits(self) -> None:
        assert errors_with(Feed.attendance, beacon="0123456789abcdefABCDEF" + "0" * 42) == []
        for wrong in ("", "a" * 63, "a" * 65, "g" * 64):
            assert errors_with(Feed.attendance, beacon=wrong) == [("/beacon", "invalid_value")]
            assert errors_with(Feed.learning_records, beacon=wrong) == [("/beacon", "invalid_value")]

    def test_hashes_of_videos_are_lower_case(self) -> None:
        for wrong in ("AB" * 32, "ab" * 31, "", "xy" * 32):
            assert errors_with(Feed.videos, hash=wrong) == [("/hash", "invalid_value")]

    def test_videos_are_reached_by_https(self) -> None:
        for good in ("https://a", "https://a.cn:8443/x?y#z", "HTTPS://a.cn/课", "https://[2001:db8::1]/v"):
            expected = [] if good.startswith("https") else [("/url", "invalid_value")]
            assert errors_with(Feed.videos, url=good) == expected
        for wrong in (
            "http://a.cn/v",
            "https://",
            "https:///v",
            "ftp://a",
            "a.cn/v",
            "https://a b",
            "https://u@",
        ):
            assert errors_with(Feed.videos, url=wrong) == [("/url", "invalid_value")]
        assert errors_with(Feed.videos, url="https://a.cn/" + "v" * 1987) == []
        assert errors_with(Feed.videos, url="https://a.cn/" + "v" * 1988) == [("/url", "invalid_value")]

    def test_network_addresses_are_kept_as_the_platform_saw_them(self) -> None:
        for good in (
            "203.0.113.7",
            "2001:db8::1",
            "203.0.113.7:8080",
            "203.0.113.7, 198.51.100.2",
            "unknown",
        ):
            assert errors_with(Feed.learning_records, ip=good) == []
        for wrong in ("", "地址", "1.2.3.4\n", "1" * 101):
            assert errors_with(Feed.learning_records, ip=wrong) == [("/ip", "invalid_value")]
