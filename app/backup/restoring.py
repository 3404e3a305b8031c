"""From a backup and the archived log to a database that works, and that says what may be missing."""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from app.audit.log import Audit
from app.backup import base, repository, wal
from app.backup.errors import (
    ArchiveUnreadable,
    ForeignBackup,
    NoBackupBefore,
    OtherKeyRing,
    OtherMajor,
    RecoveredTooLittle,
)
from app.backup.manifest import Backup, ring_of
from app.backup.recovery import drafted
from app.backup.repository import Reached
from app.backup.service import archived, audited, backups, load_ring
from app.backup.wal import Log
from app.db import embedded
from app.db.durability import assert_durable
from app.db.embedded import binaries
from app.db.embedded.account import Account
from app.db.embedded.binaries import Binaries
from app.db.embedded.state import State
from app.db.migrate import upgrade
from app.db.session import Database, reading, transaction
from app.privacy.keyring_file import Keys
from app.trail.schemas import UNKNOWN, Insider, Kind
from app.trail.service import record


@dataclass(frozen=True, slots=True)
class Wish:
    """What is to be restored, and whereto."""

    directory: Path
    """One backup, or the directory of several."""
    data_dir: Path
    key_ring_path: Path
    pg_bin: Path | None = None
    wal_root: Path | None = None
    """Where the archive is now; None: where it was."""
    until: datetime | None = None
    accept_forgetful: bool = False
    by: Insider = UNKNOWN
    """Who has it restored."""


@dataclass(slots=True)
class Restored:
    """What was made, how long it took, and how far it goes."""

    backup: Backup
    log: Log
    reached: Reached
    audit: Audit
    until: datetime | None
    seconds: dict[str, float] = field(default_factory=dict)
    """Verifying, copying, replaying, auditing; `all` is from the command to the end."""

    @property
    def holds_until(self) -> datetime:
        """What was committed later may be missing; rather too early than too late."""
        return self.reached.last_commit_at or self.backup.manifest.started_at


@contextmanager
def _timed(seconds: dict[str, float], what: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    seconds[what] = round(time.monotonic() - started, 1)


def restore(wish: Wish) -> Restored:
    """Into a directory without a database. It is there whole and checked, or not at all."""
    seconds: dict[str, float] = {}
    with _timed(seconds, "all"), embedded.claim(wish.data_dir) as home:
        backup = choose(wish)
        keys = _ring(wish, backup)
        account = Account.for_data(home / "data")
        programs = _programs(wish, backup, home, account)
        with _timed(seconds, "verify"):
            base.verify(programs.directory, backup)
            log = _log(wish, backup, programs, account)
        with drafted(home, account, programs) as recovery:
            with _timed(seconds, "copy"):
                recovery.bring(backup.base)
            started = time.monotonic()
            directory = log.last and log.last.path.parent
            with recovery.replayed(directory, wish.until) as url:
                seconds["replay"] = round(time.monotonic() - started, 1)
                reached = asyncio.run(_reached(url.superuser, wish))
                _assert_all_used(wish, backup, log, reached)
                upgrade(url.owner)  # what looks at the data is of this version
                with _timed(seconds, "audit"):
                    found = asyncio.run(
                        audited(url.superuser, keys, wish.key_ring_path, since=backup.manifest.ledger)
                    )
                state = State.fresh()
                asyncio.run(_settle(url.superuser, wish, backup, state))
            state.save(home / "server.json")
            recovery.move_in()
    return Restored(backup, log, reached, found, wish.until, seconds)


def choose(wish: Wish) -> Backup:
    """The newest, or the newest that was finished before the moment that is wished for."""
    found = backups(wish.directory)
    until = wish.until
    if until is None:
        return found[-1]
    before = [each for each in found if each.manifest.finished_at <= until]
    if not before:
        raise NoBackupBefore(wish.directory, until, found[0].manifest.finished_at)
    return before[-1]


def _ring(wish: Wish, backup: Backup) -> Keys:
    """Refused before anything is copied, where it cannot be the ring of these data."""
    keys, told = load_ring(wish.key_ring_path), backup.manifest.ring
    found = ring_of(keys)
    if found.mark != told.mark or not set(told.key_ids) <= set(found.key_ids):
        raise OtherKeyRing(wish.key_ring_path)
    return keys


def _programs(wish: Wish, backup: Backup, home: Path, account: Account) -> Binaries:
    if not backup.manifest.is_embedded:
        raise ForeignBackup(backup.place)
    commands = home / "commands.log"
    commands.touch(mode=0o600)
    found = binaries.find(wish.pg_bin, home=home, account=account, log=commands)
    if found.major != backup.manifest.major:
        raise OtherMajor(backup.place, backup.manifest.postgresql, found.version)
    return found


def _log(wish: Wish, backup: Backup, programs: Binaries, account: Account) -> Log:
    """With a moment to restore to, a flaw behind it is no matter, and one before it ends the recovery."""
    log = archived(backup, wish.wal_root)
    if log.last is None:
        return log
    readable = account.run("/bin/sh", "-c", 'test -r "$0"', log.last.path, log=Path("/dev/null"))
    if readable != 0:
        raise ArchiveUnreadable(log.last.path.parent, account.name)
    if wish.until is None:
        wal.verify(programs.directory, backup.manifest, log)
    return log


async def _reached(url: str, wish: Wish) -> Reached:
    database = Database.connect(url, pool_size=1)
    try:
        await assert_durable(database, accept_forgetful=wish.accept_forgetful)
        async with reading(database) as session:
            return await repository.reached(session)
    finally:
        await database.dispose()


async def _settle(url: str, wish: Wish, backup: Backup, state: State) -> None:
    """New passwords, and the first thing that happens in the new place is told in its trail."""
    await repository.set_passwords(url, state)
    subject = {"backup": backup.manifest.name, "until": wish.until.isoformat() if wish.until else "-"}
    database = Database.connect(url, pool_size=1)
    try:
        async with transaction(database) as session:
            await record(session, wish.by, "backup:restore", subject, kind=Kind.change)
    finally:
        await database.dispose()


def _assert_all_used(wish: Wish, backup: Backup, log: Log, reached: Reached) -> None:
    """Recovery takes whatever keeps it from a segment for the end of the log."""
    if wish.until is not None or log.last is None:
        return
    last_begins = log.last.number * backup.manifest.segment_bytes
    if reached.lsn is None or wal.bytes_of(reached.lsn) <= last_begins:
        raise RecoveredTooLittle(log.last.path.name, reached.lsn or "-")
