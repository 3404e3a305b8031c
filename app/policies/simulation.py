"""What a changed policy would do: stored facts judged by it, nothing touched (docs/semantics.md V).

Reads one repeatable snapshot, from a cursor on the server. What it holds grows with class groups,
enterprises and rules, never with enrollments.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from operator import itemgetter
from typing import NamedTuple

from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import ReadSession
from app.policies import simulation_repository as repository
from app.policies.service import Policies
from app.policies.simulation_judge import Judge, Level, Verdict
from app.policies.simulation_money import NO_AMOUNTS, Amounts, amounts
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
class Desk:
    """Where the enrollments of one class group are judged."""

    class_group: ClassGroupRow
    new: PolicyVersion | None
    """None: it started before the first version."""
    counted: Counter[Verdict] = field(default_factory=Counter)
    _levels: dict[int, Level] = field(default_factory=dict)

    def level(self, judge: Judge) -> Level:
        """Nearly always one judge has judged all of them."""
        known = self._levels.get(id(judge))
        if known is None:
            known = self._levels[id(judge)] = judge.level(self.class_group.facts, self.class_group.rules)
        return known


class Otherwise(NamedTuple):
    """An enrollment that would stand otherwise, without its name."""

    number: int
    """Of its class group among those that are read together."""
    learner_id: LearnerId
    class_group: ClassGroupRow
    verdict: Verdict
    amounts: Amounts


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
    ) -> list[Otherwise]:
        desks = [Desk(class_group, self._version_for(class_group.starts_on)) for class_group in class_groups]
        changed = []
        for at, row in enumerate(rows, 1):
            number, learner_id, programme, version, eligibility, tags, facts, waived, subsidy = row
            desk = desks[number - 1]
            judge = self._judge_of(programme, version, desk.new)
            if judge is not None:
                verdict = judge.verdict((eligibility, tags, facts), desk.level(judge), waived)
                desk.counted[verdict] += 1
                paid = NO_AMOUNTS
                if subsidy is not None and verdict.after is not None:
                    paid = amounts(judge, subsidy, verdict.after)
                    self.tally.add_amounts(paid)
                if verdict.is_change:
                    changed.append(Otherwise(number, learner_id, desk.class_group, verdict, paid))
            if at % AT_A_STRETCH == 0:
                await asyncio.sleep(0)
        for desk in desks:
            self.tally.add(desk.class_group, desk.counted)
        return sorted(changed, key=itemgetter(0, 1))

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


async def _named(session: ReadSession, changed: Sequence[Otherwise]) -> list[Changed]:
    learners: defaultdict[ClassGroupKey, list[LearnerId]] = defaultdict(list)
    for each in changed:
        learners[each.class_group.key].append(each.learner_id)
    names = await repository.names(session, learners) if learners else {}
    return [
        Changed(
            class_group,
            learner_id,
            names[class_group.key].get(learner_id, ""),
            verdict.before,
            verdict.after,
            verdict.rules,
            paid,
        )
        for _, learner_id, class_group, verdict, paid in changed
        if verdict.after is not None
    ]
