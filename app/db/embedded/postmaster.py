"""What postmaster.pid says of a running server, and whether it still tells the truth."""

import os
from pathlib import Path
from typing import NamedTuple

PID_FILE = "postmaster.pid"
READY = "ready"
PROCESSES = Path("/proc")


class Postmaster(NamedTuple):
    pid: int
    is_ready: bool


def running(data: Path) -> Postmaster | None:
    """The server on these data, unless its process is gone, a zombie, or somebody else's by now."""
    try:
        lines = (data / PID_FILE).read_text().splitlines()
        pid = int(lines[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None
    if not _serves(pid, data):
        return None
    return Postmaster(pid, is_ready=lines[-1].strip() == READY)


def forget_stale(data: Path) -> None:
    """A pid that was not reaped or now belongs to another process would block the start for ever.

    Should orphans of the dead server still work on the data, the new one finds their shared memory and
    refuses.
    """
    if running(data) is None:
        (data / PID_FILE).unlink(missing_ok=True)


def _serves(pid: int, data: Path) -> bool:
    """A server works in its data directory; a zombie works nowhere."""
    if not PROCESSES.exists():
        return _answers(pid)
    process = PROCESSES / str(pid)
    try:
        is_server = (process / "comm").read_text() == "postgres\n"
        return is_server and (process / "cwd").samefile(data)
    except OSError:
        return False


def _answers(pid: int) -> bool:
    """All that a system without /proc tells: that some process has this number."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
