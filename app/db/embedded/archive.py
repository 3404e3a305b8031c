"""Continuous archiving: where the embedded server copies each segment of its log, and how it is told to.

PostgreSQL's own `basic_archive` does it inside the server: written under another name, flushed, renamed, the
directory flushed; a different file of the same name is never replaced.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import structlog

from app.core import clock
from app.core.files import sync_directory
from app.db.embedded.account import Account

OFF = "off"
ID_BYTES = 4
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Archiving:
    """What the operator wishes: a directory, `off`, or (None) what was wished last."""

    wish: str | None = None
    timeout_s: int = 60
    """A segment that is not full is copied after so long; 0: never."""

    def directory(self, current: str | None) -> str | None:
        """Where from now on. Each cluster has a directory of its own below the one that is wished for.

        So that what was restored from an archive, for a drill say, writes nothing into it: two histories in
        one directory cannot be told apart. A new one begins with each break: no backup can be rolled over it.
        """
        if self.wish is None:
            return current
        if self.wish == OFF:
            return None
        if current is not None and Path(current).parent == Path(self.wish):
            return current
        return str(Path(self.wish) / f"{clock.now():%Y%m%dT%H%M%SZ}-{secrets.token_hex(ID_BYTES)}")


AS_BEFORE = Archiving()


def settings_for(directory: str | None, timeout_s: int) -> Mapping[str, str]:
    if directory is None:
        return {}
    return {
        "archive_mode": "on",
        "archive_library": "basic_archive",
        "basic_archive.archive_directory": directory.replace("\\", "\\\\").replace("'", "''"),
        "archive_timeout": f"{timeout_s}s",
    }


def prepare(directory: Path, account: Account) -> None:
    """Makes it for the server's user.

    One that cannot be made stops nobody: the server keeps its log and tries again, and the metrics say so.
    """
    try:
        if not directory.exists():
            directory.mkdir(mode=0o700, parents=True)
            account.give(directory)
            sync_directory(directory.parent)
    except OSError as error:
        log.warning("the archive of the write-ahead log cannot be made", reason=error.strerror)
