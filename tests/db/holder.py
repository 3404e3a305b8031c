"""A program that holds a lease until its input ends: `python -m tests.db.holder DIRECTORY [OPTION …]`.

`--as-nobody` gives up root first; `--reaps-nothing` adopts the server and leaves it a zombie when it dies;
`--forks` has a child that leaves the lease before its parent does.
"""

import ctypes
import os
import pwd
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

from app.core.errors import AppError
from app.db import embedded

PR_SET_CHILD_SUBREAPER = 36


@contextmanager
def holder(directory: Path, *options: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """In a process of its own; it lets go when the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.db.holder", str(directory), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **environment},
    )
    with process:
        yield process
        if process.stdin and not process.stdin.closed:
            process.stdin.close()
        process.wait(timeout=30)


def url_of(process: subprocess.Popen[str]) -> str:
    """Waits until the lease is held. Where it cannot be had: the reason."""
    assert process.stdout is not None
    return process.stdout.readline().strip()


def let_go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(timeout=30) == 0


def main(directory: Path, options: list[str]) -> None:
    if "--as-nobody" in options:
        nobody = pwd.getpwnam("nobody")
        os.setgroups([])
        os.setgid(nobody.pw_gid)
        os.setuid(nobody.pw_uid)
    if "--reaps-nothing" in options:
        ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with embedded.lease(directory) as server:
        if "--forks" in options:
            if os.fork() == 0:
                return
            os.wait()
        print(server.program_url, flush=True)  # noqa: T201 (its starter reads it)
        sys.stdin.read()


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2:])
    except AppError as error:
        print(error)  # noqa: T201
