"""PostgreSQL's own programs, run to their end. A password goes by the environment, unseen by others."""

import os
import subprocess
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urlsplit

from app.backup.errors import ProgramMissing


class Finished(NamedTuple):
    status: int
    said: str

    @property
    def last_words(self) -> str:
        lines = [line for line in self.said.splitlines() if line.strip()]
        return lines[-1] if lines else f"status {self.status}"


class Login(NamedTuple):
    """An address without its password, and that."""

    address: str
    password: str

    @classmethod
    def of(cls, url: str) -> "Login":
        parts = urlsplit(url)
        user, at, host = parts.netloc.rpartition("@")
        name, _, password = user.partition(":")
        address = parts._replace(scheme="postgresql", netloc=f"{name}{at}{host}").geturl()
        return cls(address, unquote(password))


def run(directory: Path | None, program: str, *words: str | Path, password: str = "") -> Finished:
    """`directory` None: wherever the system finds the program."""
    path = program if directory is None else str(directory / program)
    environment = {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "TZ": "UTC"}
    if password:
        environment["PGPASSWORD"] = password
    try:
        finished = subprocess.run(  # noqa: S603 (words, no shell)
            [path, *map(str, words)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            check=False,
        )
    except (FileNotFoundError, PermissionError) as error:
        raise ProgramMissing(program) from error
    return Finished(finished.returncode, finished.stdout.decode(errors="replace"))
