"""Taking a backup, and looking at those there are. restoring.py makes a database from one."""

import asyncio
from pathlib import Path
from typing import NamedTuple

import structlog

from app import __version__
from app.audit.log import Audit, audit, head
from app.backup import base, repository, wal
from app.backup.errors import (
    AuditFailed,
    BackupDamaged,
    KeyRingBesideBackup,
    KeyRingMissing,
    NoBackup,
    OtherKeyRing,
    OtherKeyRingThere,
)
from app.backup.manifest import FILE, Backup, Ledger, Manifest, read, ring_of, write
from app.backup.programs import Login
from app.core import clock, files
from app.db.session import Database, reading
from app.ledger.merkle import Commitment
from app.privacy import keyring_file
from app.privacy.keyring import KeyRing
from app.privacy.keyring_file import Keys

logger = structlog.get_logger()


class Source(NamedTuple):
    """The database that is backed up."""

    program_url: str
    backup_url: str
    """Of a login with REPLICATION."""
    programs: Path | None
    """Where PostgreSQL's programs are; None: wherever the system finds them."""
    is_embedded: bool
    wal_directory: str | None = None


class _Before(NamedTuple):
    postgresql: str
    schema: str
    head: Commitment


def take_backup(directory: Path, source: Source, key_ring_path: Path) -> Backup:
    """A new base backup with its manifest, while the server goes on working."""
    keys = load_ring(key_ring_path)
    _assert_apart(directory, key_ring_path)
    with base.turn(directory):
        started_at = clock.now()
        before = asyncio.run(_before(source.program_url))
        name = base.new_name(directory)
        draft, place = directory / f"{name}{base.DRAFT}", directory / name
        taken = base.take(source.programs, Login.of(source.backup_url), draft)
        manifest = Manifest(
            format=1,
            name=name,
            program_version=__version__,
            postgresql=before.postgresql,
            schema=before.schema,
            is_embedded=source.is_embedded,
            started_at=started_at,
            finished_at=clock.now(),
            wal_directory=source.wal_directory,
            ledger=Ledger.of(before.head),
            ring=ring_of(keys),
            **taken._asdict(),
        )
        write(draft, manifest)
        base.keep(draft, place)
    return Backup(place, manifest)


async def _before(url: str) -> _Before:
    database = Database.connect(url, pool_size=1)
    try:
        async with reading(database, repeatable=True) as session:
            versions = await repository.version(session), await repository.schema(session)
            return _Before(*versions, await head(session))
    finally:
        await database.dispose()


def backups(directory: Path) -> list[Backup]:
    """The oldest first; `directory` may be one itself. Raises `NoBackup`, `BackupDamaged`."""
    if (directory / FILE).exists():
        return [read(directory)]
    found = sorted(each for each in directory.glob(f"*/{FILE}") if not each.parent.name.endswith(base.DRAFT))
    if not found:
        raise NoBackup(directory)
    return sorted((read(each.parent) for each in found), key=lambda each: each.manifest.finished_at)


def verify_backup(backup: Backup, programs: Path | None, wal_root: Path | None) -> wal.Log:
    """Every file of the base, and every record of the log behind it. Raises `BackupDamaged`, `WalDamaged`."""
    base.verify(programs, backup)
    log = archived(backup, wal_root)
    wal.verify(programs, backup.manifest, log)
    return log


def archived(backup: Backup, wal_root: Path | None) -> wal.Log:
    """What lies in the archive behind this backup; nothing where none is kept."""
    directory = wal.place_of(backup.manifest, wal_root)
    if directory is None:
        return wal.Log([])
    if not directory.is_dir():
        raise BackupDamaged(backup.place, f"{directory} is missing")
    return wal.found(directory, backup.manifest)


async def audited(
    url: str, keys: Keys, key_ring_path: Path, *, since: Ledger | None = None, size: int | None = None
) -> Audit:
    """Raises `AuditFailed`, `OtherKeyRing`. `since`: a head of former times that the ledger must continue.

    `size`: of the ledger in former times, whose root is wanted too. Something sealed that names no key of the
    ring is logged: nothing is refused for it, unless the ledger attests it.
    """
    sizes = {wanted for wanted in (size, since.size if since else None) if wanted is not None}
    database = Database.connect(url, pool_size=1)
    try:
        found = await audit(database, KeyRing.of(keys), sizes)
    finally:
        await database.dispose()
    if found.is_other_ring:
        raise OtherKeyRing(key_ring_path)
    unopened = [str(each) for each in found.unopened]
    if unopened:
        logger.warning("something that was sealed names no key of the ring", places=unopened)
    if since and found.root_at.get(since.size, b"").hex() != since.root:
        flaws = [f"the first {since.size} entries are not those of the manifest", *unopened, *found.flaws]
        raise AuditFailed(flaws)
    if found.flaws:
        raise AuditFailed([*unopened, *found.flaws])
    return found


def load_ring(path: Path) -> Keys:
    """Never makes one: a new ring opens nothing."""
    if not path.exists():
        raise KeyRingMissing(path)
    return keyring_file.load(path)


def export_key_ring(path: Path, directory: Path) -> Path:
    """A copy for where the ring is kept apart; an older copy of the same ring is brought up to date."""
    keys = load_ring(path)
    holds_backups = any((each / FILE).exists() for each in (directory, *directory.resolve().parents))
    if holds_backups or any(directory.glob(f"*/{FILE}")):
        raise KeyRingBesideBackup(directory)
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    copy = directory / "keyring.json"
    if copy.exists() and not _continues(keys, keyring_file.load(copy)):
        raise OtherKeyRingThere(copy)
    files.replace(copy, keyring_file.encoded(keys))
    return copy


def _continues(keys: Keys, older: Keys) -> bool:
    is_same = ring_of(keys).mark == ring_of(older).mark
    return is_same and {key.key_id for key in older.sealing} <= {key.key_id for key in keys.sealing}


def _assert_apart(directory: Path, key_ring_path: Path) -> None:
    ring, backup = key_ring_path.resolve(), directory.resolve()
    if ring.is_relative_to(backup) or backup.is_relative_to(ring.parent):
        raise KeyRingBesideBackup(ring.parent)
