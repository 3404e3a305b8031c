"""Making a database from a base backup and the log behind it, beside its place, where nobody reaches it.

The server listens on a socket in a directory of its own user alone, and archives nothing, until it is moved
into its place.
"""

import os
import re
import shlex
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, NoReturn

from app.backup.errors import EndNotReached, RecoveryFailed
from app.core.files import sync_directory
from app.db.embedded import postmaster
from app.db.embedded.account import Account
from app.db.embedded.binaries import Binaries
from app.db.embedded.configuration import postgresql_conf
from app.db.embedded.state import DATABASE
from app.db.roles import OWNER_LOGIN, SUPERUSER

DRAFTS = "restore-"
PATIENCE_S = 7 * 24 * 3600
PORT = 5432  # of the socket's name alone
HBA = "local all all trust\n"
FETCH = 'cp {}/"%f" "%p"'
LAST_COMMIT = re.compile("last completed transaction was at log time (.+)")
TOO_SHORT = "recovery ended before configured recovery target was reached"


class Addresses(NamedTuple):
    superuser: str
    owner: str


@dataclass(frozen=True, slots=True)
class Recovery:
    home: Path
    room: Path
    account: Account
    binaries: Binaries

    @property
    def data(self) -> Path:
        return self.room / "data"

    @property
    def log(self) -> Path:
        return self.room / "recovery.log"

    def bring(self, base: Path) -> None:
        """A copy of the base backup, owned by the server's user."""
        shutil.copytree(base, self.data, symlinks=True)
        self.data.chmod(0o700)
        for directory, _, names in os.walk(self.data):
            self.account.give(Path(directory))
            for name in names:
                self.account.give(Path(directory) / name)
        (self.data / "postgresql.conf").write_text(postgresql_conf(PORT, {}))
        (self.data / "pg_hba.conf").write_text(HBA)

    @contextmanager
    def replayed(self, wal: Path | None, until: datetime | None) -> Iterator[Addresses]:
        """The server with all of the log in it, or what was committed until then."""
        signal = self.data / "recovery.signal"
        signal.touch(mode=0o600)
        self.account.give(signal)
        with self._socket() as socket:
            self._control("start", "-l", self.log, "-o", _options(socket, wal, until))
            try:
                self._wait(until)
                place = f"@/{DATABASE}?host={socket}&port={PORT}"
                yield Addresses(f"postgresql://{SUPERUSER}{place}", f"postgresql://{OWNER_LOGIN}{place}")
            finally:
                self._control("stop", "-m", "fast")

    def move_in(self) -> None:
        (self.data / "backup_label.old").unlink(missing_ok=True)
        sync_directory(self.room)
        self.data.rename(self.home / "data")
        sync_directory(self.home)

    def _wait(self, until: datetime | None) -> None:
        """`pg_ctl` waits for the beginning of the recovery, not for its end."""
        while (found := postmaster.running(self.data)) is None or not found.is_ready:
            if found is None:
                self._explain(until)
            time.sleep(0.05)

    def _explain(self, until: datetime | None) -> NoReturn:
        said = self.log.read_text(errors="replace") if self.log.exists() else ""
        if until is not None and TOO_SHORT in said:
            last = LAST_COMMIT.findall(said)
            raise EndNotReached(until, last[-1] if last else "-")
        kept = self.home / "recovery.log"
        if self.log.exists():
            self.log.replace(kept)
        raise RecoveryFailed(kept)

    def _control(self, command: str, *words: str | Path) -> int:
        pg_ctl = (self.binaries / "pg_ctl", command, "-D", self.data, "-w", "-t", str(PATIENCE_S), "-s")
        return self.account.run(*pg_ctl, *words, log=self.home / "commands.log")

    @contextmanager
    def _socket(self) -> Iterator[Path]:
        """Its path must be short, so it is not below the data."""
        directory = Path(tempfile.mkdtemp(prefix="supervise-"))
        self.account.give(directory)
        try:
            yield directory
        finally:
            shutil.rmtree(directory, ignore_errors=True)


@contextmanager
def drafted(home: Path, account: Account, binaries: Binaries) -> Iterator[Recovery]:
    """What a killed restore left behind goes first; what fails in the block leaves nothing."""
    for left_over in home.glob(f"{DRAFTS}*"):
        if postmaster.running(left_over / "data"):
            stop = (binaries / "pg_ctl", "stop", "-D", left_over / "data", "-w", "-m", "immediate")
            account.run(*stop, log=home / "commands.log")
        shutil.rmtree(left_over)
    room = Path(tempfile.mkdtemp(prefix=DRAFTS, dir=home))
    account.give(room)
    try:
        yield Recovery(home, room, account, binaries)
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _options(socket: Path, wal: Path | None, until: datetime | None) -> str:
    """On the command line, where they go over what was set by ALTER SYSTEM."""
    fetch = "false" if wal is None else FETCH.format(shlex.quote(str(wal).replace("%", "%%")))
    settings = {
        "listen_addresses": "",
        "unix_socket_directories": str(socket),
        "hot_standby": "off",
        "archive_mode": "off",
        "synchronous_standby_names": "",
        "primary_conninfo": "",
        "restore_command": fetch,
        "recovery_target": "",
        "recovery_target_action": "promote",
    }
    if until is not None:
        settings["recovery_target_time"] = until.isoformat()
    return " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
