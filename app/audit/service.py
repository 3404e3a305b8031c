"""The deep check: four levels one after the other, each difference with since when, and the check is kept."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import structlog

from app import __version__
from app.audit import decisions, log, repository, rows, standings
from app.audit.errors import DeepCheckRunning, DeepCheckWithoutKeys
from app.audit.log_repository import take_time
from app.audit.schemas import EVERYTHING, DeepCheck, Difference, Fault, Found, Level, Since
from app.core import clock
from app.core.ids import new_uuid
from app.core.metrics import DEEP_CHECKS
from app.db.session import Database, ReadSession, reading, transaction
from app.ledger.merkle import Commitment, GrowingTree
from app.policies.library import PolicyLibrary
from app.privacy.errors import SealBroken, SealingKeyMissing
from app.privacy.keyring import KeyRing

logger = structlog.get_logger()

UNREADABLE = (
    asyncpg.DataError,
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,
    SealBroken,
    SealingKeyMissing,
)
NOT_KNOWN = "-"
"""The table, where what stopped a level does not say."""

Progress = Callable[[Level, int], Awaitable[None]]
"""Told how far a level has come: entries, records, enrollments, decisions."""


async def _quietly(_level: Level, _number: int) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Checking:
    """What a check needs."""

    database: Database
    key_ring: KeyRing
    library: PolicyLibrary


async def deep_check(
    checking: Checking, since: Since = EVERYTHING, *, progress: Progress = _quietly
) -> tuple[DeepCheck, Sequence[Difference]]:
    """Raises `DeepCheckRunning`, `DeepCheckWithoutKeys`. Holds one connection beside those it works with."""
    async with transaction(checking.database) as turn:
        await take_time(turn)
        if not await repository.is_checker(turn):
            raise DeepCheckRunning
        started_at = clock.now()
        head, found = await _levels(checking, since, progress)
        differences = await _dated(turn, found.differences)
        check = DeepCheck(
            check_id=new_uuid(started_at),
            started_at=started_at,
            finished_at=clock.now(),
            size=head.size,
            root=head.root,
            since=since.moment,
            platform=since.platform,
            counts=found.counts,
            differences=[told(each) for each in differences],
            program_version=__version__,
        )
        await repository.add(turn, check)
    _tell(check, differences)
    if since.is_everything:
        DEEP_CHECKS.labels("differs" if found.counts["differences"] else "right").inc()
    return check, differences


async def check_when_due(checking: Checking, every: timedelta, *, progress: Progress = _quietly) -> bool:
    """Whether a check of everything was made: the last one began long enough ago, and nobody is at one."""
    async with reading(checking.database) as session:
        last = await repository.newest(session)
    if last is None or timedelta(0) <= clock.now() - last < every:
        return False
    try:
        await deep_check(checking, progress=progress)
    except DeepCheckRunning:
        return False
    return True


async def checks(session: ReadSession, *, before: UUID | None = None, limit: int = 50) -> list[DeepCheck]:
    """The newest first."""
    return await repository.checks(session, before=before, limit=limit)


async def _levels(checking: Checking, since: Since, progress: Progress) -> tuple[Commitment, Found]:
    database, found = checking.database, Found()
    found.count("differences", 0)

    async def held(number: int) -> None:
        await progress(Level.log, number)

    key_ring = checking.key_ring
    head = Commitment(0, GrowingTree().root)

    async def held_together() -> Found:
        nonlocal head
        audited = await log.audit(database, key_ring, set(), since=since, told=held)
        if audited.is_other_ring:
            raise DeepCheckWithoutKeys
        head = audited.head
        audited.found.add(*audited.unopened)
        return audited.found

    found.join(await _level(Level.log, held_together()))

    async def read(number: int) -> None:
        await progress(Level.rows, number)

    async def judged(number: int) -> None:
        await progress(Level.facts, number)

    found.join(await _level(Level.rows, rows.compare(database, key_ring, since, read)))
    found.join(await _level(Level.facts, standings.compare(database, checking.library, since, judged)))
    decided = await _level(Level.decisions, decisions.compare(database, since))
    found.join(decided)
    await progress(Level.decisions, decided.counts.get("decisions", 0))
    return head, found


async def _level(level: Level, comparing: Awaitable[Found]) -> Found:
    """Something may be stored that stops a level; the others are looked at all the same."""
    try:
        return await comparing
    except UNREADABLE as failure:
        logger.exception("a level of the deep check could not be finished", level=level.value)
        stopped = Found()
        stopped.add(Difference(level, Fault.unreadable, NOT_KNOWN, {"stopped_by": type(failure).__name__}))
        return stopped


async def _dated(session: ReadSession, differences: Iterable[Difference]) -> list[Difference]:
    """Each with the last check that found it right."""
    every = list(differences)
    found = await repository.last_right(session, [place_of(each) for each in every]) if every else {}
    return [each._replace(last_right_at=found.get(number)) for number, each in enumerate(every)]


def _tell(check: DeepCheck, differences: Iterable[Difference]) -> None:
    """In the log: tables and numbers, no keys."""
    number = check.counts["differences"]
    if number:
        tables = sorted({each.table for each in differences})
        logger.error("a deep check found differences", number=number, tables=tables)
    else:
        logger.info("a deep check found everything right", size=check.size)


def place_of(difference: Difference) -> dict[str, Any]:
    """By what a difference is known again."""
    return {"table": difference.table, "key": dict(difference.key)}


def told(difference: Difference) -> dict[str, Any]:
    """As it is kept and shown."""
    remedy = difference.remedy
    return {
        **place_of(difference),
        "level": difference.level.value,
        "fault": difference.fault.value,
        "columns": list(difference.columns),
        "batch_id": _text(difference.batch_id),
        "line": difference.line,
        "ledger_index": difference.ledger_index,
        "recorded_at": _instant(difference.recorded_at),
        "last_right_at": _instant(difference.last_right_at),
        "remedy": {"zh": remedy.zh, "en": remedy.en},
    }


def _text(value: UUID | None) -> str | None:
    return None if value is None else str(value)


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
