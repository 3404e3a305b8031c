"""What moved one decision on an enrollment to another: what they rest on, exchanged one kind after the other.

It begins with everything that the first rests on; after the last exchange it is what the second rests on.
What the document says otherwise after an exchange is that exchange's doing, after those before it. Of records
and parameters each is also tried alone, upon what was there before its exchange.
"""

from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from uuid import UUID

from app.core.errors import AppError
from app.db.session import Database, WriteSession, rehearsing, taken_back
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.reproduction import documents, judging, repository
from app.reproduction.basis import Basis, Reading
from app.reproduction.compared import (
    Difference,
    Kind,
    LessonChange,
    ParameterChange,
    RecordChange,
    Step,
    elsewhere_changes,
    parameter_changes,
    record_changes,
    rule_changes,
)
from app.reproduction.errors import DecisionsNotComparable
from app.reproduction.schemas import FieldChange, Records
from app.reproduction.service import known_decision, made_again, opened
from app.rules.changes import Change, with_changes
from app.rules.parameters import written
from app.rules.trace import Trace

MOST_TRIED = 200
"""Records that are tried alone."""


async def compare(
    database: Database, library: PolicyLibrary, key_ring: KeyRing, first_id: UUID, second_id: UUID
) -> Difference:
    """Stores nothing. Raises `DecisionUnknown` and `DecisionsNotComparable`."""
    async with rehearsing(database, repeatable=True) as session:
        first, second = [await known_decision(session, each) for each in (first_id, second_id)]
        if (first.run.key, first.learner_id) != (second.run.key, second.learner_id):
            raise DecisionsNotComparable
        readings = [Reading(session, library, key_ring, each) for each in (first, second)]
        bases = [await reading.basis() for reading in readings]
        if len({reading.whole for reading in readings}) > 1:
            readings = [Reading(session, library, key_ring, each, whole=True) for each in (first, second)]
            bases = [await reading.basis() for reading in readings]
        told = [await opened(session, reading) for reading in readings]
        found = Difference(told[0], told[1], documents.changes(first.document, second.document))
        before, after = bases
        if before is None or after is None:
            return found
        await judging.prepare(session)
        await made_again(session, found.first, before)
        await made_again(session, found.second, after)
        if found.first.made_again is not None and found.second.made_again is not None:
            found.steps = [
                step async for step in _Exchange(session, replace(before, is_mixed=True), after).steps()
            ]
        return found


@dataclass(slots=True)
class _Exchange:
    session: WriteSession
    now: Basis
    then: Basis

    async def steps(self) -> AsyncIterator[Step]:
        await judging.lay_out(self.session, self.now)
        document, trace = await self._document(), await judging.explain(self.session, self.now)
        for kind in Kind:
            if not self._is_other(kind):
                continue
            step = await self._named(kind, document)
            self.now = self._exchanged(kind)
            await judging.lay_out(self.session, self.now)
            before, document = document, await self._document()
            former, trace = trace, await judging.explain(self.session, self.now)
            step.effect = documents.changes(before, document)
            step.lessons = list(_lessons(former, trace))
            yield step

    def _is_other(self, kind: Kind) -> bool:
        """Rows of the same record are not equal where something of them is sealed."""
        now, then = self.now, self.then
        match kind:
            case Kind.records:
                return any(record_changes(now.own, then.own))
            case Kind.references:
                return any(record_changes(now.references, then.references))
            case Kind.elsewhere:
                return now.elsewhere != then.elsewhere
            case Kind.policy:
                return now.decision.run.policy != then.decision.run.policy
            case Kind.waivers:
                return now.waivers != then.waivers
            case Kind.moment:
                return now.decision.run.assessed_at != then.decision.run.assessed_at

    def _exchanged(self, kind: Kind) -> Basis:
        now, then = self.now, self.then
        match kind:
            case Kind.records:
                return replace(now, own=then.own)
            case Kind.references:
                return replace(now, references=then.references)
            case Kind.elsewhere:
                return replace(now, elsewhere=then.elsewhere)
            case Kind.policy:
                return replace(now, version=then.version)
            case Kind.waivers:
                return replace(now, waivers=then.waivers)
            case Kind.moment:
                return replace(now, decision=then.decision)

    async def _named(self, kind: Kind, document: bytes) -> Step:
        """What is other, in its own words, before it is exchanged."""
        now, then, step = self.now, self.then, Step(kind)
        match kind:
            case Kind.records:
                step.records = [each async for each in self._records(now.own, then.own, document)]
            case Kind.references:
                changes = self._records(now.references, then.references, document)
                step.records = [each async for each in changes]
            case Kind.elsewhere:
                step.elsewhere = list(elsewhere_changes(now.elsewhere, then.elsewhere))
            case Kind.policy:
                step.policies = (now.decision.run.policy, then.decision.run.policy)
                step.rules = list(rule_changes(now.version, then.version))
                step.parameters = [
                    await self._parameter(each, document)
                    for each in parameter_changes(now.version, then.version)
                ]
            case Kind.waivers:
                other = now.waivers ^ then.waivers
                step.waivers = await repository.waivers(self.session, now.key, other)
            case Kind.moment:
                step.moments = (now.decision.run.assessed_at, then.decision.run.assessed_at)
        return step

    async def _records(self, before: Records, after: Records, document: bytes) -> AsyncIterator[RecordChange]:
        """The learner's own first; those of others that move nothing by themselves are left out."""
        learner_id = self.now.decision.learner_id
        changes = sorted(record_changes(before, after), key=lambda each: learner_id not in each.key)
        for number, change in enumerate(changes):
            if number >= MOST_TRIED:
                yield change
                continue
            async with taken_back(self.session):
                await judging.put(self.session, {change.place: after.get(change.place)})
                effect = await self._effect(self.now, document)
            if effect or not change.is_of_another(learner_id):
                yield change._replace(effect=effect)

    async def _parameter(self, change: ParameterChange, document: bytes) -> ParameterChange:
        if change.is_alone:
            value = written(change.after)
            as_written = "" if value is None else str(value).lower() if value in (True, False) else str(value)
            try:
                (version,) = with_changes((self.now.version,), [Change(change.name, as_written)])
            except AppError:
                return change
            return change._replace(effect=await self._effect(replace(self.now, version=version), document))
        return change

    async def _effect(self, basis: Basis, document: bytes) -> list[FieldChange] | None:
        """By what is laid out; None: so it cannot be judged."""
        try:
            verdict = await judging.judge(self.session, basis)
        except AppError:
            return None
        return None if verdict.document is None else documents.changes(document, verdict.document)

    async def _document(self) -> bytes:
        return (await judging.judge(self.session, self.now)).document or b"{}"


def _lessons(before: Trace, after: Trace) -> Iterator[LessonChange]:
    known = {each.lesson.lesson_id: (each.counted, each.credited) for each in before.lessons}
    new = {each.lesson.lesson_id: (each.counted, each.credited) for each in after.lessons}
    for lesson_id in sorted({*known, *new}):
        was, is_now = known.get(lesson_id), new.get(lesson_id)
        if was != is_now:
            yield LessonChange(lesson_id, *(was or (None, None)), *(is_now or (None, None)))
