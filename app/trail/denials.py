"""What was refused is recorded too, within bounds: a flood of refusals fills no disk.

Of each actor, action and address the first refusal of a minute is an entry of its own, and the others of that
minute share one more that says how many they were. A process keeps so many apart; what is beyond them shares
one entry for all. What waits to be told is told with the next refusal, or when the process ends in order.
"""

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple
from weakref import WeakKeyDictionary

import structlog

from app.core import metrics
from app.core.errors import Unavailable
from app.db.session import Database, transaction
from app.trail import origin
from app.trail.schemas import UNKNOWN, Actor, Kind
from app.trail.service import record

WINDOW_S = 60.0
MOST = 30
"""Kinds of refusals that a process keeps apart in a minute: at most twice so many entries, and one."""

log = structlog.get_logger()


class _Refused(NamedTuple):
    """What one entry stands for."""

    actor: Actor
    action: str
    address: str | None
    subject: tuple[tuple[str, str], ...]


MANY = _Refused(UNKNOWN, "many", None, ())


@dataclass(slots=True)
class Denials:
    """Of one process and database."""

    now_s: Callable[[], float] = time.monotonic
    _begun_at_s: float = -math.inf
    _told: set[_Refused] = field(default_factory=set)
    _waiting: dict[_Refused, int] = field(default_factory=dict)

    async def note(self, database: Database, actor: Actor, action: str, subject: Mapping[str, str]) -> None:
        """The answer is a refusal whether it can be recorded or not: a database that is away is no reason."""
        refused = _Refused(actor, str(action), origin.current().address, tuple(sorted(subject.items())))
        if self.now_s() >= self._begun_at_s + WINDOW_S:
            await self.flush(database)
        if refused in self._told or len(self._told) >= MOST:
            known = refused if refused in self._told else MANY
            self._waiting[known] = self._waiting.get(known, 0) + 1
            return
        self._told.add(refused)
        await _record(database, refused, 1)

    async def flush(self, database: Database) -> None:
        """Tells how many were refused beyond those with an entry of their own, and begins another minute."""
        waiting, self._waiting = self._waiting, {}
        self._told, self._begun_at_s = set(), self.now_s()
        for refused, number in waiting.items():
            with origin.bound(refused.address, None):
                await _record(database, refused, number)


async def _record(database: Database, refused: _Refused, number: int) -> None:
    try:
        async with transaction(database) as session:
            subject = dict(refused.subject)
            await record(session, refused.actor, refused.action, subject, kind=Kind.denied, number=number)
    except Unavailable as failure:
        log.warning("a refusal could not be recorded", code=failure.code)


_OF_DATABASES: WeakKeyDictionary[Database, Denials] = WeakKeyDictionary()


def denials_of(database: Database) -> Denials:
    """The ones of this process and database: all doors share one bound."""
    return _OF_DATABASES.setdefault(database, Denials())


async def denied(
    database: Database, actor: Actor, action: str, subject: Mapping[str, str], *, code: str
) -> None:
    """`code`: of the refusal, for the counter, which counts each."""
    metrics.DENIALS.labels(code).inc()
    await denials_of(database).note(database, actor, action, subject)
