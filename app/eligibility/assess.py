"""Assesses a class group in one transaction: takes its touches, loads, judges, decides, stores.

What arrives meanwhile is not seen and keeps its own touch; what fails leaves all touches where they were.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from asyncpg import SerializationError

from app.core.clock import from_microseconds, microseconds
from app.core.ids import ClassGroupKey, DecisionId, LearnerId
from app.db.failures import DatabaseBusy
from app.db.session import Database, WriteSession, transaction
from app.eligibility import repository
from app.eligibility import touches_repository as touches
from app.eligibility.decide import Run
from app.eligibility.judge import Verdict, judge_all, version_of
from app.eligibility.repository import Standing
from app.eligibility.schemas import AssessedClassGroup, NotYet
from app.findings import service as findings
from app.ledger.envelope import PolicyReference
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from app.records import repository as records
from app.records.repository import StoredClassGroup
from app.rules.policy import PolicyVersion
from app.rules.records import Enrollment, Lesson
from app.rules.timetable import Timetable, draw_up, next_due_at

CHUNK = 400
"""Enrollments judged at once: bounds the memory of a large class group."""
TRIES = 3


async def assess_class_group(
    database: Database, policies: Policies, key_ring: KeyRing, key: ClassGroupKey, as_of: datetime
) -> AssessedClassGroup | NotYet:
    """Judge whoever the touches name, as of this moment; everybody if a lesson has fallen due.

    A worker that began while another was finishing here meets its changes and looks again.
    """
    for _ in range(TRIES):
        try:
            async with transaction(database, repeatable=True) as session:
                return await _take_and_assess(session, policies, key_ring, key, as_of)
        except DatabaseBusy as busy:
            if not isinstance(busy.__cause__, SerializationError):
                raise
    return NotYet.taken


async def _take_and_assess(
    session: WriteSession, policies: Policies, key_ring: KeyRing, key: ClassGroupKey, as_of: datetime
) -> AssessedClassGroup | NotYet:
    opening = await repository.open_class_group(session, key, as_of)
    if not opening.is_ours:
        return NotYet.taken
    if opening.is_unsequenced:
        return NotYet.unsequenced
    taken = await touches.take(session, key)
    if not taken and opening.is_timely:
        return NotYet.nothing_waits
    stored = await records.class_group(session, key)
    if stored is None:
        return await _forget(session, key, as_of)
    sitting = Sitting(
        session=session,
        key=key,
        as_of=as_of,
        ledger_size=opening.ledger_size,
        stored=stored,
        version=version_of(policies, stored.class_group),
        lessons=await records.lessons(session, key),
    )
    return await sitting.assess(_named(taken) if opening.is_timely else None, key_ring)


async def _forget(session: WriteSession, key: ClassGroupKey, as_of: datetime) -> AssessedClassGroup:
    """The class group was deleted or has not arrived; when it arrives, that touches all its enrollments."""
    await repository.remove_class_group(session, key)
    await findings.resolve_all(session, key, as_of)
    return AssessedClassGroup(key, enrollments=0, decisions=0)


def _named(taken: Sequence[Sequence[LearnerId] | None]) -> list[LearnerId] | None:
    """Who is to be judged; None: everybody."""
    named: set[LearnerId] = set()
    for learner_ids in taken:
        if learner_ids is None:
            return None
        named.update(learner_ids)
    return sorted(named)


@dataclass(frozen=True, slots=True)
class Sitting:
    """A class group that is being assessed, and what all its enrollments share."""

    session: WriteSession
    key: ClassGroupKey
    as_of: datetime
    ledger_size: int
    stored: StoredClassGroup
    version: PolicyVersion
    lessons: Sequence[Lesson]

    async def assess(self, named: list[LearnerId] | None, key_ring: KeyRing) -> AssessedClassGroup:
        enrolled = await records.enrollments(self.session, self.key, named)
        await self._dismiss_departed(named)
        run = Run(self.key, self._policy(), self.as_of, self.ledger_size)
        timetable = draw_up(self.version, self.stored.class_group, self.lessons, microseconds(self.as_of))
        for chunk in _chunks(enrolled):
            await self._assess_chunk(timetable, run, chunk)
        await run.store(self.session, key_ring)
        await self._store_class_group()
        return AssessedClassGroup(self.key, len(enrolled), len(run.decisions))

    async def _dismiss_departed(self, named: list[LearnerId] | None) -> None:
        """Who is enrolled no more leaves every list; decisions once made remain."""
        departed = await repository.remove_departed(self.session, self.key, named)
        if departed:
            await findings.settle(self.session, self.key, judged=departed, raised=(), at=self.as_of)

    async def _assess_chunk(self, timetable: Timetable, run: Run, enrolled: Sequence[Enrollment]) -> None:
        loaded = await records.enrollment_records(self.session, self.key, enrolled)
        verdicts = await asyncio.to_thread(judge_all, timetable, loaded)
        await self._store_standings(verdicts, await self._decisions(run, verdicts))
        await findings.settle(
            self.session,
            self.key,
            judged=[verdict.learner_id for verdict in verdicts],
            raised=[raised for verdict in verdicts for raised in verdict.findings],
            at=self.as_of,
        )

    async def _decisions(self, run: Run, verdicts: Sequence[Verdict]) -> Sequence[DecisionId | None]:
        if self.stored.class_group.is_running:
            return [None] * len(verdicts)
        return await run.decide(self.session, verdicts)

    async def _store_standings(
        self, verdicts: Sequence[Verdict], decision_ids: Sequence[DecisionId | None]
    ) -> None:
        standings = [
            Standing(
                learner_id=verdict.learner_id,
                eligibility=verdict.eligibility,
                outlook=verdict.outlook,
                facts=verdict.facts,
                rules=verdict.rules,
                outcome_tags=verdict.outcome_tags,
                decision_id=decision_id,
            )
            for verdict, decision_id in zip(verdicts, decision_ids, strict=True)
        ]
        await repository.store_standings(
            self.session,
            self.key,
            standings,
            enterprise_uscc=self.stored.enterprise_uscc,
            programme=self.version.programme,
            policy_version=self.version.version,
            assessed_at=self.as_of,
            ledger_size=self.ledger_size,
        )

    async def _store_class_group(self) -> None:
        class_group = self.stored.class_group
        due_at = next_due_at(class_group, self.lessons, microseconds(self.as_of))
        await repository.store_class_group(
            self.session,
            self.key,
            assessed_at=self.as_of,
            next_due_at=None if due_at is None else from_microseconds(due_at),
            ledger_size=self.ledger_size,
            is_final=not class_group.is_running,
        )

    def _policy(self) -> PolicyReference:
        return PolicyReference(self.version.programme, self.version.version, self.version.content_hash)


def _chunks(enrolled: Sequence[Enrollment]) -> Iterator[Sequence[Enrollment]]:
    return (enrolled[start : start + CHUNK] for start in range(0, len(enrolled), CHUNK))
