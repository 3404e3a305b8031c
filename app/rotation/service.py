"""After the ring was rotated, seals what lives under its newest key, page by page beside all other work.

A pass goes over a table in the order of its primary key. It is repeated until one finds nothing that is under
another key and has begun after the last program can have stored what it had sealed with the old one.
"""

from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from app.core import clock
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.privacy import keyring_file
from app.privacy.errors import KeyRingChangedLately, SealingKeyInUse, SealingKeyIsNewest, SealingKeyUnknown
from app.privacy.keyring import VERSION, KeyRing
from app.rotation import repository
from app.rotation.schemas import KEPT, LIVING, Anew, KeyUse, Passing, SealedRow, SealedTable, Status

ROWS_OF_A_PAGE = 500
SETTLING = timedelta(minutes=10)
"""Until then what an older key has sealed may still be stored: by a program that has not looked, from a batch
on its way.

A program looks at the ring each second it seals, and nothing is under way for longer than a slow body and the
longest statement together.
"""

TABLES = {table.name: table for table in LIVING}


class Page(NamedTuple):
    """What was done in one transaction."""

    rows: int
    values: int
    """Sealed anew."""


async def reseal_page(
    database: Database, key_ring: KeyRing, *, limit: int = ROWS_OF_A_PAGE, settling: timedelta = SETTLING
) -> Page | None:
    """The next rows of the table whose turn it is. None: nothing is due now.

    Any number of workers may do it at once, each has a table of its own. A kill takes back one page.
    """
    header, now = key_ring.header, clock.now()
    key_id = header[len(VERSION) :].hex()
    async with transaction(database) as session:
        if not await repository.is_begun(session, key_id, LIVING):
            await repository.begin(session, key_id, LIVING, now)
        passing = await repository.due(session, key_id, now)
        if passing is None:
            return None
        sealed = TABLES[passing.table_name]
        rows = await repository.page(session, sealed, passing.after, limit)
        found = 0
        for place, column in enumerate(sealed.columns):
            changes = _anew(key_ring, header, sealed, column, [(row, row.values[place]) for row in rows])
            if changes:
                await repository.store(session, sealed, column, changes)
            found += len(changes)
        await _go_on(session, passing, rows[-1] if len(rows) == limit else None, found, settling)
    return Page(len(rows), found)


def _anew(
    key_ring: KeyRing,
    header: bytes,
    sealed: SealedTable,
    column: str,
    values: list[tuple[SealedRow, bytes | None]],
) -> list[Anew]:
    changes = []
    for row, value in values:
        if value is not None and not value.startswith(header):
            context = sealed.context(column, row.key)
            changes.append(Anew(row.key, value, key_ring.seal(key_ring.open(value, context), context)))
    return changes


async def _go_on(
    session: WriteSession, passing: Passing, last: SealedRow | None, found: int, settling: timedelta
) -> None:
    now, found = clock.now(), passing.found + found
    if last is not None:
        await repository.go_on(session, passing, after=last.key, found=found, due_at=now)
        return
    settled_at = passing.rotated_at + settling
    due_at: datetime | None = now if found else settled_at
    if not found and passing.begun_at >= settled_at:
        due_at = None
    await repository.go_on(session, passing, after=None, found=0, due_at=due_at)


async def resealing_waiting(session: ReadSession) -> tuple[int, datetime | None]:
    """How many tables may still hold values of older keys, and since when."""
    return await repository.waiting(session)


async def status(session: ReadSession, key_ring: KeyRing) -> Status:
    """Counts every sealed value by its key: reads all tables that have some."""
    living, kept = Counter[str](), Counter[str]()
    for tables, counts in ((LIVING, living), (KEPT, kept)):
        for sealed in tables:
            counts.update(await repository.values_by_key(session, sealed))
    known = key_ring.key_ids
    uses = [
        KeyUse(key_id, key_id in known, key_id == known[-1], living[key_id], kept[key_id])
        for key_id in [*known, *sorted((living.keys() | kept.keys()) - set(known))]
    ]
    passes = await repository.passes(session, known[-1])
    waiting = {name: passes.get(name) for name in TABLES if name not in passes or passes[name] is not None}
    return Status(uses, {} if len(known) == 1 else waiting)


async def retire(session: ReadSession, key_ring: KeyRing, path: Path, key_id: str) -> None:
    """Takes the key out of the ring for good, where nothing is sealed with it and nothing can come to be.

    Raises `SealingKeyUnknown`, `SealingKeyIsNewest`, `KeyRingChangedLately`, `SealingKeyInUse`.
    """
    if key_id not in key_ring.key_ids:
        raise SealingKeyUnknown(key_id)
    if key_id == key_ring.key_ids[-1]:
        raise SealingKeyIsNewest(key_id)
    if clock.now() < keyring_file.changed_at(path) + SETTLING:
        raise KeyRingChangedLately(int(SETTLING.total_seconds() // 60))
    (use,) = (each for each in (await status(session, key_ring)).keys if each.key_id == key_id)
    if use.living or use.kept:
        raise SealingKeyInUse(key_id, use.living + use.kept)
    keyring_file.remove_key(path, key_id)
