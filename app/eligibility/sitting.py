"""One class group of a visit: by what its enrollments are judged, and what is stored of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Self

import msgspec

from app.core.clock import from_microseconds, microseconds
from app.core.ids import ClassGroupKey
from app.core.stretches import in_stretches
from app.db.session import ReadSession
from app.eligibility.class_level import facts_of, judge_class_groups, next_change, rules_of
from app.eligibility.decide import Run
from app.eligibility.decisions_repository import LastDecision
from app.eligibility.judge import Verdict, key_of, version_of
from app.eligibility.repository import Standing, Tallied
from app.findings.waivers import Waivers, holding, with_waivers
from app.ledger.envelope import PolicyReference
from app.policies.service import Policies
from app.records import repository as records
from app.records.repository import StoredClassGroup
from app.records.sign_ins import add_face_sign_ins
from app.rules.class_assessment import NOT_JUDGED, ClassJudgement, sources_of
from app.rules.class_records import Source
from app.rules.fact_names import FactName
from app.rules.policy import PolicyVersion
from app.rules.records import Enrollment, EnrollmentRecords, Lesson
from app.rules.timetable import Timetable, draw_up, next_due_at


@dataclass(frozen=True, slots=True)
class Sitting:
    key: ClassGroupKey
    stored: StoredClassGroup
    version: PolicyVersion
    timetable: Timetable
    next_due_at: datetime | None
    run: Run
    waivers: Waivers
    class_level: ClassJudgement = NOT_JUDGED

    @classmethod
    def open(
        cls,
        policies: Policies,
        stored: StoredClassGroup,
        lessons: Sequence[Lesson],
        as_of: datetime,
        ledger_size: int,
        *,
        waivers: Waivers,
    ) -> Self:
        key = key_of(stored.class_group)
        version = version_of(policies, stored.class_group)
        due_at = next_due_at(stored.class_group, lessons, microseconds(as_of))
        policy = PolicyReference(version.programme, version.version, version.content_hash)
        timetable = draw_up(version, stored.class_group, lessons, microseconds(as_of))
        return cls(
            key=key,
            stored=stored,
            version=version,
            timetable=timetable,
            next_due_at=next_change(timetable, None if due_at is None else from_microseconds(due_at), as_of),
            run=Run(
                key,
                policy,
                as_of,
                ledger_size,
                rests_on_references=bool(version.class_rules),
                minds_clashes=Source.clashes in sources_of(version.class_rules),
                waivers=sorted(waiver.waiver_id for of_one in waivers.values() for waiver in of_one),
            ),
            waivers=waivers,
        )

    def judged(self, class_level: ClassJudgement) -> Self:
        timetable = self.timetable.reached_by(class_level.reaching)
        return replace(self, timetable=timetable, class_level=class_level)

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
        return Tallied(
            self.key,
            self.next_due_at,
            self.is_final,
            self.version.version,
            facts_of(self.class_level),
            rules_of(self.class_level),
        )


async def sit_down(
    session: ReadSession,
    policies: Policies,
    stored: Mapping[ClassGroupKey, StoredClassGroup],
    as_of: datetime,
    ledger_size: int,
) -> dict[ClassGroupKey, Sitting]:
    lessons = await records.lessons(session, list(stored))
    waivers = await holding(session, list(stored))
    sittings = {
        key: Sitting.open(policies, stored[key], of_one, as_of, ledger_size, waivers=waivers.get(key, {}))
        async for key, of_one in in_stretches(lessons.items())
    }
    timetables = {key: sitting.timetable for key, sitting in sittings.items()}
    judged = await judge_class_groups(session, timetables, waivers, as_of)
    return sittings | {key: sittings[key].judged(class_level) for key, class_level in judged.items()}


async def load_records(
    session: ReadSession,
    sittings: Mapping[ClassGroupKey, Sitting],
    enrolled: Mapping[ClassGroupKey, Sequence[Enrollment]],
    *,
    in_brief: bool,
) -> dict[ClassGroupKey, Sequence[EnrollmentRecords]]:
    """Everything that these learners are judged by, but for what is known of their persons elsewhere."""
    loaded = await records.enrollment_records(session, enrolled, in_brief=in_brief)
    asking = {
        key: loaded[key]
        for key in enrolled
        if FactName.face_sign_in_rate in sittings[key].version.further_facts
    }
    signed = {**loaded, **await add_face_sign_ins(session, asking)} if asking else loaded
    return {key: with_waivers(sittings[key].waivers, of_one) for key, of_one in signed.items()}
