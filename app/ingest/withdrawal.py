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

from app.core import clock
from app.core.ids import BatchId, new_uuid
from app.db.session import Database, WriteSession, transaction
from app.ingest import concerned, concerned_repository, districts_repository, repository
from app.ingest import withdrawal_repository as withdrawals
from app.ingest.decision import FIRST_BATCH
from app.ingest.definition import Effect, FeedDefinition
from app.ingest.districts import ENTERPRISE
from app.ingest.feeds import DEFINITIONS
from app.ingest.feeds.common import CLASS_GROUP, LEARNER
from app.ingest.merge import ACCEPTED, Key
from app.ingest.replay import Replayed, Standing, read_again
from app.ingest.replay_repository import Stored
from app.ingest.rows import Rows
from app.ingest.schemas import ProgrammeExists
from app.ledger.envelope import EntryKind, withdrawal_envelope
from app.ledger.merkle import commitment
from app.ledger.sequence import enqueue
from app.privacy.keyring import KeyRing

BATCHES_A_ROUND = 5
"""At most 50,000 records: what a round may hold in memory, and lock while it writes."""


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
    standing: Standing = field(init=False)
    """What trusted batches say of each key."""

    def __post_init__(self) -> None:
        self.standing = Standing(self.key_ring)

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
            keys |= dict.fromkeys((await self._read(batch)).places({ACCEPTED}))
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
            replayed = await self._read(batch)
            self.seen.add(batch.batch_id)
            await asyncio.to_thread(self.standing.take, replayed, wanted.__contains__)

    async def _read(self, batch: Stored) -> Replayed:
        return await read_again(self.session, self.key_ring, batch, programme_exists=self.programme_exists)

    async def _restore(self, keys: Sequence[Key]) -> None:
        if not keys:
            return
        platform, table = self.batches[0].platform, self.definition.table
        enterprises = await self._lock_districts(keys)
        await concerned.lock(self.session, self.definition.feed, platform, keys)
        others = await concerned.concerned(self.session, self.definition.feed, platform, keys)
        await withdrawals.remove(self.session, table, platform, keys)
        restored = {key: self.standing.rows[key] for key in keys if key in self.standing.rows}
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
            enterprises = {row[ENTERPRISE] for row in self.standing.rows.values()} - {None}
        elif FIRST_BATCH in self.definition.table.columns:
            enterprises = {str(key[0]) for key in keys}
        else:
            return set()
        await districts_repository.lock_districts(self.session, enterprises, is_shared=False)
        return enterprises

    async def _attest(self, keys: Sequence[Key]) -> None:
        at = clock.now()
        withdrawal_id = new_uuid(at)
        restored = sum(key in self.standing.rows for key in keys)
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
