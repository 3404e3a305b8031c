"""What the launcher remembers of its server, in a file only its own user can read."""

import json
import os
import secrets
import socket
from dataclasses import asdict, dataclass
from pathlib import Path

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

    @classmethod
    def fresh(cls) -> "State":
        return cls(free_port(), namespace(), *(secrets.token_urlsafe(24) for _ in range(3)))

    @classmethod
    def load(cls, path: Path) -> "State":
        return cls(**json.loads(path.read_text()))

    def save(self, path: Path) -> None:
        """Whole or not at all; it belongs to the directory's owner, whoever runs the program today."""
        draft = path.with_suffix(".draft")
        draft.unlink(missing_ok=True)
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            json.dump(asdict(self), file)
            file.flush()
            os.fsync(file.fileno())
        os.chown(draft, path.parent.stat().st_uid, -1)
        draft.rename(path)
        sync_directory(path.parent)

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


def sync_directory(directory: Path) -> None:
    """Makes a rename survive a power cut."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
