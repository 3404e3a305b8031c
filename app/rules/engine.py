"""Judges facts by the rules of a policy version (semantics.md §5)."""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple, Self, assert_never

from app.core.vocabulary import Eligibility, Outcome, Severity
from app.rules.days import SECOND
from app.rules.facts import RATES, Facts
from app.rules.figures import (
    FactName,
    Figure,
    ShownFigure,
    StoredFigure,
    Unit,
    exact,
    read_exact,
    shown,
    shown_seconds,
)
from app.rules.policy import Comparison, Operator, PolicyVersion, Rule
from app.rules.records import ClassGroup, Enrollment


class RuleOutcome(NamedTuple):
    """What a rule says of an enrollment, exactly."""

    code: str
    outcome: Outcome
    severity: Severity
    fact: FactName
    observed: Figure
    threshold: Figure
    shortfall: int | Fraction | None
    """By how much the numerator must grow for the rule to pass: lessons, questions and so on, or seconds."""
    clause: str

    @property
    def blocks(self) -> bool:
        return self.severity is Severity.blocking

    def stored(self) -> dict[str, StoredFigure]:
        """As JSON keeps it, fractions as text; seconds are seconds here."""
        return {
            "code": self.code,
            "outcome": self.outcome.value,
            "severity": self.severity.value,
            "fact": self.fact.value,
            "observed": exact(self.observed),
            "threshold": exact(self.threshold),
            "shortfall": exact(self.shortfall),
            "clause": self.clause,
        }

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """The exact outcome again."""
        figures = {name: read_exact(stored[name]) for name in ("observed", "threshold", "shortfall")}
        named = {
            "outcome": Outcome(stored["outcome"]),
            "severity": Severity(stored["severity"]),
            "fact": FactName(stored["fact"]),
        }
        return cls(**{**stored, **named, **figures})

    def shown(self) -> dict[str, ShownFigure | str]:
        """As the API shows it."""
        shortfall = self.shortfall
        return {
            "code": self.code,
            "outcome": self.outcome.value,
            "severity": self.severity.value,
            "observed": shown(self.fact, self.observed),
            "threshold": shown(self.fact, self.threshold),
            "shortfall": shown_seconds(shortfall) if isinstance(shortfall, Fraction) else shortfall,
            "clause": self.clause,
        }


def judge(version: PolicyVersion, facts: Facts) -> tuple[RuleOutcome, ...]:
    return tuple([_judge_rule(rule, facts) for rule in version.rules])


def eligibility_of(
    class_group: ClassGroup, enrollment: Enrollment, outcomes: Iterable[RuleOutcome]
) -> Eligibility:
    """The first that matches, in the order of the vocabulary."""
    if enrollment.withdrawn_at is not None:
        return Eligibility.withdrawn
    if class_group.is_running:
        return Eligibility.in_progress
    blocking = {outcome.outcome for outcome in outcomes if outcome.blocks}
    if Outcome.failed in blocking:
        return Eligibility.ineligible
    if Outcome.missing in blocking:
        return Eligibility.insufficient_evidence
    return Eligibility.eligible


def _judge_rule(rule: Rule, facts: Facts) -> RuleOutcome:
    comparison = rule.comparison
    observed = facts.figure(comparison.fact)
    outcome = _unless_applicable(rule, facts) or _compare(comparison, observed)
    threshold = comparison.threshold
    return RuleOutcome(
        code=rule.code,
        outcome=outcome,
        severity=rule.severity,
        fact=comparison.fact,
        observed=observed,
        threshold=None if isinstance(threshold.value, str) else threshold.value,
        shortfall=_shortfall(comparison, facts) if outcome is Outcome.failed else None,
        clause=threshold.clause,
    )


def _unless_applicable(rule: Rule, facts: Facts) -> Outcome | None:
    """The condition's word where it does not hold, None where the rule itself must be judged."""
    if rule.condition is None:
        return None
    match _compare(rule.condition, facts.figure(rule.condition.fact)):
        case Outcome.passed:
            return None
        case Outcome.missing:
            return Outcome.missing
        case _:
            return Outcome.not_applicable


def _compare(comparison: Comparison, figure: Figure) -> Outcome:
    if comparison.is_blank:
        return Outcome.not_applicable
    if figure is None:
        return Outcome.missing
    return Outcome.passed if _is_met(comparison, figure) else Outcome.failed


def _is_met(comparison: Comparison, figure: Fraction | int) -> bool:
    match comparison.operator:
        case Operator.at_least:
            return figure >= comparison.threshold.number
        case Operator.at_most:
            return figure <= comparison.threshold.number
        case Operator.equals:
            return figure == comparison.threshold.number
        case Operator.is_true:
            return bool(figure)
        case _:
            assert_never(comparison.operator)


def _shortfall(comparison: Comparison, facts: Facts) -> int | Fraction | None:
    """Of a failed `at_least` rule, all else unchanged."""
    if comparison.operator is not Operator.at_least:
        return None
    fact, threshold = comparison.fact, comparison.threshold.number
    if fact in RATES:
        part, whole = facts.parts(fact)
        return ceil(threshold * whole) - part
    if fact is FactName.credited_hours and facts.credited_hour is not None:
        return (threshold * facts.credited_hour - facts.credited) / SECOND
    missing = threshold - (facts.figure(fact) or 0)
    return missing if fact.unit is Unit.seconds else ceil(missing)
