"""How checkpoints leave the house: to a directory and to witnesses. What contradicts the log is an alarm.

Any number of programs may do it at once: an outlet is claimed before it is asked, and files appear whole.
"""

import asyncio
import errno
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from functools import partial
from typing import Self

import structlog

from app.core import clock
from app.core.config import Settings
from app.core.metrics import CHECKPOINTS_OUT
from app.db.session import Database, ReadSession, reading, transaction
from app.ledger import checkpoints_repository as checkpoints
from app.ledger import outlets_repository as repository
from app.ledger import proofs
from app.ledger.alarms import AlarmKind, raise_alarm
from app.ledger.checkpoint import Checkpoint, SignedTree, read_note
from app.ledger.checkpoint_directory import NEWEST, CheckpointDirectory, NotOurs
from app.ledger.cosignature import Cosignature
from app.ledger.outlets_repository import CosignatureRow, OutletRow
from app.ledger.witnesses import Behind, Contradicted, Refused, Witness, asking, cosign, load_witnesses
from app.outbound.errors import OutboundFailed
from app.outbound.service import Outbound

CLAIMED = timedelta(minutes=2)
"""Longer than a witness is waited for."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=2), timedelta(minutes=15)
RECENT = 3
"""Checkpoints in the directory that late cosignatures are added to."""
MOST_AT_ONCE = 500
MOST_DOUBLINGS = 20
GONE = "directory_gone"
"""Nothing is there any more of what was written: nor is anything written in its place."""

log = structlog.get_logger()


class OutletKind(StrEnum):
    directory = repository.DIRECTORY
    witness = "witness"


class OutletState(StrEnum):
    waiting = "waiting"
    """Nothing was brought to it yet."""
    holds = "holds"
    """It holds the checkpoint told, the newest when it was asked."""
    failing = "failing"
    """It could not be reached, or did not take it; it is tried again after a growing pause."""
    contradicted = "contradicted"
    """It has seen another log than this one. Nothing is overwritten there; an alarm was raised."""


@dataclass(frozen=True, slots=True)
class Outlets:
    """Where this process brings checkpoints."""

    directory: CheckpointDirectory | None = None
    witnesses: tuple[Witness, ...] = ()
    outbound: Outbound | None = None
    """Who asks the witnesses; None: there are none."""

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Raises `WitnessesInvalid`."""
        directory = settings.checkpoint_dir
        kept = None if directory is None else CheckpointDirectory(directory)
        if settings.witnesses is None:
            return cls(kept)
        witnesses = load_witnesses(settings.witnesses)
        return cls(kept, witnesses, asking(witnesses))


NOWHERE = Outlets()


async def bring_out(database: Database, outlets: Outlets) -> int:
    """The newest checkpoint to each outlet that has not got it and is due; how many took it.

    Whatever one of them does, the others are served.
    """
    if outlets == NOWHERE:
        return 0
    async with reading(database) as session:
        newest = await checkpoints.newest(session)
    if newest is None:
        return 0
    work = []
    if outlets.outbound is not None:
        work += [_to_witness(database, outlets.outbound, each, newest) for each in outlets.witnesses]
    if outlets.directory is not None:
        work.append(_to_directory(database, outlets.directory))
    done = await asyncio.gather(*work, return_exceptions=True)
    for each in done:
        if isinstance(each, BaseException):
            raise each
    return done.count(True)


# To a witness


async def _to_witness(database: Database, outbound: Outbound, witness: Witness, newest: Checkpoint) -> bool:
    at = clock.now()
    async with transaction(database) as session:
        was = await repository.claim(
            session, OutletKind.witness, witness.name, newest=newest.root, at=at, until=at + CLAIMED
        )
        if was is None:
            return False
        old = await repository.last_cosigned(session, witness.name)
    try:
        cosignature = await cosign(
            outbound, witness, newest, min(old or 0, newest.size), _OwnLog(database, newest.size)
        )
    except Behind:
        await _settle(database, was._replace(due_at=at))
    except Contradicted as found:
        await _contradicted(database, was, found.reason, found.size)
    except (Refused, OutboundFailed) as failure:
        await _failed(database, was, failure.code if isinstance(failure, OutboundFailed) else str(failure))
    else:
        await _cosigned(database, was, witness, newest, cosignature)
        return True
    return False


@dataclass(frozen=True, slots=True)
class _OwnLog:
    """What a witness's answer is held against; one short look each, so that no connection waits for it."""

    database: Database
    size: int

    async def consistency_from(self, old: int) -> tuple[bytes, ...]:
        async with reading(self.database) as session:
            return await proofs.consistency(session, old, self.size)

    async def is_ours(self, size: int) -> bool:
        async with reading(self.database) as session:
            return await checkpoints.checkpoint(session, size) is not None


async def _cosigned(
    database: Database, was: OutletRow, witness: Witness, newest: Checkpoint, cosignature: Cosignature
) -> None:
    row = CosignatureRow(newest.size, witness.name, witness.key.vkey, *cosignature)
    async with transaction(database) as session:
        await repository.add_cosignature(session, row)
    await _settle(database, _holding(was, newest))


# To the directory


async def _to_directory(database: Database, directory: CheckpointDirectory) -> bool:
    """Looked at each time, so that what others do to it is noticed whether the log grows or not."""
    name, at = str(directory.path), clock.now()
    async with reading(database) as session:
        was = await repository.outlet(session, OutletKind.directory, name)
    was = was or OutletRow(OutletKind.directory, name, None, None, OutletState.waiting, None, 0, at, at)
    if was.due_at > at and was.tried_at <= at + CLAIMED:  # else the clock was set back since
        return False
    was = was._replace(tried_at=at)
    try:
        seen = await directory.patient.call(directory.newest)
        if seen is None and was.size is not None:
            await _failed(database, was, GONE)
            return False
        async with reading(database, repeatable=True) as session:
            await _assert_ours(session, seen)
            missing = await _missing(session, seen)
        is_written = await directory.patient.call(partial(directory.write, missing, seen))
    except NotOurs as found:
        await _contradicted(database, was, found.file, found.size or 0)
        return False
    except OSError as failure:
        await _failed(database, was, errno.errorcode.get(failure.errno or 0, type(failure).__name__))
        return False
    is_news = is_written and (was.state, was.root) != (OutletState.holds, missing[-1].root)
    if is_news:
        await _settle(database, _holding(was, missing[-1]))
    return is_news


async def _assert_ours(session: ReadSession, seen: SignedTree | None) -> None:
    """What stands there is a checkpoint that this log has published. Read behind it, so it must be known."""
    if seen is None:
        return
    ours = await checkpoints.checkpoint(session, seen.size)
    if ours is None or read_note(ours.note).text != seen.text:
        raise NotOurs(NEWEST, seen.size)


async def _missing(session: ReadSession, seen: SignedTree | None) -> list[Checkpoint]:
    """By ascending size: all that follow it, and the last ones again; for an empty one these alone."""
    recent = await checkpoints.checkpoints(session, None, RECENT)
    since = recent[-1].size if seen is None else min(seen.size, recent[-1].size)
    return await checkpoints.following(session, since, MOST_AT_ONCE)


# What came of it


def _holding(was: OutletRow, held: Checkpoint) -> OutletRow:
    at = clock.now()
    return OutletRow(was.kind, was.name, held.size, held.root, OutletState.holds, None, 0, at, at)


async def _contradicted(database: Database, was: OutletRow, reason: str, size: int) -> None:
    """An alarm once for each thing that was found; it is looked at again, for it may be mended."""
    if (was.state, was.told) != (OutletState.contradicted, reason):
        details: dict[str, int | str] = {
            "outlet": was.kind,
            "name": was.told_name,
            "reason": reason,
            "size": size,
        }
        await raise_alarm(database, AlarmKind.fork, details)
    await _settle(database, _failing(was, OutletState.contradicted, reason))


async def _failed(database: Database, was: OutletRow, reason: str) -> None:
    if (was.state, was.told) != (OutletState.failing, reason):
        log.warning("a checkpoint could not be brought out", outlet=was.kind, name=was.name, reason=reason)
    await _settle(database, _failing(was, OutletState.failing, reason))


def _failing(was: OutletRow, state: OutletState, told: str) -> OutletRow:
    at = clock.now()
    pause = min(FIRST_PAUSE * 2 ** min(was.failures, MOST_DOUBLINGS), LONGEST_PAUSE)
    return was._replace(state=state, told=told, failures=was.failures + 1, tried_at=at, due_at=at + pause)


async def _settle(database: Database, row: OutletRow) -> None:
    async with transaction(database) as session:
        await repository.put(session, row)
    CHECKPOINTS_OUT.labels(row.kind, row.state).inc()
