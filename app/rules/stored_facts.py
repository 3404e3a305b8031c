"""Judges facts as they are stored, by the same engine: for what-if, a million at a time. Pure.

Facts repeat where seconds do not: what a rule says of figures it has met before is looked up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from app.core.vocabulary import Outcome, Subject
from app.rules.days import MINUTE
from app.rules.engine import outcome_of
from app.rules.fact_names import FactName
from app.rules.figures import Figure, from_stored
from app.rules.policy import PolicyVersion, Rule

Written = int | str | bool | None

REMEMBERED = 20_000
"""Sets of figures whose outcome is kept for each rule."""

Stored = Any
"""What one rule asks for: a stored figure, or a tuple of several; `UNSET` where a fact was not counted."""


@dataclass(frozen=True, slots=True)
class StoredFacts:
    """What the engine asks of facts. Shortfalls are not told: they need the parts of rates."""

    figures: Mapping[FactName, Figure]
    credited_hour: Fraction | None

    def figure(self, fact: FactName) -> Figure:
        return self.figures.get(fact)

    def parts(self, fact: FactName) -> None:  # noqa: ARG002 (the engine's protocol)
        return None


@dataclass(slots=True)
class RuleOnStored:
    """One rule, and what it said before."""

    rule: Rule
    credited_hour: Fraction
    """In microseconds; credited hours are counted anew by it."""
    facts: tuple[FactName, ...] = field(init=False)
    read: tuple[FactName, ...] = field(init=False)
    """Names of the stored figures that these are made of."""
    _said: dict[Stored, Outcome] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.facts = tuple(dict.fromkeys(self.rule.facts()))
        self.read = tuple(dict.fromkeys(name for fact in self.facts for name in _stored_names(fact)))

    def outcome(self, stored: Stored) -> Outcome | None:
        """None: a fact that it asks for was not counted."""
        said = self._said.get(stored)
        if said is None:
            figures = (stored,) if len(self.read) == 1 else stored
            if UNSET in figures:
                return None
            if len(self._said) >= REMEMBERED:
                self._said.clear()
            said = self._said[stored] = self._judge(dict(zip(self.read, figures, strict=True)))
        return said

    def _judge(self, stored: Mapping[FactName, Any]) -> Outcome:
        figures = {fact: self._figure(fact, stored) for fact in self.facts}
        return outcome_of(self.rule, StoredFacts(figures, self.credited_hour))

    def _figure(self, fact: FactName, stored: Mapping[FactName, Any]) -> Figure:
        if fact is FactName.credited_hours and stored[fact] is not None:
            credited: int = stored[FactName.credited_seconds]
            return Fraction(credited * self.credited_hour.denominator, self.credited_hour.numerator)
        return from_stored(fact, stored[fact])


def _stored_names(fact: FactName) -> tuple[FactName, ...]:
    if fact is FactName.credited_hours:
        return FactName.credited_hours, FactName.credited_seconds
    return (fact,)


class StoredJudge:
    """Some rules of a version: those on enrollments, or those on the class group itself."""

    def __init__(self, version: PolicyVersion, subject: Subject = Subject.enrollment) -> None:
        hour = version.counting.minutes_per_hour * MINUTE
        self.rules = [RuleOnStored(rule, hour) for rule in version.rules_on(subject)]
        self.codes = tuple(each.rule.code for each in self.rules)
        read = tuple(dict.fromkeys(name for each in self.rules for name in each.read))
        row: Any = msgspec.defstruct("Row", [(name.value, Written | UnsetType, UNSET) for name in read])
        self._decode = msgspec.json.Decoder(row).decode
        self._each = [(rule.outcome, attrgetter(*rule.read)) for rule in self.rules]

    def outcomes(self, facts: str) -> tuple[Outcome | None, ...]:
        """Of facts as JSON, in the order of the rules."""
        row = self._decode(facts)
        return tuple([outcome(read(row)) for outcome, read in self._each])
