"""Doing away with old backups, and with the archived log that only they needed."""

import shutil
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from app.backup import base, wal
from app.backup.manifest import Backup, Manifest
from app.backup.service import backups


class Pruned(NamedTuple):
    backups: list[str]
    segments: int


def prune(directory: Path, *, keep: int, wal_root: Path | None = None) -> Pruned:
    """All but the newest `keep` backups; of the log what lies before the oldest that is kept."""
    with base.turn(directory):
        found = backups(directory)
        gone, kept = found[:-keep], found[-keep:]
        for each in gone:
            draft = each.place.with_name(f"{each.place.name}{base.DRAFT}")
            each.place.rename(draft)  # what is half gone is no backup
            shutil.rmtree(draft)
        needless = [file for place in _places(found, wal_root) for file in _needless(place, kept, wal_root)]
        for file in needless:
            file.unlink()
    return Pruned([each.manifest.name for each in gone], len(needless))


def _places(found: Iterable[Backup], wal_root: Path | None) -> set[Path]:
    places = {wal.place_of(each.manifest, wal_root) for each in found}
    return {place for place in places if place is not None and place.is_dir()}


def _needless(place: Path, kept: Iterable[Backup], wal_root: Path | None) -> Iterator[Path]:
    """Without a backup that is kept the whole history is; the names of what is on the way do not match."""
    first = min(
        (_first(each.manifest) for each in kept if wal.place_of(each.manifest, wal_root) == place),
        default=None,
    )
    for file in place.iterdir():
        if wal.NAME.match(file.name) and (first is None or file.name[8:24] < first):
            yield file


def _first(manifest: Manifest) -> str:
    """The name, without its timeline, of the first segment that the backup needs."""
    number = wal.bytes_of(manifest.start_lsn) // manifest.segment_bytes
    return wal.name_of(manifest.timeline, number, manifest.segment_bytes)[8:]
