"""Reads again everything that a decision rests on: records from their archives, the policy from its text."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

import msgspec

from app.core.ids import ClassGroupKey, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.db.session import ReadSession
from app.eligibility import persons_repository
from app.eligibility.inputs import Inputs, Reference, open_inputs
from app.ingest import replay_repository
from app.ingest.feeds import DEFINITIONS
from app.ingest.feeds.common import LEARNER
from app.ingest.merge import ACCEPTED, UNCHANGED, Key
from app.ingest.replay import NotReplayable, Replayed, Standing, read_again
from app.ingest.replay_repository import Stored
from app.policies.library import PolicyLibrary
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from app.reproduction import remarks, repository
from app.reproduction.repository import Decision, Entry
from app.reproduction.schemas import BatchUsed, Records, Remark
from app.rules.person import Elsewhere
from app.rules.policy import PolicyVersion


@dataclass(frozen=True, slots=True)
class Basis:
    """What one decision is judged by."""

    decision: Decision
    version: PolicyVersion
    own: Records
    """Of the class group, from the batches of the run."""
    references: Records
    """Outside it: project, courses, enterprise, what its teachers taught elsewhere."""
    waivers: frozenset[str]
    elsewhere: Elsewhere | None
    is_mixed: bool = False
    """Put together from those of two decisions."""

    @property
    def key(self) -> ClassGroupKey:
        return self.decision.run.key


@dataclass(slots=True)
class Reading:
    """Of one decision. What is missing or altered is remarked, and the rest read all the same."""

    session: ReadSession
    library: PolicyLibrary
    key_ring: KeyRing
    decision: Decision
    whole: bool = False
    """Everybody's records; else only the learner's own, where no rule asks about the class group."""
    remarks: list[Remark] = field(default_factory=list)
    batches: list[BatchUsed] = field(default_factory=list)
    references: Sequence[Reference] = ()
    _standing: dict[tuple[Feed, PlatformCode], Standing] = field(default_factory=dict)
    _outside: dict[tuple[Feed, PlatformCode], Standing] = field(default_factory=dict)

    async def basis(self) -> Basis | None:
        """None: there is no policy to judge by."""
        run = self.decision.run
        version = await self.library.find(
            self.session, run.policy_id, date.fromisoformat(run.policy_version), run.policy_hash
        )
        if version is None:
            self.remarks.append(remarks.policy_missing(run))
            return None
        self.whole = self.whole or bool(version.class_rules)
        inputs = self._inputs()
        await self._read_batches(inputs is None)
        if inputs is None:
            self.remarks.append(remarks.inputs_not_kept(run))
            waivers = await repository.waivers_at(self.session, run.key, run.assessed_at)
            elsewhere = await self._elsewhere_now()
        else:
            self.references = inputs.references
            await self._read_references(inputs.references)
            waivers, elsewhere = inputs.waivers, inputs.elsewhere.get(self.decision.learner_id)
        own, outside = _records(self._standing), _records(self._outside)
        return Basis(self.decision, version, own, outside, frozenset(waivers), elsewhere)

    def _inputs(self) -> Inputs | None:
        """None: they were not kept, or cannot be opened any more."""
        run = self.decision.run
        if run.inputs_sealed is None:
            return None
        try:
            return open_inputs(self.key_ring, RunId(run.run_id), run.inputs_sealed)
        except (SealBroken, ValueError, msgspec.MsgspecError):
            self.remarks.append(remarks.inputs_altered(run))
            return None

    async def _elsewhere_now(self) -> Elsewhere | None:
        """What the newest assessment was told, the best there is where nothing was kept."""
        key, learner_id = self.decision.run.key, self.decision.learner_id
        told = await persons_repository.told(self.session, {key: [learner_id]})
        return told.get((key, learner_id))

    async def _read_batches(self, with_outside: bool) -> None:  # noqa: FBT001 (private)
        run = self.decision.run
        stored = await replay_repository.batches(self.session, run.batch_ids)
        known = {batch.batch_id for batch in stored}
        self.remarks += [remarks.batch_missing(each) for each in run.batch_ids if each not in known]
        entries = await repository.entries(self.session, known)
        for batch in stored:
            replayed = await self._read(batch, entries.get(batch.batch_id))
            if replayed is None:
                continue
            entry = entries.get(batch.batch_id)
            number = await asyncio.to_thread(self._take, replayed)
            index = None if entry is None else entry.ledger_index
            self.batches.append(BatchUsed(batch.batch_id, batch.feed, index, number))
            if with_outside and not replayed.definition.has_class_group:
                await asyncio.to_thread(_standing_of(self._outside, batch, self.key_ring).take, replayed)

    def _take(self, replayed: Replayed) -> int:
        """What it has for the class group; how many records that are."""
        run, definition = self.decision.run, replayed.definition
        if not definition.has_class_group or replayed.batch.platform != run.platform:
            return 0
        names = [each.name for each in definition.keys]
        of_learner = names.index(LEARNER.name) if LEARNER.name in names and not self.whole else None
        class_group_id, learner_id = run.class_group_id, self.decision.learner_id

        def is_wanted(key: Key) -> bool:
            return key[0] == class_group_id and (of_learner is None or key[of_learner] == learner_id)

        _standing_of(self._standing, replayed.batch, self.key_ring).take(replayed, is_wanted)
        places = replayed.places({ACCEPTED, UNCHANGED})
        return sum(key[0] == class_group_id for key in places)

    async def _read_references(self, references: Sequence[Reference]) -> None:
        lines: defaultdict[UUID, set[int]] = defaultdict(set)
        for reference in references:
            lines[reference.batch_id].add(reference.line)
        stored = await replay_repository.batches(self.session, lines)
        known = {batch.batch_id for batch in stored}
        self.remarks += [remarks.batch_missing(each) for each in lines if each not in known]
        entries = await repository.entries(self.session, known)
        for batch in stored:
            replayed = await self._read(batch, entries.get(batch.batch_id))
            if replayed is not None:
                named = set(_keys_at(replayed, lines[batch.batch_id]))
                standing = _standing_of(self._outside, batch, self.key_ring)
                await asyncio.to_thread(standing.take, replayed, named.__contains__)

    async def _read(self, batch: Stored, entry: Entry | None) -> Replayed | None:
        """Held against the ledger; None where it cannot be read."""
        try:
            replayed = await read_again(self.session, self.key_ring, batch, programme_exists=lambda *_: True)
        except NotReplayable as failure:
            self._remark(remarks.archive_unreadable(failure))
            return None
        attested = entry and msgspec.json.decode(entry.envelope)["records_root"]
        if attested != await asyncio.to_thread(self._records_root, replayed):
            self._remark(remarks.archive_altered(batch.batch_id))
        if replayed.unread:
            self._remark(remarks.records_unreadable(batch.batch_id, len(replayed.unread)))
        return replayed

    def _records_root(self, replayed: Replayed) -> str | None:
        """None: its salts are gone."""
        try:
            return replayed.records_root(self.key_ring).hex()
        except (SealBroken, ValueError):
            return None

    def _remark(self, remark: Remark) -> None:
        """A batch may be read twice."""
        if remark not in self.remarks:
            self.remarks.append(remark)


def _keys_at(replayed: Replayed, lines: Iterable[int]) -> Iterator[Key]:
    """Of the records that stand in these lines."""
    prepared = replayed.prepared
    wanted = set(lines)
    for place, position in enumerate(prepared.checked.positions):
        if prepared.batch.lines[position] in wanted:
            yield prepared.keys[place]


def _standing_of(
    standings: dict[tuple[Feed, PlatformCode], Standing], batch: Stored, key_ring: KeyRing
) -> Standing:
    return standings.setdefault((batch.feed, batch.platform), Standing(key_ring))


def _records(standings: Mapping[tuple[Feed, PlatformCode], Standing]) -> Records:
    return {
        (feed, platform, key): row
        for (feed, platform), standing in standings.items()
        for key, row in standing.rows.items()
    }


SHADOWED = sorted(
    {definition.table.name for definition in DEFINITIONS.values()} | {"waivers", "ledger_checkpoints"}
)
"""Tables that a judgement reads; of batches it reads when they came, and that never changes."""
