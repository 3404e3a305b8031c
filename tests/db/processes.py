"""The server's process as the system sees it, and how a test does away with it."""

import os
import signal
import time
from pathlib import Path

from app.db.embedded import postmaster


def data_of(data_dir: Path) -> Path:
    return data_dir / "postgres/data"


def pid_of_server(data_dir: Path) -> int:
    found = postmaster.running(data_of(data_dir))
    assert found is not None
    return found.pid


def is_running(data_dir: Path) -> bool:
    return postmaster.running(data_of(data_dir)) is not None


def user_of(pid: int) -> str:
    return Path(f"/proc/{pid}").owner()


def program_of(pid: int) -> Path:
    return Path(f"/proc/{pid}/exe").resolve()


def kill(pid: int) -> None:
    """As the system does it when memory runs out: no goodbye."""
    os.kill(pid, signal.SIGKILL)
    while _is_alive(pid):
        time.sleep(0.01)


def is_zombie(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return stat.exists() and ") Z " in stat.read_text()


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists() and not is_zombie(pid)
