"""Takes back what came with a distrusted credential: each record stands again as trusted batches left it.

Outcomes are applied, never decided again (ledger.md): of what trusted batches brought and were told was
accepted or unchanged, the highest revision stands; where there is none, the record is gone, and its platform
may send it again under any revision. Rows are made from the archived bytes, so that they lead back to them.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from io import BytesIO
from typing import Any

from app.core import clock
from app.core.ids import BatchId, new_uuid
from app.db.session import Database, WriteSession, transaction
from app.ingest import archive, concerned, concerned_repository, districts_repository, repository
from app.ingest import withdrawal_repository as withdrawals
from app.ingest.decision import FIRST_BATCH
from app.ingest.definition import Effect, FeedDefinition
from app.ingest.districts import ENTERPRISE
from app.ingest.feeds import DEFINITIONS
from app.ingest.feeds.common import CLASS_GROUP, LEARNER
from app.ingest.merge import ACCEPTED, UNCHANGED, Key
from app.ingest.preparation import Prepared, prepare_again
from app.ingest.rows import Rows, rows_of
from app.ingest.schemas import Delivery, MediaType, ProgrammeExists
from app.ingest.withdrawal_repository import Contents, Stored
from app.ledger.envelope import EntryKind, withdrawal_envelope
from app.ledger.merkle import commitment
from app.ledger.sequence import enqueue
from app.privacy.keyring import KeyRing

BATCHES_A_ROUND = 5
"""At most 50,000 records: what a round may hold in memory, and lock while it writes."""

Row = Mapping[str, Any]


async def find_batches(session: WriteSession, *, recorded_after: datetime) -> int:
    """Marks the batches of what was distrusted since then; how many are new.

    Asked again for a while: a batch whose client was let in before may be stored a little after.
    """
    return await withdrawals.find(session, recorded_after)


async def withdraw(database: Database, key_ring: KeyRing, programme_exists: ProgrammeExists) -> int:
    """One round: what stands of some distrusted batches is taken back, in one transaction; how many they are.

    0 where none waits, or another program is at it.
    """
    async with transaction(database) as session:
        if not await withdrawals.is_withdrawer(session):
            return 0
        batches = await withdrawals.waiting(session, BATCHES_A_ROUND)
        if batches:
            await _Withdrawal(session, key_ring, programme_exists, batches).run()
        return len(batches)


@dataclass
class _Withdrawal:
    """Of batches of one platform and feed."""

    session: WriteSession
    key_ring: KeyRing
    programme_exists: ProgrammeExists
    batches: Sequence[Stored]
    seen: set[BatchId] = field(default_factory=set)
    """The trusted batches that were looked through."""
    standing: dict[Key, Row] = field(default_factory=dict)
    """What trusted batches say of each key."""
    first: dict[Key, BatchId] = field(default_factory=dict)
    """The trusted batch that named the key first."""

    @property
    def definition(self) -> FeedDefinition:
        return DEFINITIONS[self.batches[0].feed]

    async def run(self) -> None:
        """Looks everything up before it locks, and what came meanwhile behind the locks."""
        feed, platform = self.batches[0].feed, self.batches[0].platform
        keys = await self._still_standing(await self._accepted_keys())
        await self._look_through(keys)
        await repository.lock_stripes(self.session, feed, platform, keys)
        keys = await self._still_standing(keys)
        await self._look_through(keys)
        await self._restore(keys)
        await self._attest(keys)

    async def _accepted_keys(self) -> list[Key]:
        keys: dict[Key, None] = {}
        for batch in self.batches:
            prepared, outcomes = await self._read(batch)
            keys |= dict.fromkeys(_keys_with(prepared, outcomes, {ACCEPTED}))
        return list(keys)

    async def _still_standing(self, keys: Sequence[Key]) -> list[Key]:
        """A trusted batch may have brought something newer."""
        batch_ids = [batch.batch_id for batch in self.batches]
        platform = self.batches[0].platform
        found = await withdrawals.standing_from(
            self.session, self.definition.table, platform, keys, batch_ids
        )
        return [key for key in keys if key in found]

    async def _look_through(self, keys: Collection[Key]) -> None:
        if not keys:
            return
        wanted, (first, *_) = set(keys), self.batches
        class_groups = {str(key[0]) for key in keys} if self.definition.has_class_group else None
        for batch in await withdrawals.trusted(
            self.session, first.platform, first.feed, class_group_ids=class_groups, but=self.seen
        ):
            prepared, outcomes = await self._read(batch)
            self.seen.add(batch.batch_id)
            await asyncio.to_thread(self._take, batch.batch_id, prepared, outcomes, wanted)

    def _take(self, batch_id: BatchId, prepared: Prepared, outcomes: bytes, wanted: Collection[Key]) -> None:
        chosen: dict[Key, int] = {}
        highest = {key: row["revision"] for key, row in self.standing.items()}
        for key, place in _keys_with(prepared, outcomes, {ACCEPTED, UNCHANGED}).items():
            if key in wanted:
                self.first[key] = min(self.first.get(key, batch_id), batch_id)
                if prepared.revisions[place] > highest.get(key, -1):
                    chosen[key] = place
        rows = rows_of(prepared, list(chosen.values()), self.key_ring)
        for number, key in enumerate(chosen):
            self.standing[key] = {name: column[number] for name, column in rows.items()}

    async def _read(self, batch: Stored) -> tuple[Prepared, bytes]:
        contents = await withdrawals.contents(self.session, batch)
        prepared = await asyncio.to_thread(self._prepared, batch, contents)
        return prepared, contents.outcomes

    def _prepared(self, batch: Stored, contents: Contents) -> Prepared:
        body = archive.open_body(self.key_ring, batch.batch_id, contents.body_sealed)
        delivery = Delivery(
            platform=batch.platform,
            client_id=batch.client_id,
            credential=batch.credential,
            feed=batch.feed,
            media_type=MediaType(contents.media_type),
            body=BytesIO(body),
            received_at=batch.received_at,
        )
        return prepare_again(delivery, batch.batch_id, self.key_ring, self.programme_exists)

    async def _restore(self, keys: Sequence[Key]) -> None:
        if not keys:
            return
        platform, table = self.batches[0].platform, self.definition.table
        enterprises = await self._lock_districts(keys)
        await concerned.lock(self.session, self.definition.feed, platform, keys)
        others = await concerned.concerned(self.session, self.definition.feed, platform, keys)
        await withdrawals.remove(self.session, table, platform, keys)
        restored = {key: dict(self.standing[key]) for key in keys if key in self.standing}
        if FIRST_BATCH in table.columns:
            for key, row in restored.items():
                row[FIRST_BATCH] = self.first[key]
        if restored:
            names = next(iter(restored.values()))
            columns: Rows = {name: [row[name] for row in restored.values()] for name in names}
            await repository.upsert_rows(self.session, table, columns)
        if enterprises:
            await districts_repository.move_class_groups(self.session, enterprises)
        if self.definition.has_class_group:
            links = {(str(key[0]), row["batch_id"]) for key, row in restored.items()}
            await withdrawals.link(self.session, platform, sorted(links))
        others |= await concerned.concerned(self.session, self.definition.feed, platform, keys)
        await withdrawals.touch(self.session, platform, _touches(self.definition, keys), clock.now())
        await concerned_repository.touch(self.session, others, None, clock.now())

    async def _lock_districts(self, keys: Sequence[Key]) -> set[str]:
        """The enterprises whose district may change, or that a restored class group is one of."""
        if ENTERPRISE in self.definition.names:
            enterprises = {row[ENTERPRISE] for row in self.standing.values()} - {None}
        elif FIRST_BATCH in self.definition.table.columns:
            enterprises = {str(key[0]) for key in keys}
        else:
            return set()
        await districts_repository.lock_districts(self.session, enterprises, is_shared=False)
        return enterprises

    async def _attest(self, keys: Sequence[Key]) -> None:
        at = clock.now()
        withdrawal_id = new_uuid(at)
        restored = sum(key in self.standing for key in keys)
        envelope = withdrawal_envelope(
            withdrawal_id=withdrawal_id,
            platform=self.batches[0].platform,
            feed=self.batches[0].feed,
            withdrawn_at=at,
            batches=commitment([batch.leaf_hash for batch in self.batches]),
            restored=restored,
            removed=len(keys) - restored,
        )
        await enqueue(
            self.session,
            kind=EntryKind.withdrawal,
            subject_id=withdrawal_id,
            recorded_at=at,
            envelope=envelope,
        )
        await withdrawals.finish(self.session, [batch.batch_id for batch in self.batches], at)


def _keys_with(prepared: Prepared, outcomes: bytes, wanted: Collection[int]) -> dict[Key, int]:
    """The place, among the good records, of the last record of each key with such an outcome.

    Of one batch the last is the highest: a lower one after it was stale.
    """
    positions = prepared.checked.positions
    return {key: place for place, key in enumerate(prepared.keys) if outcomes[positions[place]] in wanted}


def _touches(definition: FeedDefinition, keys: Sequence[Key]) -> Mapping[str, Sequence[str] | None]:
    if definition.effect in {Effect.nobody, Effect.elsewhere}:
        return {}
    class_groups = {str(key[0]) for key in keys}
    if definition.effect is Effect.class_group:
        return dict.fromkeys(sorted(class_groups))
    if definition.effect is Effect.class_level:
        return dict.fromkeys(sorted(class_groups), ())
    names = [each.name for each in definition.keys]
    of_class_group, of_learner = names.index(CLASS_GROUP.name), names.index(LEARNER.name)
    learners: defaultdict[str, set[str]] = defaultdict(set)
    for key in keys:
        learners[str(key[of_class_group])].add(str(key[of_learner]))
    return {class_group: sorted(learners[class_group]) for class_group in sorted(learners)}
