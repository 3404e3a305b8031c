"""The user that runs the server, and commands run as that user: PostgreSQL refuses to be root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

UNPRIVILEGED = "nobody"
NOT_EXECUTABLE = 126  # as a shell says it


class Identity(TypedDict, total=False):
    """Arguments of `subprocess.run`."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True, slots=True)
class Account:
    """The user who owns the data and runs the server; `None`: whoever runs the program."""

    user: pwd.struct_passwd | None

    @classmethod
    def for_data(cls, data: Path) -> "Account":
        """The owner of what is there; for a new directory a user that every machine has."""
        if os.geteuid() != 0:
            return cls(None)
        return cls(pwd.getpwuid(data.stat().st_uid) if data.exists() else pwd.getpwnam(UNPRIVILEGED))

    @property
    def name(self) -> str:
        return self.user.pw_name if self.user else pwd.getpwuid(os.geteuid()).pw_name

    def give(self, path: Path) -> None:
        if self.user:
            os.chown(path, self.user.pw_uid, self.user.pw_gid)

    def run(self, *command: str | Path, log: Path, stdin: str = "") -> int:
        """The exit status. Output goes to a file: a pipe would be inherited by the server and never end."""
        with log.open("ab") as output:
            try:
                finished = subprocess.run(  # noqa: S603 (words, no shell)
                    [str(word) for word in command],
                    input=stdin.encode(),
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    check=False,
                    **self._identity(),
                )
            except PermissionError:
                return NOT_EXECUTABLE
        return finished.returncode

    def _identity(self) -> Identity:
        if self.user is None:
            return {}
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []}
