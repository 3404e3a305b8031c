"""One version of the policy as it would be, over enrollments that another judged. Pure.

What it says of the same outcomes and the same standing is the same, so each verdict is made once.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from app.core.vocabulary import Eligibility, Outcome, Severity, Subject
from app.rules.changes import CountingNotSimulated, differing_counting
from app.rules.engine import eligibility_by
from app.rules.policy import PolicyVersion
from app.rules.stored_facts import StoredJudge

UNDECIDED = {Eligibility.withdrawn, Eligibility.in_progress}
"""Eligibilities that no rule decides."""


@dataclass(frozen=True, slots=True)
class RuleChange:
    code: str
    before: Outcome | None
    """None: there was no such rule, like `after`."""
    after: Outcome | None


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
        if differing := differing_counting(old.counting, new.counting):
            raise CountingNotSimulated(differing)
        self._on_stored = StoredJudge(new)
        self._carried = {
            rule.code: rule.severity for rule in old.rules if rule.subject is not Subject.enrollment
        }
        self._blocking = {
            rule.code
            for version in (old, new)
            for rule in version.rules_on(Subject.enrollment)
            if rule.severity is Severity.blocking
        }
        self._blocks = [each.rule.severity is Severity.blocking for each in self._on_stored.rules]
        self._known: dict[tuple[str, str, tuple[Outcome | None, ...]], Verdict] = {}

    def verdict(self, eligibility: str, tags: str, facts: str) -> Verdict:
        """By how the enrollment stands: eligibility, outcome tags, facts as JSON."""
        outcomes = self._on_stored.outcomes(facts)
        key = (eligibility, tags, outcomes)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = self._verdict(
                Eligibility(eligibility), dict(_outcomes(tags)), outcomes
            )
        return known

    def _verdict(
        self, before: Eligibility, stood: Mapping[str, Outcome], outcomes: tuple[Outcome | None, ...]
    ) -> Verdict:
        if None in outcomes:
            return Verdict(before, None, (), ())
        now = dict(zip(self._on_stored.codes, outcomes, strict=True))
        own = {code: outcome for code, outcome in stood.items() if code not in self._carried}
        codes = dict.fromkeys([*own, *now])
        rules = tuple(
            [
                RuleChange(code, own.get(code), now.get(code))
                for code in codes
                if own.get(code) is not now.get(code)
            ]
        )
        return Verdict(
            before=before,
            after=self._eligibility(before, stood, outcomes),
            rules=rules,
            decisive=tuple([rule for rule in rules if rule.code in self._blocking]),
        )

    def _eligibility(
        self, before: Eligibility, stood: Mapping[str, Outcome], outcomes: tuple[Outcome | None, ...]
    ) -> Eligibility:
        """Outcomes of the class group are taken as they stand."""
        if before in UNDECIDED:
            return before
        blocking = {
            outcome for outcome, blocks in zip(outcomes, self._blocks, strict=True) if blocks and outcome
        }
        blocking |= {
            outcome for code, outcome in stood.items() if self._carried.get(code) is Severity.blocking
        }
        return eligibility_by(blocking)


def _outcomes(tags: str) -> Iterator[tuple[str, Outcome]]:
    for tag in tags.split():
        code, _, outcome = tag.rpartition(":")
        yield code, Outcome(outcome)
