"""A program that tends the log once and dies before its step of a given number: `URL KEYRING MEMORY STEP`.

A step is a statement to the database, BEGIN and COMMIT among them, or the writing of the signer's file.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg

from app.core import files
from app.db.session import Database
from app.ledger.publication import Publishing, publish
from app.privacy.keyring import KeyRing

STATEMENTS = ("execute", "fetch", "fetchrow", "fetchval")


class Steps:
    """Counts what is done, and ends it without a word."""

    def __init__(self, last: int) -> None:
        self.left = last

    def before(self, function: Callable[..., Any]) -> Callable[..., Any]:
        def counted(*arguments: object, **named: object) -> object:
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            self.left -= 1
            return function(*arguments, **named)

        return counted


async def tend(url: str, ring: Path, memory: Path) -> None:
    database = Database.connect(url, pool_size=1)
    try:
        await publish(database, KeyRing.load_or_create(ring), Publishing(memory=memory))
    finally:
        await database.dispose()


if __name__ == "__main__":
    steps = Steps(int(sys.argv[4]))
    for name in STATEMENTS:
        setattr(asyncpg.Connection, name, steps.before(getattr(asyncpg.Connection, name)))
    for name in ("replace", "sync_directory"):
        setattr(files, name, steps.before(getattr(files, name)))
    asyncio.run(tend(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])))
