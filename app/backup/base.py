"""Taking a base backup: beside its place first, and there only when it is whole and on disk."""

import fcntl
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from app.backup.errors import BackupDamaged, BackupRunning, BaseBackupFailed
from app.backup.manifest import BASE, FILES, Backup
from app.backup.programs import Login, run
from app.core import clock
from app.core.files import sync_directory

DRAFT = ".draft"
SEGMENT_NAME = 24


class Base(NamedTuple):
    """What PostgreSQL says of a base backup that it gave."""

    system_identifier: int
    timeline: int
    start_lsn: str
    end_lsn: str
    segment_bytes: int
    bytes: int
    files_sha256: str


@contextmanager
def turn(directory: Path) -> Iterator[None]:
    """One at a time; what a killed one left behind goes first."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupRunning(directory) from error
        for left_over in directory.glob(f"*{DRAFT}"):
            shutil.rmtree(left_over)
        yield
    finally:
        os.close(descriptor)


def new_name(directory: Path) -> str:
    stamp = f"{clock.now():%Y%m%dT%H%M%SZ}"
    names = (stamp, *(f"{stamp}-{number}" for number in range(2, 100)))
    return next(name for name in names if not (directory / name).exists())


def take(programs: Path | None, login: Login, draft: Path) -> Base:
    """The server goes on working. With the log that makes the backup whole, and a hash of every file."""
    draft.mkdir(mode=0o700)
    options = ("--format=plain", "--wal-method=stream", "--checkpoint=fast", "--label=supervise")
    place = ("--no-password", "--manifest-checksums=SHA256", f"--pgdata={draft / BASE}")
    finished = run(
        programs, "pg_basebackup", f"--dbname={login.address}", *options, *place, password=login.password
    )
    if finished.status != 0:
        shutil.rmtree(draft, ignore_errors=True)
        raise BaseBackupFailed(finished.last_words)
    return described(draft / BASE)


def keep(draft: Path, place: Path) -> None:
    sync_directory(draft)
    draft.rename(place)
    sync_directory(place.parent)


def described(base: Path) -> Base:
    content = (base / FILES).read_bytes()
    told: dict[str, Any] = msgspec.json.decode(content)
    (wal,) = told["WAL-Ranges"]
    segment = next(each for each in (base / "pg_wal").iterdir() if len(each.name) == SEGMENT_NAME)
    return Base(
        system_identifier=told["System-Identifier"],
        timeline=wal["Timeline"],
        start_lsn=wal["Start-LSN"],
        end_lsn=wal["End-LSN"],
        segment_bytes=segment.stat().st_size,
        bytes=sum(file["Size"] for file in told["Files"]),
        files_sha256=hashlib.sha256(content).hexdigest(),
    )


def verify(programs: Path | None, backup: Backup) -> None:
    """Raises `BackupDamaged`. Every file is hashed, and every record of the log in it read."""
    listed = backup.base / FILES
    if not listed.exists() or hashlib.sha256(listed.read_bytes()).hexdigest() != backup.manifest.files_sha256:
        raise BackupDamaged(backup.place, f"{FILES}: SHA-256")
    finished = run(programs, "pg_verifybackup", "--quiet", "--exit-on-error", backup.base)
    if finished.status != 0:
        raise BackupDamaged(backup.place, finished.last_words)
