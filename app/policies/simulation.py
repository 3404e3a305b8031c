"""What a changed policy would do: stored facts judged by it, nothing touched (docs/semantics.md V).

Reads one repeatable snapshot, from a cursor on the server. What it holds grows with enterprises and rules,
never with enrollments.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.policies import simulation_repository as repository
from app.policies.service import Policies
from app.policies.simulation_judge import Judge, Verdict
from app.policies.simulation_repository import ClassGroupRow, StandingRow
from app.policies.simulation_tally import Changed, Tally
from app.records.chosen import load_by_bitmap
from app.records.selection import Selection
from app.rules.changes import Change, with_changes
from app.rules.policy import PolicyVersion

AT_A_STRETCH = 100
"""Enrollments judged before whoever else waits for the event loop has a turn: a millisecond."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Which class groups are judged, and by what."""

    policies: Policies
    """Those in force, by which everybody stands."""
    versions: tuple[PolicyVersion, ...]
    """Of the policy as it would be."""
    selection: Selection


def asked(
    policies: Policies,
    policy_id: str,
    changes: Sequence[Change],
    selection: Selection,
    *,
    instead: tuple[PolicyVersion, ...] | None = None,
) -> Asked:
    """The policy in force, or what would stand `instead` of it, with its parameters changed.

    It judges the class groups of its own programme, unless the selection names another one.
    """
    versions = with_changes(policies.versions(policy_id) if instead is None else instead, changes)
    return Asked(policies, versions, replace(selection, programme=selection.programme or policy_id))


@dataclass(slots=True)
class Simulation:
    """One walk over the class groups; each version is prepared once."""

    asked: Asked
    tally: Tally = field(default_factory=Tally)
    _judges: dict[tuple[str, str, str], Judge | None] = field(default_factory=dict)

    async def walk(
        self, session: ReadSession, *, start: ClassGroupKey | None = None, named: bool = True
    ) -> AsyncIterator[list[Changed]]:
        """Who would change, by class group and learner, so many class groups at a time; perhaps nobody.

        The session is repeatable. Without `named` the lists stay empty, and only the tally is kept.
        """
        is_first = True
        async for class_groups in repository.class_groups(session, self.asked.selection, start=start):
            if is_first:
                await load_by_bitmap(session)  # the cursor has been planned, by another measure
                is_first = False
            rows = await repository.standings(session, [row.key for row in class_groups])
            changed = await self._judge(class_groups, rows)
            yield await _named(session, changed) if named else []

    async def _judge(
        self, class_groups: Sequence[ClassGroupRow], rows: Sequence[StandingRow]
    ) -> list[tuple[ClassGroupRow, LearnerId, Verdict]]:
        new = [self._version_for(row.starts_on) for row in class_groups]
        verdicts: list[Counter[Verdict]] = [Counter() for _ in class_groups]
        changed = []
        for at, (number, learner_id, programme, version, eligibility, tags, facts) in enumerate(rows, 1):
            judge = self._judge_of(programme, version, new[number - 1])
            if judge is not None:
                verdict = judge.verdict(eligibility, tags, facts)
                verdicts[number - 1][verdict] += 1
                if verdict.is_change:
                    changed.append((number, learner_id, verdict))
            if at % AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        for class_group, counted in zip(class_groups, verdicts, strict=True):
            self.tally.add(class_group, counted)
        changed.sort(key=lambda each: each[:2])
        return [(class_groups[number - 1], learner_id, verdict) for number, learner_id, verdict in changed]

    def _version_for(self, starts_on: date) -> PolicyVersion | None:
        return next(
            (each for each in reversed(self.asked.versions) if each.effective_from <= starts_on), None
        )

    def _judge_of(self, programme: str, version: str, new: PolicyVersion | None) -> Judge | None:
        if new is None:
            self.tally.enrollments += 1
            self.tally.uncovered += 1
            return None
        key = (programme, version, new.version)
        if key not in self._judges:
            old = self.asked.policies.find(programme, version)
            self._judges[key] = None if old is None else Judge(old, new)
        judge = self._judges[key]
        if judge is None:
            self.tally.enrollments += 1
            self.tally.unknown += 1
        return judge


async def _named(
    session: ReadSession, changed: Sequence[tuple[ClassGroupRow, LearnerId, Verdict]]
) -> list[Changed]:
    learners: defaultdict[ClassGroupKey, list[LearnerId]] = defaultdict(list)
    for class_group, learner_id, _ in changed:
        learners[class_group.key].append(learner_id)
    names = await repository.names(session, learners) if learners else {}
    return [
        Changed(
            class_group,
            learner_id,
            names[class_group.key].get(learner_id, ""),
            verdict.before,
            after,
            verdict.rules,
        )
        for class_group, learner_id, verdict in changed
        if (after := verdict.after) is not None
    ]
