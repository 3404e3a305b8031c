"""The version in force is the one of the first day, and what is published says where it comes from."""

from datetime import date
from pathlib import Path

import pytest

from app.policies.errors import PolicyNotFound, PolicyVersionNotFound
from app.policies.service import Policies

PACK = """
programme: pilot
title: {zh: 试点项目, en: Pilot}
counting:
  minutes_per_hour:
    title: {zh: 每学时分钟数, en: Minutes per credited hour}
    values:
      2026-01-01: {value: 45, clause: 通知 第一条, words: 每学时45分钟}
  vod_attended_share:
    title: {zh: 视为到课的比例, en: Share that makes it attended}
    values:
      2026-01-01: {value: 0.8, clause: 通知 第二条, words: 达到80%}
parameters:
  least_attendance_rate:
    title: {zh: 到课率下限, en: Least attendance rate}
    values:
      2026-01-01: {value: 0.80, clause: 通知 第三条, words: 不低于80%}
      2026-07-01: {value: 0.90, clause: 补充通知 第一条, words: 不低于90%}
rules:
  attendance-rate:
    title: {zh: 到课率, en: Attendance rate}
    remedy: {zh: 参加课次, en: Attend}
    severity: blocking
    fact: attendance_rate
    at_least: least_attendance_rate
"""


@pytest.fixture
def policies(tmp_path: Path) -> Policies:
    (tmp_path / "pilot.yaml").write_text(PACK)
    return Policies.load(tmp_path)


@pytest.mark.parametrize(
    ("first_day", "version"),
    [
        (date(2025, 12, 31), None),
        (date(2026, 1, 1), "2026-01-01"),
        (date(2026, 6, 30), "2026-01-01"),
        (date(2026, 7, 1), "2026-07-01"),
    ],
)
def test_a_class_group_is_judged_by_the_version_of_its_first_day(
    policies: Policies, first_day: date, version: str | None
) -> None:
    applied = policies.version_for("pilot", first_day)
    assert (applied and applied.version) == version
    assert policies.programme_exists("pilot", first_day) is (version is not None)


def test_an_unknown_programme_has_no_version(policies: Policies) -> None:
    assert not policies.programme_exists("nowhere", date(2026, 7, 1))


def test_built_in_and_further_packs_are_listed_together(policies: Policies) -> None:
    listed = [policy.policy_id for policy in policies.policies()]
    assert listed == sorted(listed)
    assert {"pilot", "standard", "bj-advanced-2020"} <= {*listed}


def test_a_policy_shows_every_value_once_with_its_day_and_clause(policies: Policies) -> None:
    published = policies.policy("pilot")
    values = {parameter.name: parameter.values for parameter in published.parameters}
    assert [
        (value.effective_from, value.value, value.clause) for value in values["least_attendance_rate"]
    ] == [
        (date(2026, 1, 1), "0.8", "通知 第三条"),
        (date(2026, 7, 1), "0.9", "补充通知 第一条"),
    ]
    assert [value.words for value in values["minutes_per_hour"]] == ["每学时45分钟"]


def test_a_version_ends_the_day_before_the_next_begins(policies: Policies) -> None:
    first, second = policies.policy("pilot").versions
    assert (first.effective_until, second.effective_until) == (date(2026, 6, 30), None)
    assert first.content_hash != second.content_hash


def test_a_version_says_what_it_compares_with_what_and_how_to_mend_it(policies: Policies) -> None:
    published = policies.version("pilot", "2026-07-01")
    applied = policies.version_for("pilot", date(2026, 8, 1))
    assert applied is not None
    assert published.content_hash == applied.content_hash.hex()
    (rule,) = published.rules
    assert (rule.comparison.fact, rule.comparison.unit, rule.comparison.operator) == (
        *("attendance_rate", "lessons", "at_least"),
    )
    threshold = next(value for value in published.parameters if value.name == rule.comparison.parameter)
    assert (threshold.value, threshold.words) == ("0.9", "不低于90%")
    assert (rule.remedy.zh, rule.remedy.en) == ("参加课次", "Attend")


def test_what_no_pack_describes_is_not_found(policies: Policies) -> None:
    with pytest.raises(PolicyNotFound):
        policies.policy("nowhere")
    with pytest.raises(PolicyNotFound):
        policies.version("nowhere", "2026-01-01")
    with pytest.raises(PolicyVersionNotFound):
        policies.version("pilot", "2026-02-01")
