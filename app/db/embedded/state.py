"""What the launcher remembers of its server, in a file only its own user can read."""

import json
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

from app.core import files
from app.db.roles import OWNER_LOGIN, PROGRAM_LOGIN, SUPERUSER

DATABASE = "supervise"

PORTS = range(20000, 32768)
"""Below those that systems give to outgoing connections: a pool that calls a server which is down must not
meet itself there."""


@dataclass(frozen=True, slots=True)
class State:
    port: int
    namespace: str
    """Where its process can be seen; containers that share a directory need not share this."""
    superuser_password: str
    owner_password: str
    program_password: str
    wal_directory: str | None = None
    """Where its log is archived (archive.py), also when a program that starts it was not told."""

    @classmethod
    def fresh(cls) -> "State":
        return cls(free_port(), namespace(), *(secrets.token_urlsafe(24) for _ in range(3)))

    @classmethod
    def load(cls, path: Path) -> "State":
        return cls(**json.loads(path.read_text()))

    def save(self, path: Path) -> None:
        """Whole or not at all; it belongs to the directory's owner, whoever runs the program today."""
        content = json.dumps(asdict(self)).encode()
        files.replace(path, content, owner=path.parent.stat().st_uid)

    @property
    def owner_url(self) -> str:
        return self._url(OWNER_LOGIN, self.owner_password)

    @property
    def program_url(self) -> str:
        return self._url(PROGRAM_LOGIN, self.program_password)

    @property
    def superuser_url(self) -> str:
        """For backups and tests; the program itself never asks for it."""
        return self._url(SUPERUSER, self.superuser_password, "postgres")

    def _url(self, login: str, password: str, database: str = DATABASE) -> str:
        return f"postgresql://{login}:{password}@127.0.0.1:{self.port}/{database}"


def free_port() -> int:
    while not is_free(port := secrets.choice(PORTS)):
        pass
    return port


def is_free(port: int) -> bool:
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def namespace() -> str:
    try:
        return str(Path("/proc/self/ns/pid").readlink())
    except OSError:  # no Linux, no containers
        return ""
