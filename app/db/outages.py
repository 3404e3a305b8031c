"""Outlasting a database that is away for a moment: it restarts, recovers, or another one takes its place."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from app.db.failures import ConnectionLost, DatabaseBusy, DatabaseUnreachable

PATIENCE_S = 60.0
RETRY_S = 0.2
PASSING = (DatabaseUnreachable, ConnectionLost, DatabaseBusy)

log = structlog.get_logger()


async def outlast(work: Callable[[], Awaitable[None]], *, patience_s: float = PATIENCE_S) -> None:
    """Does `work`, again from its beginning while the database is away; then its last word counts.

    For the start of a server: one of several processes that ended for it would end its sisters too.
    """
    deadline = time.monotonic() + patience_s
    while True:
        try:
            return await work()
        except PASSING as failure:
            if time.monotonic() > deadline:
                raise
            log.warning("the database is not available", code=failure.code)
            await asyncio.sleep(RETRY_S)
