"""The corridor: which room's work follows which. A batch gets its ledger index, whom it touched is judged."""

import asyncio
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from app.accounts.service import prune_credentials
from app.audit.schemas import Level
from app.audit.service import Checking, check_when_due
from app.core import clock
from app.core.config import Settings
from app.core.errors import Unavailable
from app.core.exposition import Backlog, Waiting
from app.core.ids import ClassGroupKey
from app.core.metrics import RESTING, Stage, finished, timed
from app.db import partitions
from app.db.failures import DatabaseBusy
from app.db.session import Database, reading, transaction
from app.eligibility import touches_repository as touches
from app.eligibility.assess import assess_class_groups
from app.eligibility.schemas import AssessedClassGroup, WaitingClassGroup
from app.eligibility.service import waiting_class_groups
from app.ingest import withdrawal_repository as withdrawals
from app.ingest.service import prune_idempotency_keys
from app.ingest.withdrawal import find_batches, withdraw
from app.ledger import repository as ledger
from app.ledger import tiles_repository as tiles
from app.ledger.integration import integrate
from app.ledger.outlets import NOWHERE, Outlets, bring_out
from app.ledger.publication import DEFAULT, Publishing, publish_when_due
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.rotation.service import reseal_page, resealing_waiting
from app.trail import repository as trail
from app.trail.digests import close_hours

CLASS_GROUPS_A_VISIT, ENROLLMENTS_A_VISIT = 100, 400
"""What is assessed in one transaction: some tenths of a second. A larger class group is visited alone."""
VISITS_A_ROUND = 4
"""New leaves are sequenced, and the oldest touches chosen, between any two times so many."""
CHOSEN_A_ROUND = 1_000
"""More class groups than a round visits: the first may all be in the hands of other workers."""
AT_ONCE = 2
"""One visit is judged while the database reads or stores another."""
FIRST_REST_S, LONGEST_REST_S = 1.0, 60.0
COUNTED = 10_000
"""Of what waits: counting more would burden the database when it is behind already."""
BACKLOG_PATIENCE_S = 2.0
DISTRUST_STRAGGLES = timedelta(hours=1)
"""How long batches are looked for whose clients were let in before the distrust: longer than a body takes."""

log = structlog.get_logger()


@dataclass(slots=True)
class Round:
    """What one round did."""

    sequenced: int
    visits: int = 0
    """Those under way, and those that found something to do."""
    assessed: list[AssessedClassGroup] = field(default_factory=list)

    @property
    def was_idle(self) -> bool:
        return not self.sequenced and not self.assessed


@dataclass(frozen=True, slots=True)
class Rests:
    """Class groups that could not be assessed: each rests twice as long every time, and holds up no other."""

    _until_s: dict[ClassGroupKey, float] = field(default_factory=dict)
    _length_s: dict[ClassGroupKey, float] = field(default_factory=dict)

    def begin(self, key: ClassGroupKey, now_s: float) -> None:
        length_s = min(2 * self._length_s.get(key, FIRST_REST_S / 2), LONGEST_REST_S)
        self._length_s[key], self._until_s[key] = length_s, now_s + length_s

    def end(self, key: ClassGroupKey) -> None:
        self._length_s.pop(key, None)
        self._until_s.pop(key, None)

    def at(self, now_s: float) -> Iterator[ClassGroupKey]:
        return (key for key, until_s in self._until_s.items() if until_s > now_s)


@dataclass(slots=True)
class Pulse:
    """When the work last took a step, so that an operator can tell a worker that hangs."""

    _beat_at_s: float = field(default_factory=time.monotonic)

    def beat(self) -> None:
        self._beat_at_s = time.monotonic()

    @property
    def age_s(self) -> float:
        return time.monotonic() - self._beat_at_s


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The work of one process. Any number of them may do it at once: the database keeps them in order."""

    database: Database
    library: PolicyLibrary
    key_ring: KeyRing
    publishing: Publishing = DEFAULT
    outlets: Outlets = NOWHERE
    deep_check_every: timedelta | None = None
    """None: none is made by itself."""
    rests: Rests = field(default_factory=Rests)
    pulse: Pulse = field(default_factory=Pulse)

    async def run_round(self, stop: asyncio.Event) -> Round:
        """Sequence, then assess who has waited longest, until `stop` is set.

        Raises `Unavailable` where the database is at fault; what else fails is one class group's own affair.
        """
        done = Round(await self._sequence())
        chosen = visits(await self._waiting())
        try:
            async with asyncio.TaskGroup() as hands:
                for _ in range(AT_ONCE):
                    hands.create_task(self._assess_each(chosen, done, stop))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return done

    async def keep_house(self) -> None:
        """What is needed now and then: partitions of the months ahead, no idempotency keys of last week."""
        await partitions.ensure(self.database)
        async with transaction(self.database) as session:
            await prune_idempotency_keys(session, clock.now())
            await prune_credentials(session, clock.now())

    async def take_back(self) -> int:
        """A round of withdrawals of what came with a distrusted credential; how many batches."""
        async with transaction(self.database) as session:
            await find_batches(session, recorded_after=clock.now() - DISTRUST_STRAGGLES)
        async with reading(self.database) as session:
            policies = await self.library.in_force(session)
        return await withdraw(self.database, self.key_ring, policies.programme_exists)

    async def reseal(self) -> bool:
        """A page of what an older key has sealed, if the ring was ever rotated. False: nothing is due."""
        if len(self.key_ring.key_ids) == 1:
            return False
        with timed(Stage.reseal):
            page = await reseal_page(self.database, self.key_ring)
        if page is None:
            return False
        finished(Stage.reseal, page.values)
        return True

    async def close_hours(self) -> int:
        """What is over of the audit trail goes into the ledger; how many hours."""
        return await close_hours(self.database, self.key_ring)

    async def tend_log(self) -> bool:
        """A round of what the log takes in, and a checkpoint where one is due; whether there was anything."""
        integrated = await integrate(self.database)
        published = await publish_when_due(self.database, self.key_ring, self.publishing)
        return integrated > 0 or published

    async def bring_out(self) -> int:
        """The newest checkpoint to where it goes; how many outlets took it."""
        return await bring_out(self.database, self.outlets)

    async def check_deeply(self, stop: asyncio.Event) -> bool:
        """A deep check of everything where one is due, at half of one connection; whether one was made."""
        if self.deep_check_every is None:
            return False
        checking = Checking(self.database, self.key_ring, self.library)
        return await check_when_due(checking, self.deep_check_every, progress=Pace(stop).rest)

    async def _sequence(self) -> int:
        with timed(Stage.sequence):
            sequenced = await sequence(self.database)
        finished(Stage.sequence, sequenced)
        return sequenced

    async def _waiting(self) -> list[WaitingClassGroup]:
        resting = list(self.rests.at(time.monotonic()))
        RESTING.set(len(resting))
        async with reading(self.database) as session:
            return await waiting_class_groups(session, clock.now(), passing_over=resting, most=CHOSEN_A_ROUND)

    async def _assess_each(
        self, chosen: Iterator[Sequence[ClassGroupKey]], done: Round, stop: asyncio.Event
    ) -> None:
        for keys in chosen:
            if stop.is_set() or done.visits == VISITS_A_ROUND:
                return
            done.visits += 1
            assessed = await self._visit(keys)
            self.pulse.beat()
            if not assessed:
                done.visits -= 1
            finished(Stage.assess, sum(each.enrollments for each in assessed))
            done.assessed += assessed

    async def _visit(self, keys: Sequence[ClassGroupKey]) -> list[AssessedClassGroup]:
        """Where it fails, each class group is visited alone, and the one that fails again rests."""
        try:
            with timed(Stage.assess):
                assessed = await assess_class_groups(
                    self.database, self.library, self.key_ring, keys, clock.now()
                )
        except Exception as failure:
            if isinstance(failure, Unavailable) and not isinstance(failure, DatabaseBusy):
                raise
            if len(keys) > 1:
                log.warning("a visit failed, its class groups are visited one by one", exc_info=True)
                return [each for key in keys for each in await self._visit([key])]
            log.exception("a class group could not be assessed and rests", **keys[0]._asdict())
            self.rests.begin(keys[0], time.monotonic())
            return []
        for key in keys:
            self.rests.end(key)
        return [each for each in assessed.values() if isinstance(each, AssessedClassGroup)]


def deep_check_every(settings: Settings) -> timedelta | None:
    """None: the settings ask for none."""
    return timedelta(hours=settings.deep_check_every_h) or None


class Pace:
    """Rests after each piece of work as long as it took; cancels the work once `stop` is set."""

    def __init__(self, stop: asyncio.Event) -> None:
        self._stop = stop
        self._begun_s = time.monotonic()

    async def rest(self, _level: Level, _number: int) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._stop.wait(), time.monotonic() - self._begun_s)
        if self._stop.is_set():
            raise asyncio.CancelledError
        self._begun_s = time.monotonic()


def visits(waiting: Iterable[WaitingClassGroup]) -> Iterator[list[ClassGroupKey]]:
    """Neighbours share a visit, as many as keep it short; who has waited longest is in the first."""
    keys: list[ClassGroupKey] = []
    enrollments = 0
    for each in waiting:
        enrollments += each.enrollments
        if keys and (len(keys) == CLASS_GROUPS_A_VISIT or enrollments > ENROLLMENTS_A_VISIT):
            yield keys
            keys, enrollments = [], each.enrollments
        keys.append(each.key)
    if keys:
        yield keys


async def backlog(database: Database) -> Backlog | None:
    """What waits, in three short looks at the oldest of it. None where the database does not tell in time."""
    now = clock.now()
    try:
        async with asyncio.timeout(BACKLOG_PATIENCE_S), reading(database) as session:
            found = {
                "leaves": await ledger.waiting(session, COUNTED),
                "integration": await tiles.waiting(session),
                "publication": await tiles.unsigned(session),
                "touches": await touches.touches_waiting(session, COUNTED),
                "due_class_groups": await touches.due_waiting(session, now, COUNTED),
                "resealing": await resealing_waiting(session),
                "trail_hours": await trail.waiting(session, now),
                "withdrawals": await withdrawals.number_waiting(session, COUNTED),
            }
    except (Unavailable, TimeoutError):
        return None
    return {what: Waiting(number, _age_s(since, now)) for what, (number, since) in found.items()}


def _age_s(since: datetime | None, now: datetime) -> float:
    return 0 if since is None else max((now - since).total_seconds(), 0)
