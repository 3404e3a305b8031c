"""What this machine has signed last, in a file: the database may be set back, this is not."""

import asyncio
import fcntl
import os
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from app.core import files
from app.ledger.errors import SignerBusy

PATIENCE_S, BETWEEN_TRIES_S = 20.0, 0.02


class SignerMemory:
    """The newest note, whole or the one before it; shared by all processes of a machine."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @asynccontextmanager
    async def held(self, patience_s: float = PATIENCE_S) -> AsyncIterator[None]:
        """By one process at a time; the system lets go of it when that one dies. Raises `SignerBusy`."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        lock = os.open(self._path.with_name(f"{self._path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            deadline = time.monotonic() + patience_s
            while not _is_locked(lock):
                if time.monotonic() > deadline:
                    raise SignerBusy
                await asyncio.sleep(BETWEEN_TRIES_S)
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


def _is_locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
