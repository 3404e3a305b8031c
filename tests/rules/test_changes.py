"""A version with some of its parameters changed, and everything else as it was (docs/semantics.md V)."""

from fractions import Fraction

import pytest

from app.rules.changes import (
    Change,
    CountingNotSimulated,
    ParameterUnknown,
    ParameterValueInvalid,
    differing_counting,
    with_changes,
)
from app.rules.policy import PolicyVersion
from tests.rules.examples import counting, standard


def changed(name: str, value: str) -> PolicyVersion:
    (version,) = with_changes([standard()], [Change(name, value)])
    return version


@pytest.mark.parametrize(
    "name",
    ["attendance-rate.at_least", "least_attendance_rate", "attendance-rate.least_attendance_rate"],
)
def test_a_parameter_is_found_by_its_name_or_by_the_rule_that_asks_for_it(name: str) -> None:
    version = changed(name, "0.85")
    assert version.rule("attendance-rate").comparison.threshold.value == Fraction(17, 20)
    assert version.rule("answer-accuracy") == standard().rule("answer-accuracy")
    assert {each.name: each.value for each in version.parameters}["least_attendance_rate"] == Fraction(17, 20)
    assert version.content_hash != standard().content_hash


def test_a_blank_value_asks_for_nothing() -> None:
    assert changed("attendance-rate.at_least", "").rule("attendance-rate").comparison.is_blank


def test_hours_may_be_longer() -> None:
    assert changed("minutes_per_hour", "50").counting.minutes_per_hour == 50


def test_an_unknown_name_is_told_what_there_is() -> None:
    with pytest.raises(ParameterUnknown, match=r"attendance-rate\.at_least.*least_credited_hours"):
        changed("attendance.at_least", "0.85")
    with pytest.raises(ParameterUnknown, match=r"attendance-rate\.at_least"):
        changed("attendance-rate.at_most", "0.85")


def test_what_may_be_personal_is_not_repeated() -> None:
    with pytest.raises(ParameterUnknown) as refusal:
        changed("11010519491231002X", "0.85")
    assert "1949" not in refusal.value.detail.en


@pytest.mark.parametrize("value", ["most", "true", "-1", "1e3"])
def test_a_value_is_of_the_kind_that_stood_there(value: str) -> None:
    with pytest.raises(ParameterValueInvalid):
        changed("attendance-rate.at_least", value)


@pytest.mark.parametrize(
    ("name", "value"),
    [("vod_attended_share", "0.9"), ("daily_cap_minutes", "240"), ("stop_at_failed_verification", "true")],
)
def test_how_time_is_counted_is_refused_with_a_way_out(name: str, value: str) -> None:
    with pytest.raises(CountingNotSimulated, match=f"{name}.*reassess"):
        changed(name, value)


def test_two_ways_of_counting_differ_in_what_facts_cannot_tell() -> None:
    longer = changed("minutes_per_hour", "50").counting
    assert differing_counting(standard().counting, longer) == []
    other = counting(daily_cap_minutes=60).counting
    assert differing_counting(standard().counting, other) == ["daily_cap_minutes"]


def test_without_a_change_the_version_is_the_same() -> None:
    assert with_changes([standard()], []) == (standard(),)
