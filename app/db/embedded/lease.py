"""Who uses the server of a data directory.

Every program that uses it holds a shared lock on `lease.lock`; whoever can turn its own into an exclusive one
is the last and stops the server. `start.lock` is the mutex under which servers are started and stopped, so
that nobody comes in while the last one goes out. The kernel drops both locks with the process, however it
ends; a server that was left behind is joined by the next program.

The lease belongs to the process that took it. A program that it executes (a spawned uvicorn worker, say) does
not inherit it: its parent's lease keeps the server up, or it takes its own, which costs nothing. A forked
child shares the lock: the server stays while the child lives, but the child never stops it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.db.embedded.archive import AS_BEFORE, Archiving
from app.db.embedded.binaries import Binaries
from app.db.embedded.errors import DirectoryInUse, DirectoryNotEmpty, ForeignDirectory
from app.db.embedded.launcher import Launcher
from app.db.embedded.state import State


@dataclass(frozen=True, slots=True)
class Server:
    """The running server, for as long as the lease is held. Its addresses do not change meanwhile."""

    home: Path
    launcher: Launcher
    state: State

    @property
    def program_url(self) -> str:
        return self.state.program_url

    @property
    def owner_url(self) -> str:
        return self.state.owner_url

    @property
    def superuser_url(self) -> str:
        return self.state.superuser_url

    @property
    def version(self) -> str:
        return self.launcher.version

    @property
    def binaries(self) -> Binaries:
        return self.launcher.binaries

    @property
    def log(self) -> Path:
        return self.launcher.server_log

    def is_running(self) -> bool:
        return self.launcher.is_running()

    def revive(self) -> None:
        """Starts a server that was killed, on the port that pools know. Does nothing on a running one."""
        with _mutex(self.home):
            self.launcher.start(alone=False)


@contextmanager
def lease(
    data_dir: Path,
    pg_bin: Path | None = None,
    *,
    settings: Mapping[str, str] | None = None,
    archiving: Archiving = AS_BEFORE,
) -> Iterator[Server]:
    """Starts the server or joins it; the last one out stops it. `settings` go over our own configuration.

    `archiving` takes effect where the server is started; what runs keeps what it was started with.
    """
    home = _home(data_dir)
    holder = os.getpid()
    with (home / "lease.lock").open("a") as lock:
        with _mutex(home):
            fcntl.flock(lock, fcntl.LOCK_SH)
            launcher = Launcher(home, pg_bin=pg_bin, settings=settings or {}, archiving=archiving)
            launcher.start(alone=_is_alone(lock))
        try:
            yield Server(home, launcher, launcher.state)
        finally:
            if os.getpid() == holder:
                _leave(home, lock, launcher)


@contextmanager
def claim(data_dir: Path) -> Iterator[Path]:
    """The directory of the embedded server for one who makes its data himself; nobody starts it meanwhile.

    Refused where a program uses it, or where data lie in it already.
    """
    home = _home(data_dir)
    with (home / "lease.lock").open("a") as lock, _mutex(home):
        if not _is_alone(lock):
            raise DirectoryInUse(data_dir)
        if (home / "data").exists():
            raise DirectoryNotEmpty(home)
        yield home


def _leave(home: Path, lock: IO[str], launcher: Launcher) -> None:
    with _mutex(home):
        if _is_alone(lock):
            launcher.stop()


def _is_alone(lock: IO[str]) -> bool:
    """Only under the mutex: the lock is let go for a moment to be turned into another."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        alone = False
    else:
        alone = True
    fcntl.flock(lock, fcntl.LOCK_SH)
    return alone


def _home(data_dir: Path) -> Path:
    home = data_dir.resolve() / "postgres"
    try:
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
    except PermissionError as error:
        raise ForeignDirectory(data_dir) from error
    if not os.access(home, os.W_OK | os.X_OK):
        raise ForeignDirectory(home)
    if os.geteuid() == 0:
        # The server's own user must pass through these two, not look into them; their parents are not ours.
        for directory in (home.parent, home):
            directory.chmod(directory.stat().st_mode | 0o011)
    return home


@contextmanager
def _mutex(home: Path) -> Iterator[None]:
    with (home / "start.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
