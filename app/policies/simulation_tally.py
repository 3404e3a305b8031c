"""What a what-if adds up to: by transition, by rule, by enterprise and district. Pure."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from app.core.ids import ClassGroupKey, LearnerId, Uscc
from app.core.vocabulary import Eligibility, Outcome
from app.policies.simulation_judge import RuleChange, Verdict
from app.policies.simulation_money import Amounts
from app.policies.simulation_repository import ClassGroupRow

Transition = tuple[Eligibility, Eligibility]


@dataclass(frozen=True, slots=True)
class Changed:
    """An enrollment that would stand otherwise."""

    class_group: ClassGroupRow
    learner_id: LearnerId
    name: str
    before: Eligibility
    after: Eligibility
    rules: tuple[RuleChange, ...]
    amounts: Amounts


@dataclass(slots=True)
class Moves:
    """Of a class group, an enterprise or a district."""

    judged: int = 0
    changed: int = 0
    gained: int = 0
    """Would be eligible and are not."""
    lost: int = 0
    """Are eligible and would not be."""

    def add(self, verdict: Verdict, number: int) -> None:
        self.judged += number
        if verdict.before is not verdict.after:
            self.changed += number
            self.gained += number * (verdict.after is Eligibility.eligible)
            self.lost += number * (verdict.before is Eligibility.eligible)


@dataclass(slots=True)
class RuleMoves:
    outcomes: Counter[tuple[Outcome | None, Outcome | None]] = field(default_factory=Counter)
    """Changed ones, of everybody but the withdrawn."""
    decided: int = 0
    """Enrollments whose eligibility changes, this blocking rule being among those that change."""


@dataclass(slots=True)
class Tally:
    enrollments: int = 0
    transitions: Counter[Transition] = field(default_factory=Counter)
    """Also of those that stay as they are."""
    running: int = 0
    """Of running class groups, those of which a blocking rule says something else."""
    uncounted: int = 0
    """Not judged: a rule asks for a fact that was not counted of them."""
    unknown: int = 0
    """Not judged: the version that they were judged by is not loaded."""
    uncovered: int = 0
    """Not judged: their class group started before the first version."""
    paid: int = 0
    """Enrollments of which both amounts are known."""
    fen_now: int = 0
    fen_then: int = 0
    rules: defaultdict[str, RuleMoves] = field(default_factory=lambda: defaultdict(RuleMoves))
    class_groups: dict[ClassGroupKey, tuple[str, Moves]] = field(default_factory=dict)
    """Those in which somebody changes, with their names."""
    enterprises: defaultdict[Uscc, Moves] = field(default_factory=lambda: defaultdict(Moves))
    districts: defaultdict[str, Moves] = field(default_factory=lambda: defaultdict(Moves))

    def add_amounts(self, amounts: Amounts) -> None:
        if amounts.now is not None and amounts.then is not None:
            self.paid += 1
            self.fen_now += amounts.now
            self.fen_then += amounts.then

    def add(self, class_group: ClassGroupRow, verdicts: Mapping[Verdict, int]) -> None:
        moves = Moves()
        for verdict, number in verdicts.items():
            self.enrollments += number
            if verdict.after is None:
                self.uncounted += number
                continue
            self.transitions[verdict.before, verdict.after] += number
            self.running += number * (verdict.before is verdict.after and verdict.is_change)
            self.enterprises[class_group.enterprise_uscc].add(verdict, number)
            self.districts[class_group.district_code or ""].add(verdict, number)
            moves.add(verdict, number)
            self._add_rules(verdict, number)
        if moves.changed:
            self.class_groups[class_group.key] = (class_group.name, moves)

    def _add_rules(self, verdict: Verdict, number: int) -> None:
        if verdict.before is Eligibility.withdrawn:
            return
        for rule in verdict.rules:
            self.rules[rule.code].outcomes[rule.before, rule.after] += number
        if verdict.before is not verdict.after:
            for rule in verdict.decisive:
                self.rules[rule.code].decided += number

    @property
    def changed(self) -> int:
        return sum(number for (before, after), number in self.transitions.items() if before is not after)
