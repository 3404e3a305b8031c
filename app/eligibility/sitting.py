"""One class group of a visit: by what its enrollments are judged, and what is stored of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import msgspec

from app.core.clock import from_microseconds, microseconds
from app.core.ids import ClassGroupKey
from app.core.stretches import in_stretches
from app.db.session import ReadSession
from app.eligibility.decide import Run
from app.eligibility.decisions_repository import LastDecision
from app.eligibility.judge import Verdict, key_of, version_of
from app.eligibility.repository import Standing, Tallied
from app.ledger.envelope import PolicyReference
from app.policies.service import Policies
from app.records import repository as records
from app.records.repository import StoredClassGroup
from app.rules.policy import PolicyVersion
from app.rules.records import Lesson
from app.rules.timetable import Timetable, draw_up, next_due_at


@dataclass(frozen=True, slots=True)
class Sitting:
    key: ClassGroupKey
    stored: StoredClassGroup
    version: PolicyVersion
    timetable: Timetable
    next_due_at: datetime | None
    run: Run

    @classmethod
    def open(
        cls,
        policies: Policies,
        stored: StoredClassGroup,
        lessons: Sequence[Lesson],
        as_of: datetime,
        ledger_size: int,
    ) -> Self:
        key = key_of(stored.class_group)
        version = version_of(policies, stored.class_group)
        due_at = next_due_at(stored.class_group, lessons, microseconds(as_of))
        policy = PolicyReference(version.programme, version.version, version.content_hash)
        return cls(
            key=key,
            stored=stored,
            version=version,
            timetable=draw_up(version, stored.class_group, lessons, microseconds(as_of)),
            next_due_at=None if due_at is None else from_microseconds(due_at),
            run=Run(key, policy, as_of, ledger_size),
        )

    @property
    def is_final(self) -> bool:
        """Decisions are made of it."""
        return not self.stored.class_group.is_running

    def standing(self, verdict: Verdict, last: LastDecision | None) -> Standing:
        """How the enrollment stands; of a closed class group on its last decision, or on one made here."""
        decision_id = self.run.decide(verdict, last) if self.is_final else None
        return Standing(
            *self.key,
            learner_id=verdict.learner_id,
            enterprise_uscc=self.stored.enterprise_uscc,
            programme=self.version.programme,
            policy_version=self.version.version,
            eligibility=verdict.eligibility,
            outlook=verdict.outlook,
            facts=verdict.facts,
            rules=verdict.rules,
            outcome_tags=verdict.outcome_tags,
            decision_id=decision_id,
            subsidy_fen=None if verdict.grant is None else verdict.grant.subsidy_fen,
            subsidy=None if verdict.grant is None else msgspec.json.encode(verdict.grant.stored()).decode(),
        )

    def tallied(self) -> Tallied:
        return Tallied(self.key, self.next_due_at, self.is_final)


async def sit_down(
    session: ReadSession,
    policies: Policies,
    stored: Mapping[ClassGroupKey, StoredClassGroup],
    as_of: datetime,
    ledger_size: int,
) -> dict[ClassGroupKey, Sitting]:
    lessons = await records.lessons(session, list(stored))
    return {
        key: Sitting.open(policies, stored[key], of_one, as_of, ledger_size)
        async for key, of_one in in_stretches(lessons.items())
    }
