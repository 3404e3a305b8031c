"""Where the processes of one server count together: a directory of its own under the data directory.

It is locked as long as its server lives. The kernel drops the lock with the process, however it ends, and the
next server takes away what a killed one has left.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def directory_of_counts(data_dir: Path) -> Iterator[Path]:
    place = data_dir / "metrics"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(place):  # nobody takes away what is made and not locked yet
        for left_over in place.iterdir():
            _clear(left_over)
        made = Path(tempfile.mkdtemp(dir=place))
        lock = os.open(made, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)
        os.close(lock)


@contextmanager
def _locked(directory: Path, how: int = fcntl.LOCK_EX) -> Iterator[None]:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _clear(directory: Path) -> None:
    """Unless its server lives."""
    try:
        with _locked(directory, fcntl.LOCK_EX | fcntl.LOCK_NB):
            shutil.rmtree(directory, ignore_errors=True)
    except (BlockingIOError, FileNotFoundError):
        return
