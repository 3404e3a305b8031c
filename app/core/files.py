"""Files that must be whole, private, and still there after a power cut."""

import os
from pathlib import Path

PRIVATE = 0o600
"""Only its owner can read it."""


def replace(path: Path, content: bytes, *, owner: int = -1, mode: int = PRIVATE) -> None:
    """The new content or the old one, whole; `owner` -1: who runs the program."""
    draft = path.with_name(f"{path.name}.draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.chown(draft, owner, -1)
    draft.rename(path)
    sync_directory(path.parent)


def sync_directory(directory: Path) -> None:
    """A name survives a power cut only once its directory is on disk."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
