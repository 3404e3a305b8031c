"""A visit: several class groups assessed together, their rows in one statement for each table."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from app.core.ids import ClassGroupKey, LearnerId
from app.core.stretches import in_stretches
from app.db.session import WriteSession
from app.eligibility import decisions_repository, exported, persons, repository
from app.eligibility.class_level import raised, widened
from app.eligibility.decide import store_runs
from app.eligibility.decisions_repository import LastDecision
from app.eligibility.exported import Decided
from app.eligibility.judge import Verdict, judge_one
from app.eligibility.persons import Persons
from app.eligibility.repository import Standing
from app.eligibility.schemas import AssessedClassGroup
from app.eligibility.sitting import Sitting, load_records
from app.findings import service as findings
from app.findings.schemas import OF_NOBODY, Raised
from app.privacy.keyring import KeyRing
from app.records import repository as records
from app.records.chosen import Learners
from app.rules.class_assessment import ClassJudgement
from app.rules.records import Enrollment, EnrollmentRecords

LESSONS_AT_ONCE = 16_000
"""How much is loaded at once: enrollments, each counted as often as its class group has lessons.

Records grow with both. It bounds the memory of large class groups, and of many: some 10 MB with a record of
each feed a lesson. The visit of ten class groups of 40 learners and 40 lessons is loaded whole.
"""
FEWEST_LESSONS = 5
"""No enrollment is counted less often, for each leaves a standing of its own."""

Enrolled = Mapping[ClassGroupKey, Sequence[Enrollment]]
Judged = Mapping[ClassGroupKey, Sequence[Verdict]]


@dataclass(frozen=True, slots=True)
class Visit:
    """The caller holds the class groups and has taken their touches."""

    session: WriteSession
    sittings: Mapping[ClassGroupKey, Sitting]
    as_of: datetime
    ledger_size: int

    async def assess(self, named: Learners, key_ring: KeyRing) -> dict[ClassGroupKey, AssessedClassGroup]:
        """Judge the learners named (None: all) of each class group that sits, and store how they stand."""
        wanted = await widened(self.session, {key: named[key] for key in self.sittings}, self.class_level())
        enrolled = await records.enrollments(self.session, wanted)
        await self._dismiss_departed(_absent(wanted, enrolled))
        for chunk in self.chunks(enrolled):
            await self._assess_chunk(chunk)
        await self._settle_class_groups(wanted)
        await store_runs(self.session, key_ring, [sitting.run for sitting in self.sittings.values()])
        await self._store_class_groups()
        return {
            key: AssessedClassGroup(key, len(enrolled[key]), len(sitting.run.decisions))
            for key, sitting in self.sittings.items()
        }

    def class_level(self) -> dict[ClassGroupKey, ClassJudgement]:
        """Of those whose policy has rules on class groups."""
        return {
            key: sitting.class_level for key, sitting in self.sittings.items() if sitting.version.class_rules
        }

    async def _settle_class_groups(self, wanted: Learners) -> None:
        """Also where the policy has no rules on them any more: then everybody is judged."""
        judged = self.class_level()
        settled = {key: [OF_NOBODY] for key, learners in wanted.items() if key in judged or learners is None}
        if settled:
            await findings.settle(self.session, settled, raised(judged), self.as_of)

    async def _dismiss_departed(self, absent: Learners) -> None:
        """Who is enrolled no more leaves every list; decisions once made remain."""
        await persons.forget(self.session, absent, self.as_of)
        departed = await repository.remove_departed(self.session, absent) if absent else {}
        if departed:
            await findings.settle(self.session, departed, {}, self.as_of)

    def chunks(self, enrolled: Enrolled) -> Iterator[Enrolled]:
        """In their order, across class groups; none is empty."""
        chunk: defaultdict[ClassGroupKey, list[Enrollment]] = defaultdict(list)
        lessons = 0
        for key, of_one in enrolled.items():
            of_each = max(len(self.sittings[key].timetable.lessons), FEWEST_LESSONS)
            for each in of_one:
                if chunk and lessons + of_each > LESSONS_AT_ONCE:
                    yield chunk
                    chunk, lessons = defaultdict(list), 0
                chunk[key].append(each)
                lessons += of_each
        if chunk:
            yield chunk

    async def _assess_chunk(self, chunk: Enrolled) -> None:
        shared, judged = await self.judge(chunk)
        learners = {key: [each.learner_id for each in verdicts] for key, verdicts in judged.items()}
        last = await self._last_decisions(learners)
        standings = self._standings(judged, last)
        await repository.store_standings(
            self.session, standings, assessed_at=self.as_of, ledger_size=self.ledger_size
        )
        changed = await exported.settle(self.session, _decided(standings, last))
        await findings.settle(self.session, learners, _raised(judged, changed), self.as_of)
        await shared.settle(
            self.session,
            (
                (self.sittings[key].stored.class_group, verdict)
                for key, verdicts in judged.items()
                for verdict in verdicts
            ),
            self.as_of,
        )

    async def judge(self, chunk: Enrolled) -> tuple[Persons, Judged]:
        """What is said of each, and whose person is in several class groups; nothing is stored."""
        wanted = {key: [each.learner_id for each in of_one] for key, of_one in chunk.items()}
        shared = await Persons.among(self.session, wanted)
        loaded = await load_records(self.session, self.sittings, chunk, in_brief=True)
        return shared, await _judge(self.sittings, self._told(loaded, shared))

    def _told(
        self, loaded: Mapping[ClassGroupKey, Sequence[EnrollmentRecords]], shared: Persons
    ) -> Mapping[ClassGroupKey, Sequence[EnrollmentRecords]]:
        """With what is known of the same persons elsewhere."""
        if not shared.shared:
            return loaded
        return {
            key: [shared.tell(self.sittings[key].stored.class_group, each) for each in of_one]
            for key, of_one in loaded.items()
        }

    async def _last_decisions(
        self, learners: Mapping[ClassGroupKey, Sequence[LearnerId]]
    ) -> Mapping[ClassGroupKey, Mapping[LearnerId, LastDecision]]:
        final = {key: of_one for key, of_one in learners.items() if self.sittings[key].is_final}
        return await decisions_repository.last_decisions(self.session, final) if final else {}

    def _standings(
        self, judged: Judged, last: Mapping[ClassGroupKey, Mapping[LearnerId, LastDecision]]
    ) -> list[Standing]:
        return [
            self.sittings[key].standing(verdict, last.get(key, {}).get(verdict.learner_id))
            for key, verdicts in judged.items()
            for verdict in verdicts
        ]

    async def _store_class_groups(self) -> None:
        await repository.store_class_groups(
            self.session,
            [sitting.tallied() for sitting in self.sittings.values()],
            assessed_at=self.as_of,
            ledger_size=self.ledger_size,
        )


def _absent(named: Learners, enrolled: Enrolled) -> Learners:
    """Who may have departed: all that were named and are not enrolled; None: whoever stands."""
    absent: dict[ClassGroupKey, list[LearnerId] | None] = {}
    for key, learner_ids in named.items():
        if learner_ids is None:
            absent[key] = None
        elif len(learner_ids) > len(enrolled[key]):
            absent[key] = sorted({*learner_ids} - {each.learner_id for each in enrolled[key]})
    return absent


async def _judge(
    sittings: Mapping[ClassGroupKey, Sitting], loaded: Mapping[ClassGroupKey, Sequence[EnrollmentRecords]]
) -> Judged:
    judged: defaultdict[ClassGroupKey, list[Verdict]] = defaultdict(list)
    everybody = [(key, each) for key, of_one in loaded.items() for each in of_one]
    async for key, each in in_stretches(everybody):
        judged[key].append(judge_one(sittings[key].timetable, each))
    return judged


def _decided(
    standings: Sequence[Standing], last: Mapping[ClassGroupKey, Mapping[LearnerId, LastDecision]]
) -> Iterator[Decided]:
    """Of the closed class groups, each with the decision before this assessment."""
    for standing in standings:
        if standing.decision_id is not None:
            key = ClassGroupKey(standing.platform, standing.class_group_id)
            before = last[key].get(standing.learner_id)
            yield Decided(
                key,
                standing.learner_id,
                standing.decision_id,
                None if before is None else before.decision_id,
                standing.eligibility,
                standing.subsidy_fen,
            )


def _raised(
    judged: Judged, changed: Mapping[ClassGroupKey, Sequence[Raised]]
) -> dict[ClassGroupKey, list[Raised]]:
    return {
        key: [*(finding for verdict in verdicts for finding in verdict.findings), *changed.get(key, ())]
        for key, verdicts in judged.items()
    }
