"""Who uses the server of a data directory.

Every program that uses it holds a shared lock on `lease.lock`; whoever can turn its own into an exclusive one
is the last and stops the server. `start.lock` is the mutex under which servers are started and stopped, so
that nobody comes in while the last one goes out. The kernel drops both locks with the process, however it
ends; a server that was left behind is joined by the next program.

The lease belongs to the process that took it. A program it executes does not inherit it and takes its own; a
forked child shares it, keeps the server alive while it lives, but never stops it.
"""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from app.db.embedded.launcher import Launcher


class Server:
    """The running server, for as long as the lease is held."""

    def __init__(self, launcher: Launcher, home: Path, lock: IO[str]) -> None:
        self._launcher = launcher
        self._home = home
        self._lock = lock
        self._holder = os.getpid()
        self.program_url = ""
        self.owner_url = ""
        self.superuser_url = ""

    @property
    def log(self) -> Path:
        return self._launcher.server_log

    def is_running(self) -> bool:
        return self._launcher.is_running()

    def revive(self) -> None:
        """Starts a server that was killed, on the port that pools know. Does nothing on a running one."""
        with _mutex(self._home):
            self._launcher.start(may_move=False)

    def _enter(self) -> None:
        self._launcher.start(may_move=self._is_alone())
        state = self._launcher.state
        self.program_url = state.program_url
        self.owner_url = state.owner_url
        self.superuser_url = state.superuser_url

    def _leave(self) -> None:
        if os.getpid() != self._holder:
            return
        with _mutex(self._home):
            if self._is_alone():
                self._launcher.stop()

    def _is_alone(self) -> bool:
        """Only under the mutex: the lock is let go for a moment to be turned into another."""
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            alone = False
        else:
            alone = True
        fcntl.flock(self._lock, fcntl.LOCK_SH)
        return alone


@contextmanager
def lease(
    data_dir: Path, pg_bin: Path | None = None, *, settings: Mapping[str, str] | None = None
) -> Iterator[Server]:
    """Starts the server or joins it; the last one out stops it. `settings` go over our own configuration."""
    home = _home(data_dir)
    with (home / "lease.lock").open("w") as lock:
        with _mutex(home):
            fcntl.flock(lock, fcntl.LOCK_SH)
            server = Server(Launcher(home, pg_bin=pg_bin, settings=settings or {}), home, lock)
            server._enter()  # noqa: SLF001 -- the lease and its server are one thing
        try:
            yield server
        finally:
            server._leave()  # noqa: SLF001


def _home(data_dir: Path) -> Path:
    home = data_dir.resolve() / "postgres"
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    if os.geteuid() == 0:
        # The server's own user must pass through these two, not look into them; their parents are not ours.
        for directory in (home.parent, home):
            directory.chmod(directory.stat().st_mode | 0o011)
    return home


@contextmanager
def _mutex(home: Path) -> Iterator[None]:
    with (home / "start.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
