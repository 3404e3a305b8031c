"""What is said of the class group, what is waived and what is paid, under a changed policy (semantics V)."""

import json
from fractions import Fraction

import pytest

from app.core.vocabulary import Eligibility, Outcome
from app.policies.simulation_judge import Judge
from app.policies.simulation_money import amounts
from app.rules.changes import Change, CountingNotSimulated, with_changes
from app.rules.loader import load_pack_text
from app.rules.policy import PolicyVersion
from app.rules.subsidy import Grant
from tests.eligibility.world import SHORT_PROGRAMME
from tests.factories.standings import rule

PARAMETERS = """
  least_headcount:
    title: {zh: 人数下限, en: Least headcount}
    unit: people
    values:
      2020-01-01: {value: 20, clause: 通知 第五条, words: 不少于20人}
  least_lesson_minutes:
    title: {zh: 每课分钟数, en: Minutes of a lesson}
    unit: minutes
    values:
      2020-01-01: {value: 45, clause: 通知 第六条, words: 不少于45分钟}
  subsidy_per_hour:
    title: {zh: 每学时补贴, en: Subsidy per hour}
    unit: yuan
    values:
      2020-01-01: {value: 30, clause: 通知 第七条, words: 每学时30元}
  yearly_cap:
    title: {zh: 每年上限, en: Yearly cap}
    unit: yuan
    values:
      2020-01-01: {value: 1000, clause: 通知 第八条, words: 每年不超过1000元}
rules:
  headcount:
    subject: class_group
    title: {zh: 人数, en: Headcount}
    remedy: {zh: 补足人数, en: Enrol more}
    severity: blocking
    fact: headcount
    at_least: least_headcount
  lesson-length:
    subject: lesson
    title: {zh: 课长, en: Length}
    remedy: {zh: 延长, en: Longer}
    severity: blocking
    fact: lesson_minutes
    at_least: least_lesson_minutes
"""
PACK = (
    SHORT_PROGRAMME.replace("\nrules:\n", PARAMETERS)
    + "subsidy: {per_hour: subsidy_per_hour, yearly_cap: yearly_cap}\n"
)
FACTS = json.dumps({"attendance_rate": "4/5", "credited_hours": "8", "credited_seconds": 8 * 2700 * 10**6})
TAGS = "attendance-rate:pass credited-hours:pass"


@pytest.fixture(scope="module")
def version() -> PolicyVersion:
    (only,) = load_pack_text(PACK, "short.yaml")
    return only


def judge(version: PolicyVersion, *changes: tuple[str, str]) -> Judge:
    (changed,) = with_changes([version], [Change(*each) for each in changes])
    return Judge(version, changed)


def class_rules(headcount: str = "pass", lesson_length: str = "pass") -> str:
    return json.dumps(
        [
            rule("headcount", headcount, fact="headcount", observed=19, threshold="20")
            | {"subject": "class_group"},
            rule("lesson-length", lesson_length, fact="lesson_minutes", observed=60, threshold="45")
            | {"subject": "lesson"},
        ]
    )


class TestClassGroups:
    def test_their_rules_are_judged_by_their_own_facts(self, version: PolicyVersion) -> None:
        desk = judge(version, ("headcount.at_least", "25"))
        level = desk.level('{"headcount": 22}', class_rules())
        verdict = desk.verdict(("eligible", TAGS, FACTS), level)
        assert verdict.after is Eligibility.ineligible
        assert [(each.code, each.after) for each in verdict.decisive] == [("headcount", Outcome.failed)]

    def test_what_barred_them_may_bar_no_more(self, version: PolicyVersion) -> None:
        desk = judge(version, ("headcount.at_least", "19"))
        level = desk.level('{"headcount": 19}', class_rules("fail"))
        verdict = desk.verdict(("ineligible", f"{TAGS} headcount:fail", FACTS), level)
        assert verdict.after is Eligibility.eligible

    def test_what_lessons_said_stands_as_long_as_it_is_asked_alike(self, version: PolicyVersion) -> None:
        desk = judge(version, ("attendance-rate.at_least", "0.5"))
        level = desk.level('{"headcount": 22}', class_rules(lesson_length="fail"))
        verdict = desk.verdict(("ineligible", f"{TAGS} lesson-length:fail", FACTS), level)
        assert (verdict.after, verdict.rules) == (Eligibility.ineligible, ())

    def test_of_lessons_nothing_else_can_be_told(self, version: PolicyVersion) -> None:
        desk = judge(version, ("lesson-length.at_least", "40"))
        level = desk.level('{"headcount": 22}', class_rules())
        assert desk.verdict(("eligible", TAGS, FACTS), level).after is None

    def test_equal_ones_are_the_same(self, version: PolicyVersion) -> None:
        desk = judge(version)
        assert desk.level('{"headcount": 22}', class_rules()) is desk.level(
            '{"headcount": 23}', class_rules()
        )


class TestWaivers:
    @pytest.mark.parametrize(
        ("change", "after"),
        [
            (("credited-hours.at_least", "2"), Eligibility.eligible),
            (("attendance-rate.at_least", "0.95"), Eligibility.ineligible),
        ],
    )
    def test_one_holds_as_long_as_the_same_is_asked(
        self, version: PolicyVersion, change: tuple[str, str], after: Eligibility
    ) -> None:
        """0.8 attended and 0.9 asked, which was waived."""
        (strict,) = with_changes([version], [Change("attendance-rate.at_least", "0.9")])
        desk = judge(strict, change)
        level = desk.level('{"headcount": 22}', class_rules())
        waived = json.dumps([rule("attendance-rate", "fail", threshold="9/10") | {"waived_by": "W1"}])
        tags = "attendance-rate:fail credited-hours:pass"
        assert desk.verdict(("eligible", tags, FACTS), level, waived).after is after


class TestMoney:
    GRANT = Grant(
        subsidy_fen=24_000,
        hours=8,
        fen_per_hour=3_000,
        granted_before_fen=0,
        cap_fen=100_000,
        clause="通知 第七条",
        is_one_person=True,
    )

    @pytest.mark.parametrize(
        ("changes", "after", "then"),
        [
            ([("subsidy_per_hour", "40")], Eligibility.eligible, 32_000),
            ([("yearly_cap", "200")], Eligibility.eligible, 20_000),
            ([("attendance-rate.at_least", "0.9")], Eligibility.ineligible, 0),
            ([("subsidy_per_hour", "")], Eligibility.eligible, None),
            ([("minutes_per_hour", "50")], Eligibility.eligible, None),
        ],
    )
    def test_the_same_hours_by_the_changed_rate_and_cap(
        self, version: PolicyVersion, changes: list[tuple[str, str]], after: Eligibility, then: int | None
    ) -> None:
        stored = json.dumps(self.GRANT.stored())
        assert amounts(judge(version, *changes), stored, after) == (24_000, then)

    def test_where_none_stands_none_is_told(self, version: PolicyVersion) -> None:
        assert amounts(judge(version), None, Eligibility.eligible) == (None, None)


def test_whole_hours_are_not_counted_anew(version: PolicyVersion) -> None:
    pack = PACK.replace("fact: credited_hours", "fact: whole_credited_hours")
    (whole,) = load_pack_text(pack, "short.yaml")
    with pytest.raises(CountingNotSimulated, match="minutes_per_hour"):
        judge(whole, ("minutes_per_hour", "50"))
    assert version.counting.minutes_per_hour == Fraction(45)
