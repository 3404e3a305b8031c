"""Instants, days, and what lies in the future."""

from datetime import UTC, date, datetime, timedelta

import pytest

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from app.ingest.kinds import Day, Instant
from tests.ingest.examples import NOW, Record, changed, errors_with, stored_of

INSTANTS = [
    (feed, field.name)
    for feed, definition in DEFINITIONS.items()
    for field in definition.own_fields
    if isinstance(field.kind, Instant)
]
OF_THE_TIMETABLE = {
    (Feed.lessons, "starts_at"),
    (Feed.lessons, "ends_at"),
    (Feed.videos, "available_until"),
}
FREE: dict[Feed, Record] = {
    Feed.lessons: {"kind": "vod", "starts_at": None, "ends_at": None},
    Feed.enrollments: {"enrolled_at": None, "withdrawn_at": None},
    Feed.attendance: {"signed_in_at": None, "signed_out_at": None},
    Feed.verifications: {"answered_at": None},
    Feed.quiz_answers: {"answered_at": None},
}
"""What keeps the other end of an interval out of the way."""


def at(feed: Feed, name: str, instant: object) -> list[tuple[str, str]]:
    """The errors of this field, with the other instants of the record out of the way."""
    found = errors_with(feed, **{**FREE.get(feed, {}), name: instant})
    return [error for error in found if error[0] == "/" + name and error[1] != "invalid_interval"]


@pytest.mark.parametrize(("feed", "name"), INSTANTS)
class TestInstants:
    def test_are_rfc_3339(self, feed: Feed, name: str) -> None:
        for good in (
            "2026-03-02T09:00:00Z",
            "2026-03-02t09:00:00z",
            "2026-03-02T09:00:00.1+08:00",
            "2026-03-02T09:00:00.123456-00:00",
            "2026-03-02T23:59:59+23:59",
            "2024-02-29T00:00:00-11:30",
            "0001-01-02T00:00:00+08:00",
        ):
            assert at(feed, name, good) == []

    def test_are_nothing_else(self, feed: Feed, name: str) -> None:
        for wrong in (
            "",
            "2026-03-02",
            "2026-03-02 09:00:00Z",
            "2026-03-02T09:00Z",
            "2026-03-02T09:00:00+0800",
            "2026-03-02T09:00:00+08",
            "2026-03-02T09:00:00.Z",
            "2026-03-02T09:00:00,5Z",
            "2026-03-02T09:00:00.1234567Z",
            "2026-03-02T09:00:60Z",
            "2026-03-02T24:00:00Z",
            "2026-03-02T09:60:00Z",
            "2026-02-29T09:00:00Z",
            "2026-13-02T09:00:00Z",
            "2026-03-02T09:00:00+24:00",
            "2026-03-02T09:00:00+08:60",
            "0000-03-02T09:00:00Z",
            "0001-01-01T00:00:00+08:00",
            "2026-W10-1T09:00:00Z",
            "20260302T090000Z",
            "２０２６-03-02T09:00:00Z",
            " 2026-03-02T09:00:00Z",
            "2026-03-02T09:00:00Z\n",
            "2026-03-02T09:00:00Z\n2026-03-02T09:00:00Z",
        ):
            assert at(feed, name, wrong) == [("/" + name, "invalid_value")], wrong
        for mistyped in (1772413200, True, ["2026-03-02T09:00:00Z"]):
            assert at(feed, name, mistyped) == [("/" + name, "invalid_type")]

    def test_carry_an_offset(self, feed: Feed, name: str) -> None:
        for naive in ("2026-03-02T09:00:00", "2026-03-02T09:00:00.5", "2026-03-02t09:00:00"):
            assert at(feed, name, naive) == [("/" + name, "naive_timestamp")]

    def test_lie_ahead_only_in_a_timetable(self, feed: Feed, name: str) -> None:
        latest = NOW + timedelta(minutes=10)
        assert at(feed, name, latest.isoformat()) == []
        beyond = (latest + timedelta(microseconds=1)).isoformat()
        expected = [] if (feed, name) in OF_THE_TIMETABLE else [("/" + name, "timestamp_in_future")]
        assert at(feed, name, beyond) == expected
        assert at(feed, name, "9999-12-31T23:59:59.999999Z") == expected


def test_these_are_the_instants() -> None:
    names = (
        "closed_at starts_at ends_at enrolled_at withdrawn_at signed_in_at signed_out_at online_at "
        "offline_at issued_at answered_at asked_at answered_at taken_at started_at ended_at recorded_at "
        "available_until submitted_at occurred_at"
    )
    assert [name for _, name in INSTANTS] == names.split()


def test_an_instant_is_stored_in_utc_exactly() -> None:
    for spelling in (
        "2026-03-02T09:00:00.100000+08:00",
        "2026-03-02t01:00:00.1z",
        "2026-03-01T15:30:00.10-09:30",
    ):
        stored = stored_of(Feed.platform_logs, changed(Feed.platform_logs, occurred_at=spelling))
        assert stored["occurred_at"] == datetime(2026, 3, 2, 1, 0, 0, 100_000, tzinfo=UTC)
        assert stored["occurred_at"].utcoffset() == timedelta(0)


@pytest.mark.parametrize("name", ["starts_on", "ends_on"])
def test_days_are_dates_of_the_calendar(name: str) -> None:
    days = [f.name for f in DEFINITIONS[Feed.class_groups].own_fields if isinstance(f.kind, Day)]
    assert days == ["starts_on", "ends_on"]
    same = {"starts_on": "2028-02-29", "ends_on": "2028-02-29"}
    assert stored_of(Feed.class_groups, changed(Feed.class_groups, **same))[name] == date(2028, 2, 29)
    for wrong in (
        "",
        "2026-02-29",
        "2026-3-2",
        "20260302",
        "2026-W10-1",
        "2026-03-02T00:00:00Z",
        "02.03.2026",
    ):
        assert errors_with(Feed.class_groups, **{name: wrong}) == [("/" + name, "invalid_value")]
    assert errors_with(Feed.class_groups, **{name: 20260302}) == [("/" + name, "invalid_type")]
