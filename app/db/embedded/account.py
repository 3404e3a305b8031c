"""Commands of the server, run by a user that PostgreSQL accepts: it refuses to be root."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path

UNPRIVILEGED = "nobody"
CANNOT_EXECUTE = 126  # as a shell says it


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
        identity = (
            {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}
        )
        with log.open("ab") as output:
            try:
                return subprocess.run(
                    [str(word) for word in command],
                    input=stdin.encode(),
                    stdout=output,
                    stderr=output,
                    cwd="/",
                    env={"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"},
                    check=False,
                    **identity,
                ).returncode
            except PermissionError:
                return CANNOT_EXECUTE
