"""Facts from rows: everybody is judged again by the code that judged, as of the same moment, and compared.

What waits for an assessment is passed over and counted: it is about to be judged anyway. Nothing is stored.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import asyncpg

from app.audit import standings_repository as repository
from app.audit.apart import findings_apart, place_of, standing_apart, tags, tally_apart, times_apart
from app.audit.log_repository import take_time
from app.audit.schemas import Difference, Fault, Found, Level, Since
from app.audit.standings_repository import Assessed
from app.core.errors import AppError, Unavailable
from app.core.ids import ClassGroupKey, LearnerId
from app.db.session import Database, ReadSession, WriteSession, reading, rehearsing
from app.eligibility import decisions_repository
from app.eligibility.class_level import raised
from app.eligibility.decisions_repository import LastDecision
from app.eligibility.exported import Decided, findings_on
from app.eligibility.judge import Verdict
from app.eligibility.persons import Persons
from app.eligibility.persons_repository import row_of
from app.eligibility.repository import Standing
from app.eligibility.sitting import sit_down
from app.eligibility.visit import Visit
from app.findings.schemas import OF_NOBODY, Raised
from app.policies.errors import PolicyNotReadable
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.records import repository as records
from app.records.chosen import load_by_bitmap

CLASS_GROUPS_AT_ONCE = 100
Told = Callable[[int], Awaitable[None]]
"""How many enrollments more were judged."""
Named = tuple[ClassGroupKey, LearnerId]


async def compare(database: Database, library: PolicyLibrary, since: Since, told: Told) -> Found:
    """Every class group that stands assessed, in the visits in which it was."""
    found = Found()
    if not await _is_readable(database, library):
        found.add(Difference(Level.facts, Fault.unreadable, "policy_versions", {}))
        return found
    async for keys, assessed_at in _visits(database, since):
        await _judge(database, library, found, keys, assessed_at=assessed_at, told=told)
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        found.add(*[each async for each in _stray(session) if since.covers(each)])
    return found


async def _is_readable(database: Database, library: PolicyLibrary) -> bool:
    """Whether this program can judge by what is recorded: otherwise nobody is judged again."""
    async with reading(database) as session:
        try:
            await library.in_force(session)
        except PolicyNotReadable:
            return False
    return True


async def _visits(database: Database, since: Since) -> AsyncIterator[tuple[list[ClassGroupKey], datetime]]:
    async with reading(database, repeatable=True) as session:
        await take_time(session)
        every = [each async for each in repository.assessed(session, since)]
    together: list[Assessed] = []
    for each in every:
        if together and (
            each.assessed_at != together[0].assessed_at or len(together) == CLASS_GROUPS_AT_ONCE
        ):
            yield [one.key for one in together], together[0].assessed_at
            together = []
        together.append(each)
    if together:
        yield [one.key for one in together], together[0].assessed_at


async def _judge(
    database: Database,
    library: PolicyLibrary,
    found: Found,
    keys: Sequence[ClassGroupKey],
    *,
    assessed_at: datetime,
    told: Told,
) -> None:
    """One that cannot be judged is told, and holds up no other."""
    mine = Found(most=found.most)
    try:
        async with rehearsing(database, repeatable=True) as session:
            await take_time(session)
            await load_by_bitmap(session)
            settled = await repository.settled(session, keys, assessed_at)
            mine.count("passed_over_class_groups", len(keys) - len(settled))
            if settled:
                policies = await library.in_force(session)
                await _Judgement(session, policies, mine, assessed_at).run(settled)
    except Unavailable:
        raise
    except (AppError, ValueError, TypeError, KeyError, AttributeError, asyncpg.PostgresError):
        if len(keys) > 1:
            for key in keys:
                await _judge(database, library, found, [key], assessed_at=assessed_at, told=told)
            return
        mine = Found()
        mine.add(Difference(Level.facts, Fault.unreadable, "class_group_assessments", keys[0]._asdict()))
    found.join(mine)
    await told(mine.counts.get("enrollments", 0))


async def _stray(session: ReadSession) -> AsyncIterator[Difference]:
    for each in [*await repository.stray(session), *await repository.changed_decisions_apart(session)]:
        yield Difference(Level.facts, Fault(each.fault), each.table, each.key)


@dataclass
class _Judgement:
    """Of class groups that were last assessed together."""

    session: WriteSession
    policies: Policies
    found: Found
    as_of: datetime
    counts: defaultdict[ClassGroupKey, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    async def run(self, keys: Sequence[ClassGroupKey]) -> None:
        stored = await records.class_groups(self.session, keys)
        sittings = await sit_down(self.session, self.policies, stored, self.as_of, 0)
        visit = Visit(self.session, sittings, self.as_of, 0)
        enrolled = await records.enrollments(self.session, dict.fromkeys(stored))
        for chunk in visit.chunks(enrolled):
            await self._compare_chunk(visit, *await visit.judge(chunk))
        await self._compare_class_groups(visit)
        self.found.count("class_groups", len(stored))

    async def _compare_chunk(
        self, visit: Visit, shared: Persons, judged: Mapping[ClassGroupKey, Sequence[Verdict]]
    ) -> None:
        learners = {key: [each.learner_id for each in verdicts] for key, verdicts in judged.items()}
        final = {key: each for key, each in learners.items() if visit.sittings[key].is_final}
        last = await decisions_repository.last_decisions(self.session, final) if final else {}
        stored = await repository.standings(self.session, learners)
        decided: list[Decided] = []
        expected: list[tuple[ClassGroupKey, Raised]] = []
        for key, verdicts in judged.items():
            for verdict in verdicts:
                before = last.get(key, {}).get(verdict.learner_id)
                standing = visit.sittings[key].standing(verdict, before)
                self._compare_decision(key, visit, verdict, before)
                self._compare_standing(key, standing, stored.get((key, verdict.learner_id)))
                expected += [(key, each) for each in verdict.findings]
                if standing.decision_id is not None:
                    decided.append(_decided(key, standing))
        for key, more in (await findings_on(self.session, decided)).items():
            expected += [(key, each) for each in more]
        kept = await repository.open_findings(self.session, learners)
        self.found.add(*findings_apart(expected, kept))
        await self._compare_times(visit, shared, judged, learners)
        self.found.count("enrollments", sum(map(len, learners.values())))

    def _compare_decision(
        self, key: ClassGroupKey, visit: Visit, verdict: Verdict, last: LastDecision | None
    ) -> None:
        """A final standing rests on a decision whose document says what follows from the rows."""
        if verdict.document is None:
            return
        at = place_of(key, verdict.learner_id)
        if last is None:
            self.found.add(Difference(Level.decisions, Fault.missing, "decisions", at))
        elif not last.says(verdict.document, visit.sittings[key].run.policy):
            columns = ("document",) if last.document != verdict.document else ("run_id",)
            place = {"decision_id": str(last.decision_id), **at}
            self.found.add(
                Difference(
                    Level.decisions,
                    Fault.changed,
                    "decisions",
                    place,
                    columns,
                    recorded_at=last.decided_at,
                )
            )

    def _compare_standing(self, key: ClassGroupKey, standing: Standing, stored: Any) -> None:  # noqa: ANN401 (a row)
        at = place_of(key, standing.learner_id)
        counted = self.counts[key]
        counted.update([standing.eligibility, *tags(standing.outcome_tags)])
        counted[""] += 1
        if stored is None:
            self.found.add(Difference(Level.facts, Fault.missing, "assessments", at))
            return
        columns = tuple(standing_apart(standing, stored, self.as_of))
        if columns:
            self.found.add(
                Difference(
                    Level.facts,
                    Fault.changed,
                    "assessments",
                    at,
                    columns,
                    recorded_at=stored["assessed_at"],
                )
            )

    async def _compare_times(
        self,
        visit: Visit,
        shared: Persons,
        judged: Mapping[ClassGroupKey, Sequence[Verdict]],
        learners: Mapping[ClassGroupKey, Sequence[LearnerId]],
    ) -> None:
        everybody = [
            (visit.sittings[key].stored.class_group, verdict)
            for key, verdicts in judged.items()
            for verdict in verdicts
        ]
        summaries, _ = shared.summaries(everybody)
        expected = {(each.key, each.time.learner_id): row_of(each)[3:] for each in summaries}
        stored = await repository.times(self.session, learners)
        for named in sorted(expected.keys() | stored.keys()):
            at = place_of(*named)
            if named not in stored or named not in expected:
                fault = Fault.missing if named in expected else Fault.added
                self.found.add(Difference(Level.facts, fault, "person_times", at))
                continue
            columns = tuple(times_apart(expected[named], stored[named]))
            if columns:
                self.found.add(Difference(Level.facts, Fault.changed, "person_times", at, columns))

    async def _compare_class_groups(self, visit: Visit) -> None:
        keys = list(visit.sittings)
        stored = await repository.tallies(self.session, keys)
        for key, sitting in visit.sittings.items():
            counts = self.counts[key]
            headcount = counts.pop("", 0)
            columns = tuple(tally_apart(sitting.tallied(), headcount, counts, stored[key]))
            if columns:
                at = key._asdict()
                self.found.add(Difference(Level.facts, Fault.changed, "class_group_assessments", at, columns))
        own = [(key, each) for key, of_one in raised(visit.class_level()).items() for each in of_one]
        kept = await repository.open_findings(self.session, {key: [OF_NOBODY] for key in keys})
        self.found.add(*findings_apart(own, kept))


def _decided(key: ClassGroupKey, standing: Standing) -> Decided:
    """As it stands; what it was before is not asked."""
    decision_id = standing.decision_id
    return Decided(
        key, standing.learner_id, decision_id, decision_id, standing.eligibility, standing.subsidy_fen
    )
