"""The policy model: what a programme asks, by which clause, from which day. `loader` reads it from packs."""

import json
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from fractions import Fraction
from hashlib import sha256

from app.core.errors import Text
from app.core.vocabulary import QuizAttempt, Severity, Subject
from app.rules.fact_names import ALWAYS, FactName
from app.rules.parameters import Parameter, Requirements
from app.rules.provisions import Provisions


@dataclass(frozen=True, slots=True)
class Counting:
    """How learning time and answers are counted (semantics.md §4)."""

    minutes_per_hour: Fraction
    vod_attended_share: Fraction
    stop_at_failed_verification: bool = False
    quiz_attempt: QuizAttempt = QuizAttempt.first
    daily_cap_minutes: int | None = None
    completion_tolerance_seconds: Fraction = Fraction(0)
    """What a lesson that counts as completed may lack (docs/semantics.md Q)."""
    whole_hours_per_course: bool = False
    """Money counts whole hours, floored course by course (docs/semantics.md S)."""
    one_person_at_once: bool = False
    """Time that a person spends in two class groups at once is credited in one of them."""
    late_after_live_minutes: int | None = None
    """After its end a record of a live or offline lesson is late; None: nobody says (docs/semantics.md Y)."""
    late_after_vod_minutes: int | None = None


class Operator(StrEnum):
    at_least = "at_least"
    at_most = "at_most"
    equals = "equals"
    one_of = "one_of"
    is_true = "is_true"


@dataclass(frozen=True, slots=True)
class Comparison:
    """One fact against one parameter. `is_true` asks for a yes as long as its parameter is true."""

    fact: FactName
    operator: Operator
    threshold: Parameter

    @property
    def is_blank(self) -> bool:
        """Nothing is asked: the parameter has no value, or a yes is not demanded."""
        return self.threshold.value is None or self.threshold.value is False

    def document(self) -> dict[str, object]:
        return {"fact": self.fact, self.operator: self.threshold.name}


@dataclass(frozen=True, slots=True)
class Rule:
    code: str
    title: Text
    remedy: Text
    severity: Severity
    comparison: Comparison
    conditions: tuple[Comparison, ...] = ()
    """All of them must hold for the rule to apply."""
    subject: Subject = Subject.enrollment
    requirements: Requirements = ()

    def facts(self) -> Iterator[FactName]:
        """All that must be known to judge it."""
        yield self.comparison.fact
        yield from (condition.fact for condition in self.conditions)

    def document(self) -> dict[str, object]:
        return {
            "code": self.code,
            "title": self.title._asdict(),
            "remedy": self.remedy._asdict(),
            "severity": self.severity,
            "subject": self.subject,
            "requirements": self.requirements,
            "conditions": [condition.document() for condition in self.conditions],
            **self.comparison.document(),
        }


@dataclass(frozen=True, slots=True)
class PolicyVersion:
    """What a programme asks of class groups that start from `effective_from` on, until its next version."""

    programme: str
    title: Text
    effective_from: date
    counting: Counting
    parameters: tuple[Parameter, ...]
    rules: tuple[Rule, ...]
    """Of all subjects, in the pack's order."""
    provisions: Provisions = field(default_factory=Provisions)
    content_hash: bytes = field(init=False)
    """SHA-256 of the canonical document: the same text of the policy, the same hash."""
    enrollment_rules: tuple[Rule, ...] = field(init=False)
    class_rules: tuple[Rule, ...] = field(init=False)
    """On the class group and what belongs to it."""
    further_facts: frozenset[FactName] = field(init=False)
    """Facts of an enrollment, beside those always counted, that its rules or its subsidy ask for."""

    def __post_init__(self) -> None:
        canonical = json.dumps(self.document(), ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        object.__setattr__(self, "content_hash", sha256(canonical.encode()).digest())
        object.__setattr__(self, "enrollment_rules", self.rules_on(Subject.enrollment))
        others = [subject for subject in Subject if subject is not Subject.enrollment]
        object.__setattr__(self, "class_rules", self.rules_on(*others))
        object.__setattr__(self, "further_facts", frozenset(self._asked_of_enrollments()) - {*ALWAYS})

    @property
    def version(self) -> str:
        return self.effective_from.isoformat()

    def _asked_of_enrollments(self) -> Iterator[FactName]:
        for rule in self.enrollment_rules:
            yield from rule.facts()
        if self.provisions.subsidy or self.counting.whole_hours_per_course:
            yield FactName.whole_credited_hours

    def rules_on(self, *subjects: Subject) -> tuple[Rule, ...]:
        """In the pack's order."""
        return tuple([rule for rule in self.rules if rule.subject in subjects])

    def rule(self, code: str) -> Rule:
        return next(rule for rule in self.rules if rule.code == code)

    def document(self) -> dict[str, object]:
        """Everything this version says, as JSON without numbers: values are texts of the exact decimals."""
        return {
            "programme": self.programme,
            "version": self.version,
            "title": self.title._asdict(),
            "parameters": [parameter.document() for parameter in self.parameters],
            "rules": [rule.document() for rule in self.rules],
            **self.provisions.document(),
        }


class Packs:
    """The policy packs in force, each a programme with its versions in the order of their dates."""

    def __init__(self, versions: Mapping[str, tuple[PolicyVersion, ...]]) -> None:
        self._versions = dict(versions)

    def programmes(self) -> list[str]:
        return sorted(self._versions)

    def versions(self, programme: str) -> tuple[PolicyVersion, ...]:
        """Oldest first; empty for a programme that no pack describes."""
        return self._versions.get(programme, ())

    def version_for(self, programme: str, starts_on: date) -> PolicyVersion | None:
        """The version in force on a class group's first day; None before the first one."""
        versions = self.versions(programme)
        position = bisect_right([version.effective_from for version in versions], starts_on)
        return versions[position - 1] if position else None
