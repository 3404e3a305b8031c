"""What rules say of facts, and what that makes of an enrollment (semantics.md §5)."""

from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.core.errors import Text
from app.core.vocabulary import Eligibility, Outcome, Severity
from app.rules.engine import RuleOutcome, eligibility_of, judge, waive
from app.rules.fact_names import FactName
from app.rules.facts import Facts
from app.rules.parameters import Parameter, ParameterValue
from app.rules.policy import Comparison, Operator, PolicyVersion, Rule
from app.rules.waivers import Waiver
from tests.rules.examples import A_PERSON, class_group, minutes, standard

FACTS = Facts(
    required_lessons=5,
    attended_lessons=4,
    lessons_completed=3,
    questions_asked=10,
    questions_correct=7,
    exams_required=0,
    exams_passed=0,
    verifications_issued=3,
    verifications_passed=2,
    evaluation_submitted=False,
    credited=minutes(1800) - 1,
    overlap=1,
    credited_hour=Fraction(minutes(45)),
)


def parameter(value: ParameterValue) -> Parameter:
    return Parameter("limit", Text("限值", "Limit"), value, "clause 1", "words", date(2020, 1, 1))


def compare(fact: FactName, operator: Operator, value: ParameterValue) -> Comparison:
    return Comparison(fact, operator, parameter(value))


def rule(
    comparison: Comparison, condition: Comparison | None = None, severity: Severity = Severity.blocking
) -> Rule:
    return Rule(
        "a-rule",
        Text("规则", "Rule"),
        Text("补救", "Remedy"),
        severity,
        comparison,
        (condition,) if condition else (),
    )


def judged(comparison: Comparison, condition: Comparison | None = None) -> RuleOutcome:
    version = standard()
    version = PolicyVersion(
        version.programme,
        version.title,
        version.effective_from,
        version.counting,
        version.parameters,
        (rule(comparison, condition),),
    )
    [outcome] = judge(version.rules, FACTS)
    return outcome


class TestComparison:
    @pytest.mark.parametrize(
        ("operator", "value", "outcome"),
        [
            (Operator.at_least, "0.8", Outcome.passed),
            (Operator.at_least, "0.8000000001", Outcome.failed),
            (Operator.at_most, "0.8", Outcome.passed),
            (Operator.at_most, "0.7999999999", Outcome.failed),
            (Operator.equals, "0.8", Outcome.passed),
            (Operator.equals, "0.8000000001", Outcome.failed),
        ],
    )
    def test_numbers_are_compared_exactly(self, operator: Operator, value: str, outcome: Outcome) -> None:
        comparison = compare(FactName.attendance_rate, operator, Fraction(value))
        assert judged(comparison).outcome is outcome

    def test_a_yes_that_is_demanded(self) -> None:
        comparison = compare(FactName.evaluation_submitted, Operator.is_true, value=True)
        assert judged(comparison).outcome is Outcome.failed

    def test_a_yes_that_is_not_demanded(self) -> None:
        comparison = compare(FactName.evaluation_submitted, Operator.is_true, value=False)
        assert judged(comparison).outcome is Outcome.not_applicable

    def test_a_blank_threshold_asks_nothing(self) -> None:
        comparison = compare(FactName.attendance_rate, Operator.at_least, None)
        assert judged(comparison).outcome is Outcome.not_applicable

    def test_without_the_fact_there_is_nothing_to_judge_by(self) -> None:
        comparison = compare(FactName.exam_pass_rate, Operator.at_least, Fraction(1))
        assert judged(comparison).outcome is Outcome.missing


class TestCondition:
    FAILS = compare(FactName.attendance_rate, Operator.at_least, Fraction(1))
    IS_MISSING = compare(FactName.exam_pass_rate, Operator.at_least, Fraction(1))

    def test_that_holds_leaves_the_rule_to_be_judged(self) -> None:
        holds = compare(FactName.questions_asked, Operator.at_least, Fraction(10))
        assert judged(self.FAILS, holds).outcome is Outcome.failed

    def test_that_does_not_hold_asks_nothing(self) -> None:
        does_not_hold = compare(FactName.questions_asked, Operator.at_least, Fraction(11))
        assert judged(self.FAILS, does_not_hold).outcome is Outcome.not_applicable
        assert judged(self.IS_MISSING, does_not_hold).outcome is Outcome.not_applicable

    def test_whose_fact_is_missing_leaves_the_rule_missing(self) -> None:
        assert judged(self.FAILS, self.IS_MISSING).outcome is Outcome.missing

    def test_with_a_blank_threshold_asks_nothing(self) -> None:
        blank = compare(FactName.questions_asked, Operator.at_least, None)
        assert judged(self.FAILS, blank).outcome is Outcome.not_applicable


class TestShortfall:
    @pytest.mark.parametrize(
        ("fact", "value", "shortfall"),
        [
            (FactName.attendance_rate, "0.81", 1),
            (FactName.answer_accuracy, "0.8", 1),
            (FactName.answer_accuracy, "0.85", 2),
            (FactName.completion_rate, "1", 2),
            (FactName.verification_pass_rate, "1", 1),
            (FactName.lessons_completed, "5", 2),
            (FactName.lessons_completed, "3.5", 1),
            (FactName.credited_hours, "40", Fraction(1, 1_000_000)),
            (FactName.credited_seconds, "108000", Fraction(1, 1_000_000)),
        ],
    )
    def test_is_the_least_that_makes_the_rule_pass(
        self, fact: FactName, value: str, shortfall: Fraction | int
    ) -> None:
        assert judged(compare(fact, Operator.at_least, Fraction(value))).shortfall == shortfall

    def test_is_null_where_the_rule_passes_or_is_missing(self) -> None:
        assert judged(compare(FactName.attendance_rate, Operator.at_least, Fraction("0.8"))).shortfall is None
        assert judged(compare(FactName.exam_pass_rate, Operator.at_least, Fraction(1))).shortfall is None

    def test_is_null_for_other_kinds_of_rules(self) -> None:
        assert judged(compare(FactName.attendance_rate, Operator.at_most, Fraction("0.7"))).shortfall is None
        assert judged(compare(FactName.lessons_completed, Operator.equals, Fraction(5))).shortfall is None


class TestEligibility:
    PASS = judged(compare(FactName.attendance_rate, Operator.at_least, Fraction("0.8")))
    FAIL = judged(compare(FactName.attendance_rate, Operator.at_least, Fraction(1)))
    MISSING = judged(compare(FactName.exam_pass_rate, Operator.at_least, Fraction(1)))

    @pytest.mark.parametrize(
        ("outcomes", "eligibility"),
        [
            ([PASS], Eligibility.eligible),
            ([PASS, MISSING], Eligibility.insufficient_evidence),
            ([PASS, MISSING, FAIL], Eligibility.ineligible),
            ([PASS, FAIL._replace(severity=Severity.warning)], Eligibility.eligible),
            ([PASS, MISSING._replace(severity=Severity.info)], Eligibility.eligible),
        ],
    )
    def test_of_a_closed_class_group(self, outcomes: list[RuleOutcome], eligibility: Eligibility) -> None:
        assert eligibility_of(class_group(), A_PERSON, outcomes) is eligibility

    def test_is_in_progress_while_the_class_group_runs(self) -> None:
        running = class_group(closed=False)
        assert eligibility_of(running, A_PERSON, [self.FAIL]) is Eligibility.in_progress

    def test_withdrawn_comes_first(self) -> None:
        withdrawn = A_PERSON._replace(withdrawn_at=0)
        for group in (class_group(), class_group(closed=False)):
            assert eligibility_of(group, withdrawn, [self.PASS]) is Eligibility.withdrawn


def test_an_outcome_is_stored_exactly_and_shown_rounded() -> None:
    outcome = judged(compare(FactName.credited_hours, Operator.at_least, Fraction(40)))
    assert outcome.stored() == {
        "code": "a-rule",
        "outcome": "fail",
        "severity": "blocking",
        "fact": "credited_hours",
        "observed": "107999999999/2700000000",
        "threshold": "40",
        "shortfall": "1/1000000",
        "clause": "clause 1",
    }
    assert outcome.shown() == {
        "code": "a-rule",
        "outcome": "fail",
        "severity": "blocking",
        "observed": Decimal(40),
        "threshold": Decimal(40),
        "shortfall": Decimal("0.000001"),
        "clause": "clause 1",
        "subject": "enrollment",
        "places": (),
        "waived_by": None,
    }


def test_the_clause_is_that_of_the_threshold() -> None:
    clauses = {outcome.code: outcome.clause for outcome in judge(standard().rules, FACTS)}
    assert clauses["attendance-rate"] == "秦人社〔2020〕13号 二（一）3（5）"
    assert clauses["answer-accuracy"] == "秦人社〔2020〕13号 二（一）3（6）"
    assert clauses["credited-hours"] == "北京市高精尖产业技能提升培训补贴通知 附件 一（二）1（2）"


class TestWaivers:
    FAILS = compare(FactName.attendance_rate, Operator.at_least, Fraction(1))

    def waived(self, **otherwise: Any) -> RuleOutcome:  # noqa: ANN401 - any field of a waiver
        outcome = judged(self.FAILS)
        waiver = Waiver("W1", outcome.code, outcome.outcome, outcome.observed, outcome.threshold)
        [waived] = waive([outcome], [waiver._replace(**otherwise)])
        return waived

    def test_what_is_waived_still_fails_and_bars_nobody(self) -> None:
        waived = self.waived()
        assert (waived.outcome, waived.waived_by) == (Outcome.failed, "W1")
        assert eligibility_of(class_group(), A_PERSON, [waived]) is Eligibility.eligible

    @pytest.mark.parametrize(
        "otherwise",
        [
            {"rule": "another-rule"},
            {"observed": Fraction(3, 5)},
            {"threshold": Fraction(9, 10)},
            {"outcome": Outcome.missing},
        ],
    )
    def test_a_waiver_holds_for_what_was_found_and_for_nothing_else(self, otherwise: dict[str, Any]) -> None:
        barred = self.waived(**otherwise)
        assert barred.waived_by is None
        assert eligibility_of(class_group(), A_PERSON, [barred]) is Eligibility.ineligible

    def test_a_waiver_is_kept_with_the_outcome(self) -> None:
        waived = self.waived()
        assert RuleOutcome.from_stored(waived.stored()) == waived
        assert waived.shown()["waived_by"] == "W1"
        assert "waived_by" not in judged(self.FAILS).stored()
