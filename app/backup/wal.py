"""The archived log behind a base backup: without a gap, each segment whole, each record with its checksum."""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from app.backup.errors import WalDamaged
from app.backup.manifest import Manifest
from app.backup.programs import run

NAME = re.compile("[0-9A-F]{24}")
PLACE = re.compile("at ([0-9A-F]+/[0-9A-F]+)")


class Segment(NamedTuple):
    path: Path
    number: int
    """From the beginning of the log."""

    @property
    def archived_at(self) -> datetime:
        return datetime.fromtimestamp(self.path.stat().st_mtime, UTC)


class Log(NamedTuple):
    """Segments from the one in which the base backup ends, in order."""

    segments: list[Segment]

    @property
    def last(self) -> Segment | None:
        return self.segments[-1] if self.segments else None


def place_of(manifest: Manifest, root: Path | None) -> Path | None:
    """Where the log of this backup is archived; `root`: the archive has been moved there."""
    if manifest.wal_directory is None:
        return None
    directory = Path(manifest.wal_directory)
    return directory if root is None else root / directory.name


def found(directory: Path, manifest: Manifest) -> Log:
    """Raises `WalDamaged` at the first gap, and at the first segment of a wrong size."""
    timeline, first = f"{manifest.timeline:08X}", _number(manifest.end_lsn, manifest.segment_bytes)
    names = sorted(each for each in directory.iterdir() if NAME.fullmatch(each.name))
    ours = [_segment(each, manifest.segment_bytes) for each in names if each.name.startswith(timeline)]
    segments = [each for each in ours if each.number >= first]
    for expected, segment in enumerate(segments, first):
        if segment.number != expected:
            missing = directory / name_of(manifest.timeline, expected, manifest.segment_bytes)
            raise WalDamaged(missing, "missing", segment.archived_at)
        if segment.path.stat().st_size != manifest.segment_bytes:
            raise WalDamaged(segment.path, f"{segment.path.stat().st_size} bytes", segment.archived_at)
    return Log(segments)


def verify(programs: Path | None, manifest: Manifest, log: Log) -> None:
    """Reads every record from the end of the base backup on. Raises `WalDamaged`."""
    if not log.segments:
        return
    end = (log.segments[-1].number + 1) * manifest.segment_bytes
    directory = log.segments[0].path.parent
    finished = run(
        programs,
        "pg_waldump",
        "--quiet",
        f"--path={directory}",
        f"--timeline={manifest.timeline}",
        f"--start={manifest.end_lsn}",
        f"--end={_lsn(end)}",
    )
    if finished.status != 0:
        places = PLACE.findall(finished.last_words)  # the record before, then the one at fault
        number = _number(places[-1], manifest.segment_bytes) if places else log.segments[0].number
        at = min(max(number - log.segments[0].number, 0), len(log.segments) - 1)
        raise WalDamaged(log.segments[at].path, finished.last_words, log.segments[at].archived_at)


def bytes_of(lsn: str) -> int:
    high, low = lsn.split("/")
    return (int(high, 16) << 32) + int(low, 16)


def name_of(timeline: int, number: int, segment_bytes: int) -> str:
    high, low = divmod(number, 2**32 // segment_bytes)
    return f"{timeline:08X}{high:08X}{low:08X}"


def _segment(path: Path, segment_bytes: int) -> Segment:
    return Segment(path, int(path.name[8:16], 16) * (2**32 // segment_bytes) + int(path.name[16:], 16))


def _number(lsn: str, segment_bytes: int) -> int:
    return bytes_of(lsn) // segment_bytes


def _lsn(position: int) -> str:
    return f"{position >> 32:X}/{position & 0xFFFFFFFF:X}"
