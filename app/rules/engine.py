"""Judges facts by the rules of a policy version (semantics.md §5)."""

from collections.abc import Collection, Iterable, Mapping
from fractions import Fraction
from math import ceil
from typing import Any, NamedTuple, Protocol, Self, assert_never

from app.core.vocabulary import Eligibility, Outcome, Severity, Subject
from app.rules.days import SECOND
from app.rules.fact_names import FactName, Unit
from app.rules.figures import Figure, ShownFigure, StoredFigure, exact, read_exact, shown, shown_seconds
from app.rules.parameters import written
from app.rules.policy import Comparison, Operator, Rule
from app.rules.records import ClassGroup, Enrollment
from app.rules.waivers import Waiver

EXACT = {Unit.seconds, Unit.share, Unit.ratio}
"""What is not counted in whole numbers."""


class Figures(Protocol):
    """What rules ask of the facts of a subject."""

    def figure(self, fact: FactName, /) -> Figure:
        """None where it is missing."""

    def parts(self, fact: FactName, /) -> tuple[int, int] | None:
        """Numerator and denominator of a rate of counted things, not reduced; None: it is no such rate."""

    @property
    def credited_hour(self) -> Fraction | None:
        """How many microseconds make one credited hour."""


class RuleOutcome(NamedTuple):
    """What a rule says of its subject, exactly."""

    code: str
    outcome: Outcome
    severity: Severity
    fact: FactName
    observed: Figure
    threshold: Figure
    """A number, a yes, or the text of what the fact may be one of."""
    shortfall: int | Fraction | None
    """By how much the numerator must grow for the rule to pass: lessons, questions and so on, or seconds."""
    clause: str
    subject: Subject = Subject.enrollment
    places: tuple[str, ...] = ()
    """Of a rule on lessons, courses or videos: the ids of those that failed it or are missing, at most 20."""

    waived_by: str | None = None
    """The waiver that holds for this very outcome."""

    @property
    def blocks(self) -> bool:
        """Decides eligibility: what is waived does not."""
        return self.severity is Severity.blocking and self.waived_by is None

    def stored(self) -> dict[str, StoredFigure | list[str]]:
        """As JSON keeps it, fractions as text; seconds are seconds here. Enrollments need no subject."""
        stored: dict[str, StoredFigure | list[str]] = {
            "code": self.code,
            "outcome": self.outcome.value,
            "severity": self.severity.value,
            "fact": self.fact.value,
            "observed": exact(self.observed),
            "threshold": exact(self.threshold),
            "shortfall": exact(self.shortfall),
            "clause": self.clause,
        }
        if self.subject is not Subject.enrollment:
            stored |= {"subject": self.subject.value, "places": list(self.places)}
        if self.waived_by is not None:
            stored["waived_by"] = self.waived_by
        return stored

    @classmethod
    def from_stored(cls, stored: Mapping[str, Any]) -> Self:
        """The exact outcome again."""
        figures = {name: read_exact(stored[name]) for name in ("observed", "threshold", "shortfall")}
        fact = FactName(stored["fact"])
        named = {
            "outcome": Outcome(stored["outcome"]),
            "severity": Severity(stored["severity"]),
            "fact": fact,
            "subject": Subject(stored.get("subject", Subject.enrollment)),
            "places": tuple(stored.get("places", ())),
        }
        if fact.unit is Unit.text:
            figures["observed"] = stored["observed"]
        return cls(**{**stored, **named, **figures})

    def shown(self) -> dict[str, ShownFigure | str | tuple[str, ...]]:
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
            "subject": self.subject.value,
            "places": self.places,
            "waived_by": self.waived_by,
        }


def judge(rules: Iterable[Rule], figures: Figures) -> tuple[RuleOutcome, ...]:
    """Rules and figures of one subject."""
    return tuple([judge_rule(rule, figures) for rule in rules])


def eligibility_of(
    class_group: ClassGroup, enrollment: Enrollment, outcomes: Iterable[RuleOutcome]
) -> Eligibility:
    """The first that matches, in the order of the vocabulary."""
    if enrollment.withdrawn_at is not None:
        return Eligibility.withdrawn
    if class_group.is_running:
        return Eligibility.in_progress
    return eligibility_by({outcome.outcome for outcome in outcomes if outcome.blocks})


def eligibility_by(blocking: Collection[Outcome]) -> Eligibility:
    """Of a closed class group, by what its blocking rules say."""
    if Outcome.failed in blocking:
        return Eligibility.ineligible
    if Outcome.missing in blocking:
        return Eligibility.insufficient_evidence
    return Eligibility.eligible


def waive(outcomes: Iterable[RuleOutcome], waivers: Iterable[Waiver]) -> tuple[RuleOutcome, ...]:
    """The same outcomes; what is waived names its waiver."""
    held = {waiver[1:]: waiver.waiver_id for waiver in waivers}
    if not held:
        return tuple(outcomes)
    return tuple(
        [
            each._replace(waived_by=held.get((each.code, each.outcome, each.observed, each.threshold)))
            for each in outcomes
        ]
    )


def judge_rule(rule: Rule, figures: Figures) -> RuleOutcome:
    comparison = rule.comparison
    observed = figures.figure(comparison.fact)
    outcome = _unless_applicable(rule, figures) or _compare(comparison, observed)
    return RuleOutcome(
        code=rule.code,
        outcome=outcome,
        severity=rule.severity,
        fact=comparison.fact,
        observed=observed,
        threshold=_told(comparison),
        shortfall=_shortfall(comparison, figures) if outcome is Outcome.failed else None,
        clause=comparison.threshold.clause,
        subject=rule.subject,
    )


def outcome_of(rule: Rule, figures: Figures) -> Outcome:
    """What `judge_rule` says, without the figures that it says it by: a third of the time."""
    return _unless_applicable(rule, figures) or _compare(
        rule.comparison, figures.figure(rule.comparison.fact)
    )


def _told(comparison: Comparison) -> Figure:
    value = comparison.threshold.value
    return written(value) if isinstance(value, tuple) else value


def _unless_applicable(rule: Rule, figures: Figures) -> Outcome | None:
    """The conditions' word where one does not hold, None where the rule itself must be judged."""
    if not rule.conditions:
        return None
    words = {_compare(condition, figures.figure(condition.fact)) for condition in rule.conditions}
    if words & {Outcome.failed, Outcome.not_applicable}:
        return Outcome.not_applicable
    return Outcome.missing if Outcome.missing in words else None


def _compare(comparison: Comparison, figure: Figure) -> Outcome:
    if comparison.is_blank:
        return Outcome.not_applicable
    if figure is None:
        return Outcome.missing
    return Outcome.passed if _is_met(comparison, figure) else Outcome.failed


def _is_met(comparison: Comparison, figure: Fraction | int | str) -> bool:
    if isinstance(figure, str):
        return figure.casefold() in comparison.threshold.choices
    match comparison.operator:
        case Operator.at_least:
            return figure >= comparison.threshold.number
        case Operator.at_most:
            return figure <= comparison.threshold.number
        case Operator.equals:
            return figure == comparison.threshold.number
        case Operator.one_of:
            return figure in comparison.threshold.choices
        case Operator.is_true:
            return bool(figure)
        case _:
            assert_never(comparison.operator)


def _shortfall(comparison: Comparison, figures: Figures) -> int | Fraction | None:
    """Of a failed `at_least` rule, all else unchanged."""
    if comparison.operator is not Operator.at_least:
        return None
    fact, threshold = comparison.fact, comparison.threshold.number
    if (parts := figures.parts(fact)) is not None:
        part, whole = parts
        return ceil(threshold * whole) - part
    observed = figures.figure(fact)
    missing = threshold if observed is None or isinstance(observed, str) else threshold - observed
    if fact is FactName.credited_hours and figures.credited_hour is not None:
        return missing * figures.credited_hour / SECOND
    return missing if fact.unit in EXACT else ceil(missing)
