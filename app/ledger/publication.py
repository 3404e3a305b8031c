"""Checkpoints: what was integrated is examined, signed, remembered, published."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple, Self

from app.core import clock
from app.core.config import Settings
from app.core.metrics import Stage, finished, timed
from app.db.session import Database, ReadSession, WriteSession, reading, transaction
from app.ledger import checkpoints_repository as repository
from app.ledger import integration, log_keys, signing, tiles_repository
from app.ledger import repository as ledger
from app.ledger import sequence as sequencing
from app.ledger.alarms import AlarmKind, Refused, refusing
from app.ledger.checkpoint import Checkpoint, signed_note
from app.ledger.errors import NoSuchCheckpoint
from app.ledger.integration import integrate
from app.ledger.memory import SignerMemory
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing

TRIES, BETWEEN_TRIES_S = 100, 0.05
FEWEST_OF_A_ROUND = min(sequencing.ROUND, integration.ROUND)


class Standing:
    """How long a checkpoint has been the newest, as this process saw it: no clock that is set changes it."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._note: str | None = None
        self._since_s = 0.0

    def of(self, newest: Checkpoint) -> timedelta:
        now_s, note = self._monotonic(), newest.note.partition("\n\n")[0]
        if note != self._note:
            self._note, self._since_s = note, now_s
        return timedelta(seconds=now_s - self._since_s)


class Publishing(NamedTuple):
    """How a program publishes."""

    every: timedelta = timedelta(minutes=1)
    memory: Path | None = None
    """The file of what this machine has signed; None: it remembers nothing."""
    origin: str | None = None
    """None: as the log is named, or a name that is drawn."""
    standing: Standing = Standing()

    @classmethod
    def of(cls, settings: Settings) -> Self:
        every = timedelta(seconds=settings.checkpoint_every_s)
        return cls(every, settings.ledger_signed_path, settings.ledger_origin)


DEFAULT = Publishing()


async def newest(session: ReadSession) -> Checkpoint | None:
    """None: none was published yet."""
    return await repository.newest(session)


async def checkpoint_of(session: ReadSession, size: int) -> Checkpoint:
    """Raises `NoSuchCheckpoint`."""
    found = await repository.checkpoint(session, size)
    if found is None:
        raise NoSuchCheckpoint
    return found


async def publish_when_due(database: Database, key_ring: KeyRing, publishing: Publishing) -> bool:
    """Signs a tree that is not the last one signed, where that is as old as it may get; whether it did.

    Its age is told by its date or, where the clock was set back since, by how long it was seen to be the
    newest. Raises as `publish` does.
    """
    async with reading(database) as session:
        last, tree = await repository.newest(session), await tiles_repository.tree(session)
    if last is not None:
        age = max(clock.now() - last.issued_at, publishing.standing.of(last))
        if tree.size == last.size or age < publishing.every:
            return False
    elif not tree.size:
        return False
    await sign(database, key_ring, publishing)
    return True


async def publish(
    database: Database, key_ring: KeyRing, publishing: Publishing = DEFAULT
) -> Checkpoint | None:
    """Everything that is committed is sequenced, integrated and signed; the newest checkpoint.

    None: there is none, another program has the first entries in hand. Raises `LogRefused`, after an alarm,
    where the log is not what was signed before; `OriginDiffers`.
    """
    await _named(database, key_ring, publishing)
    await _take_in(database)
    return await sign(database, key_ring, publishing)


async def _named(database: Database, key_ring: KeyRing, publishing: Publishing) -> str:
    """The name of the log. It and a key are committed first: no signature outlives who has signed."""
    async with refusing(database), transaction(database) as session:
        await repository.lock_publisher(session)
        signed = await repository.newest_size(session)
        if signed is not None and not await log_keys.history(session):
            raise Refused(AlarmKind.signature_broken, size=signed)
        return await log_keys.ensure(session, key_ring, publishing.origin, clock.now())


async def _take_in(database: Database) -> None:
    """What was committed before the call; where other programs have it in hand, they get some time."""
    await _until_done(database, sequence, _nothing_waits)
    async with reading(database) as session:
        wanted = await ledger.ledger_size(session)

    async def is_integrated(session: ReadSession) -> bool:
        return (await tiles_repository.tree(session)).size >= wanted

    await _until_done(database, integrate, is_integrated)


async def _nothing_waits(session: ReadSession) -> bool:
    return not (await ledger.waiting(session, 1))[0]


async def _until_done(
    database: Database,
    step: Callable[[Database], Awaitable[int]],
    is_done: Callable[[ReadSession], Awaitable[bool]],
) -> None:
    """A step that takes less than a whole round has taken all that there was."""
    idle = 0
    while idle < TRIES:
        taken = await step(database)
        if 0 < taken < FEWEST_OF_A_ROUND:
            return
        async with reading(database) as session:
            if await is_done(session):
                return
        if not taken:
            idle += 1
            await asyncio.sleep(BETWEEN_TRIES_S)


async def sign(database: Database, key_ring: KeyRing, publishing: Publishing = DEFAULT) -> Checkpoint | None:
    """The newest checkpoint, of what is integrated now. As `publish`, without its first steps."""
    kept = None if publishing.memory is None else SignerMemory(publishing.memory)
    async with nullcontext() if kept is None else kept.held(), refusing(database):
        with timed(Stage.publish):
            name = await _named(database, key_ring, publishing)
            async with transaction(database) as session:
                await repository.lock_publisher(session)
                return await _sign(session, key_ring, name, kept)


async def _sign(
    session: WriteSession, key_ring: KeyRing, origin: str, memory: SignerMemory | None
) -> Checkpoint | None:
    """Remembered before it is committed: what nobody can have seen yet may be forgotten, the rest not."""
    last = await repository.newest(session)
    remembered = None if memory is None else memory.recall()
    tree = await signing.examine(session, origin, last, remembered)
    if tree.size == (last.size if last else 0):
        return last
    note = signed_note(origin, *tree, await log_keys.signing(session, key_ring))
    at = clock.now() if last is None else max(clock.now(), last.issued_at)
    if memory is not None:
        await asyncio.to_thread(memory.remember, note)
    published = Checkpoint(*tree, at, note)
    await repository.add_checkpoint(session, published)
    finished(Stage.publish)
    return published
