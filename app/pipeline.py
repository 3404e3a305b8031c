"""The corridor: which room's work follows which. A batch gets its ledger index, whom it touched is judged."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

import structlog

from app.core import clock
from app.core.errors import Unavailable
from app.core.ids import ClassGroupKey
from app.core.metrics import Stage, finished, timed
from app.db import partitions
from app.db.failures import DatabaseBusy
from app.db.session import Database, reading, transaction
from app.eligibility.assess import assess_class_group
from app.eligibility.schemas import AssessedClassGroup
from app.eligibility.service import waiting_class_groups
from app.ingest.service import prune_idempotency_keys
from app.ledger.sequence import sequence
from app.policies.service import Policies
from app.privacy.keyring import KeyRing

CLASS_GROUPS_A_ROUND = 20
"""New leaves are sequenced, and the oldest touches chosen, between any two times so many."""
AT_ONCE = 2
"""One class group is judged while the database reads or stores another."""
FIRST_REST_S, LONGEST_REST_S = 1.0, 60.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did."""

    sequenced: int
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


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The work of one process. Any number of them may do it at once: the database keeps them in order."""

    database: Database
    policies: Policies
    key_ring: KeyRing
    rests: Rests = field(default_factory=Rests)

    async def run_round(self, stop: asyncio.Event) -> Round:
        """Sequence, then assess who has waited longest, until `stop` is set.

        Raises `Unavailable` where the database is at fault; what else fails is one class group's own affair.
        """
        done = Round(await self._sequence())
        waiting = iter((await self._waiting())[:CLASS_GROUPS_A_ROUND])
        try:
            async with asyncio.TaskGroup() as hands:
                for _ in range(AT_ONCE):
                    hands.create_task(self._assess_each(waiting, done, stop))
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return done

    async def keep_house(self) -> None:
        """What is needed now and then: partitions of the months ahead, no idempotency keys of last week."""
        await partitions.ensure(self.database)
        async with transaction(self.database) as session:
            await prune_idempotency_keys(session, clock.now())

    async def _sequence(self) -> int:
        with timed(Stage.sequence):
            sequenced = await sequence(self.database)
        finished(Stage.sequence, sequenced)
        return sequenced

    async def _waiting(self) -> list[ClassGroupKey]:
        resting = list(self.rests.at(time.monotonic()))
        async with reading(self.database) as session:
            return await waiting_class_groups(session, clock.now(), passing_over=resting)

    async def _assess_each(self, keys: Iterator[ClassGroupKey], done: Round, stop: asyncio.Event) -> None:
        for key in keys:
            if stop.is_set():
                return
            if assessed := await self._assess(key):
                finished(Stage.assess, assessed.enrollments)
                done.assessed.append(assessed)

    async def _assess(self, key: ClassGroupKey) -> AssessedClassGroup | None:
        """None where it must wait, or failed and rests."""
        try:
            with timed(Stage.assess):
                assessed = await assess_class_group(
                    self.database, self.policies, self.key_ring, key, clock.now()
                )
        except Exception as failure:
            if isinstance(failure, Unavailable) and not isinstance(failure, DatabaseBusy):
                raise
            log.exception("a class group could not be assessed and rests", **key._asdict())
            self.rests.begin(key, time.monotonic())
            return None
        self.rests.end(key)
        return assessed if isinstance(assessed, AssessedClassGroup) else None
