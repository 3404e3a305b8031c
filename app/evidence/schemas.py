"""Values of proofs and bundles."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.accounts.authorisation import Reach
from app.core.ids import BatchId, ClassGroupKey, LearnerId, PlatformCode, RunId
from app.core.vocabulary import Feed
from app.db.session import ReadSession
from app.ingest.schemas import MediaType
from app.ledger.checkpoint import Checkpoint
from app.rights.schemas import Why
from app.trail.schemas import Actor


class Disclosed(NamedTuple):
    """One leaf and what leads from it to a signed checkpoint."""

    position: int
    """The leaf's, from 0."""
    size: int
    """Leaves of its tree."""
    salt: bytes
    path: tuple[bytes, ...]
    root: bytes
    """That its envelope names."""
    envelope: bytes
    ledger_index: int
    tlog_proof: str


class RecordProof(NamedTuple):
    batch_id: BatchId
    platform: PlatformCode
    feed: Feed
    line: int
    outcome: int
    """One byte, as it is hashed: 1 accepted, 2 unchanged, 3 stale, 4 rejected."""
    record: bytes
    """As received."""
    proof: Disclosed
    entry_id: UUID
    """Of the trail's entry about this disclosure."""


class DecisionProof(NamedTuple):
    decision_id: UUID
    run_id: RunId
    document: bytes
    proof: Disclosed
    entry_id: UUID


class SealedBatch(NamedTuple):
    """A batch with its archive, as it is stored."""

    batch_id: BatchId
    platform: PlatformCode
    feed: Feed
    received_at: datetime
    media_type: MediaType
    body_sealed: bytes
    secret_sealed: bytes
    outcomes: bytes


class Item(NamedTuple):
    """What a bundle is asked of: an enrollment, or a whole class group."""

    key: ClassGroupKey
    learner_id: LearnerId | None = None

    def subject(self) -> dict[str, str]:
        told = {"platform": self.key.platform, "class_group_id": self.key.class_group_id}
        return told if self.learner_id is None else {**told, "learner_id": self.learner_id}


class Run(NamedTuple):
    """That some of the wanted decisions were made in."""

    run_id: RunId
    key: ClassGroupKey
    batch_ids: Sequence[UUID]
    policy_id: str
    policy_version: str
    policy_hash: bytes
    secret_sealed: bytes


class Decided(NamedTuple):
    """A document of a run, in the order of its leaves."""

    decision_id: UUID
    learner_id: LearnerId
    document: bytes


class PolicyWords(NamedTuple):
    """A version of a policy with the text it stands in."""

    record_id: UUID
    policy_id: str
    version: str
    text: str


class Entry(NamedTuple):
    ledger_index: int
    kind: str
    envelope: bytes


class References(NamedTuple):
    """What a class group is part of."""

    project_id: str | None
    batch_ids: Sequence[UUID]
    """In which the project and its courses came, as they stand."""


NOTHING = References(None, ())
"""Of whoever sees no originals."""


class Contents(NamedTuple):
    """What an item rests on, and where it stands in the ledger."""

    item: Item
    learner_ids: Sequence[LearnerId]
    """Who stands on a decision, and is told of."""
    runs: Sequence[Run]
    policies: Sequence[PolicyWords]
    waiver_ids: Sequence[UUID]
    references: References

    def batch_ids(self) -> list[UUID]:
        """Those that decide first, each once."""
        named = [batch_id for run in self.runs for batch_id in run.batch_ids]
        return list(dict.fromkeys([*named, *self.references.batch_ids]))

    def subjects(self) -> list[UUID]:
        """Of every entry that the item needs."""
        records = [policy.record_id for policy in self.policies]
        return [*(run.run_id for run in self.runs), *self.batch_ids(), *records, *self.waiver_ids]


class Gathered(NamedTuple):
    """What a bundle is made of."""

    contents: Sequence[Contents]
    subjects: Collection[UUID]
    entries: Mapping[UUID, Entry]
    """Of those subjects that have an index."""

    def is_held_by(self, checkpoint: Checkpoint) -> bool:
        held = {subject for subject, entry in self.entries.items() if entry.ledger_index < checkpoint.size}
        return held == set(self.subjects)

    def batches(self) -> list[UUID]:
        """By ledger index."""
        named = {batch_id for each in self.contents for batch_id in each.batch_ids()}
        return sorted(named, key=lambda batch_id: self.entries[batch_id].ledger_index)

    def runs(self) -> list[Run]:
        """Likewise."""
        named = {run.run_id: run for each in self.contents for run in each.runs}
        return sorted(named.values(), key=lambda run: self.entries[run.run_id].ledger_index)


class Scope(NamedTuple):
    """What of it the caller may see (docs/bundles.md)."""

    originals: bool
    money: bool
    """Documents that tell of what was granted, perhaps elsewhere too."""


class Mark(NamedTuple):
    """Whose bundle it is: `bundle_id` is that of the trail's first entry about it."""

    bundle_id: UUID
    made_at: datetime


class Readable(NamedTuple):
    name: str
    content: bytes


Present = Callable[[ReadSession, Sequence[Contents], Mark], AsyncIterator[Readable]]
"""The door's part: what people read. Facts and report look as they do everywhere else there."""


@dataclass(frozen=True, slots=True)
class Order:
    """A bundle that somebody wants. Items differ from one another."""

    items: Sequence[Item]
    actor: Actor
    action: str
    reach: Reach
    scope: Scope
    why: Why
    most_records: int
    most_learners: int
    most_a_day: int | None
    """Of an official; None: for others nothing is revealed that is not their own."""
