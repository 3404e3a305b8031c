"""One version of the policy as it would be, over enrollments that another judged. Pure.

What it says of the same outcomes and the same standing is the same, so each verdict is made once.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import msgspec

from app.core.vocabulary import Eligibility, Outcome, Severity, Subject
from app.rules.changes import RECOUNTED, CountingNotSimulated, differing_counting
from app.rules.engine import RuleOutcome, eligibility_by
from app.rules.fact_names import FactName
from app.rules.parameters import written
from app.rules.policy import PolicyVersion, Rule
from app.rules.stored_facts import StoredJudge

UNDECIDED = {Eligibility.withdrawn, Eligibility.in_progress}
"""Eligibilities that no rule decides."""

REMEMBERED = 50_000

Outcomes = tuple[Outcome | None, ...]
Waived = frozenset[tuple[str, Outcome]]
"""Rules and what of them is waived, as long as they ask for the same."""


class RuleChange(NamedTuple):
    code: str
    before: Outcome | None
    """None: there was no such rule, like `after`."""
    after: Outcome | None


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """What is said of a class group itself, for all who are enrolled in it."""

    bars: frozenset[Outcome] | None
    """Of its blocking rules; None: that cannot be told."""
    rules: tuple[RuleChange, ...]
    decisive: tuple[RuleChange, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Verdict:
    before: Eligibility
    after: Eligibility | None
    """None: it cannot be told, because a rule asks for a fact that was not counted."""
    rules: tuple[RuleChange, ...]
    """Whose outcome changes."""
    decisive: tuple[RuleChange, ...]
    """The blocking ones among them."""

    @property
    def is_change(self) -> bool:
        """Of eligibility; while the class group runs, of what will decide it."""
        if self.after is None:
            return False
        return self.before is not self.after or (
            self.before is Eligibility.in_progress and bool(self.decisive)
        )


class Judge:
    def __init__(self, old: PolicyVersion, new: PolicyVersion) -> None:
        """Raises `CountingNotSimulated` where the two count differently."""
        _check_counting(old, new)
        self.old, self.new = old, new
        self.is_recounted = old.counting.minutes_per_hour != new.counting.minutes_per_hour
        self._on_stored = StoredJudge(new)
        self._on_class_groups = StoredJudge(new, Subject.class_group)
        self._asked = {rule.code: _asked(rule) for rule in old.rules}
        self._of_class_groups = {rule.code for version in (old, new) for rule in version.class_rules}
        self._blocking = {
            rule.code
            for version in (old, new)
            for rule in version.rules
            if rule.severity is Severity.blocking
        }
        self._known: dict[tuple[str, str, Outcomes, Level, Waived], Verdict] = {}
        self._levels: dict[tuple[object, ...], Level] = {}

    def level(self, facts: str, rules: str) -> Level:
        """By the facts of a class group and what its rules said, both as JSON; equal ones are the same."""
        level = self._level(facts, rules)
        return self._levels.setdefault((level.bars, level.rules), level)

    def _level(self, facts: str, rules: str) -> Level:
        stood = {rule.code: rule for rule in _read(rules)}
        waived = _waived(stood.values())
        judged = dict(zip(self._on_class_groups.codes, self._on_class_groups.outcomes(facts), strict=True))
        now = {rule.code: self._carried(rule, stood, judged) for rule in self.new.class_rules}
        if None in now.values():
            return Level(None, (), ())
        changes = _changes({code: rule.outcome for code, rule in stood.items()}, now)
        return Level(
            bars=frozenset(self._bars(self.new.class_rules, now.values(), waived)),
            rules=changes,
            decisive=tuple([rule for rule in changes if rule.code in self._blocking]),
        )

    def _carried(
        self, rule: Rule, stood: Mapping[str, RuleOutcome], judged: Mapping[str, Outcome | None]
    ) -> Outcome | None:
        """Of lessons, courses and videos only what was said is known, not by which figures."""
        if rule.code in judged:
            return judged[rule.code]
        before = stood.get(rule.code)
        return before.outcome if before and self._asked.get(rule.code) == _asked(rule) else None

    def verdict(self, standing: tuple[str, str, str], level: Level, waived: str | None = None) -> Verdict:
        """By eligibility, outcome tags and facts as JSON; and the rules as JSON where one is waived."""
        eligibility, tags, facts = standing
        outcomes = self._on_stored.outcomes(facts)
        held = NOT_WAIVED if waived is None else _waived(_read(waived))
        key = (eligibility, tags, outcomes, level, held)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[key] = self._verdict(Eligibility(eligibility), tags, outcomes, level, held)
        return known

    def _verdict(
        self, before: Eligibility, tags: str, outcomes: Outcomes, level: Level, waived: Waived
    ) -> Verdict:
        if None in outcomes or level.bars is None:
            return Verdict(before, None, (), ())
        now = dict(zip(self._on_stored.codes, outcomes, strict=True))
        own = {code: outcome for code, outcome in _outcomes(tags) if code not in self._of_class_groups}
        rules = _changes(own, now)
        after = before
        if before not in UNDECIDED:
            bars = self._bars(self.new.enrollment_rules, outcomes, waived)
            after = eligibility_by({*bars, *level.bars})
        return Verdict(
            before=before,
            after=after,
            rules=(*rules, *level.rules),
            decisive=(*(rule for rule in rules if rule.code in self._blocking), *level.decisive),
        )

    def _bars(
        self, rules: Iterable[Rule], outcomes: Iterable[Outcome | None], waived: Waived
    ) -> Iterator[Outcome]:
        """What blocking rules say, but for what is waived and still asked for alike."""
        for rule, outcome in zip(rules, outcomes, strict=True):
            is_waived = (rule.code, outcome) in waived and self._asked.get(rule.code) == _asked(rule)
            if outcome is not None and rule.severity is Severity.blocking and not is_waived:
                yield outcome


NOT_WAIVED: Waived = frozenset()


def _check_counting(old: PolicyVersion, new: PolicyVersion) -> None:
    if differing := differing_counting(old.counting, new.counting):
        raise CountingNotSimulated(differing)
    is_recounted = old.counting.minutes_per_hour != new.counting.minutes_per_hour
    if is_recounted and any(FactName.whole_credited_hours in rule.facts() for rule in new.enrollment_rules):
        raise CountingNotSimulated([RECOUNTED])


def _asked(rule: Rule) -> tuple[object, ...]:
    """What a rule compares, without words and clauses."""
    return tuple(
        [
            (each.fact, each.operator, written(each.threshold.value))
            for each in (rule.comparison, *rule.conditions)
        ]
    )


def _read(rules: str) -> list[RuleOutcome]:
    stored: list[dict[str, Any]] = msgspec.json.decode(rules)
    return list(map(RuleOutcome.from_stored, stored))


def _waived(rules: Iterable[RuleOutcome]) -> Waived:
    return frozenset((rule.code, rule.outcome) for rule in rules if rule.waived_by is not None)


def _changes(before: Mapping[str, Outcome], after: Mapping[str, Outcome | None]) -> tuple[RuleChange, ...]:
    changes = (
        RuleChange(code, before.get(code), after.get(code)) for code in dict.fromkeys([*before, *after])
    )
    return tuple([change for change in changes if change.before is not change.after])


def _outcomes(tags: str) -> Iterator[tuple[str, Outcome]]:
    for tag in tags.split():
        code, _, outcome = tag.rpartition(":")
        yield code, Outcome(outcome)
