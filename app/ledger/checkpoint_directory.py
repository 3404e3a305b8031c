"""Checkpoints in a directory, where an auditor's share or a printed notice takes them from.

`checkpoint` is the newest, `checkpoints/<size>` each one for good: its text never changes, lines of witnesses
may be added. Files appear whole or not at all. What contradicts the log is never overwritten.
"""

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from app.core import files
from app.ledger.checkpoint import Checkpoint, NoteMalformed, SignedTree, read_note
from app.ledger.patience import Patient

NEWEST, EACH, LOCK = "checkpoint", "checkpoints", ".lock"
READABLE = 0o644


class NotOurs(Exception):
    """A file there is no checkpoint, or one of another tree; `size` of the tree, as far as it tells."""

    def __init__(self, file: str, size: int | None = None) -> None:
        super().__init__(file)
        self.file = file
        self.size = size


@dataclass(frozen=True, slots=True)
class CheckpointDirectory:
    """It is there already: what is not mounted is not made on the disk below."""

    path: Path
    patient: Patient = field(default_factory=Patient, compare=False, repr=False)
    """Who asks it, for it may lie on a share."""

    def newest(self) -> SignedTree | None:
        """What it holds as the newest; None: it is empty. Raises `NotOurs` and `OSError`."""
        found = self._read(NEWEST)
        if (
            found is None
        ):  # a program that died between two files; or it was taken away, and others still stand
            sizes = [int(file.name) for file in (self.path / EACH).glob("[0-9]*") if file.name.isdecimal()]
            return self._read(f"{EACH}/{max(sizes)}") if sizes else None
        return found

    def write(self, published: Sequence[Checkpoint], seen: SignedTree | None) -> bool:
        """These checkpoints, by ascending size, each file that is not there as it is to be.

        False: `checkpoint` is not any more what was `seen`; another program was faster. Raises `NotOurs`.
        """
        with self._locked():
            if self.newest() != seen:
                return False
            (self.path / EACH).mkdir(exist_ok=True)
            for each in published:
                self._put(f"{EACH}/{each.size}", each)
            if published and (seen is None or seen.size <= published[-1].size):
                self._put(NEWEST, published[-1])
        return True

    def _put(self, name: str, wanted: Checkpoint) -> None:
        there, text = self._read(name), read_note(wanted.note).text
        if name != NEWEST and there is not None and there.text != text:
            raise NotOurs(name, there.size)
        file, note = self.path / name, wanted.note.encode()
        if there is None or file.read_bytes() != note:
            files.replace(file, note, mode=READABLE)

    def _read(self, name: str) -> SignedTree | None:
        try:
            return read_note((self.path / name).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except (NoteMalformed, UnicodeDecodeError):
            raise NotOurs(name) from None

    @contextmanager
    def _locked(self) -> Iterator[None]:
        """Against other programs that write there: the newest of them wins, never the last."""
        with (self.path / LOCK).open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
