"""What this machine has signed last, in a file: the database may be set back, this is not."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.core import files


class SignerMemory:
    """The newest note, whole or the one before it; shared by all processes of a machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @contextmanager
    def held(self) -> Iterator[None]:
        """By one process at a time; the system lets go of it when that one dies."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def recall(self) -> str | None:
        try:
            return self._path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def remember(self, note: str) -> None:
        """On disk when it returns."""
        files.replace(self._path, note.encode())
