"""Keeping the server alive while the program runs."""

import asyncio

import structlog

from app.core.errors import AppError
from app.db.embedded.lease import Server

log = structlog.get_logger()


async def keep_alive(server: Server, *, every_s: float = 0.5) -> None:
    """Runs until cancelled. A server that was killed comes back on the port that the pools know."""
    while True:
        await asyncio.sleep(every_s)
        if server.is_running():
            continue
        log.warning("embedded PostgreSQL is gone; starting it again")
        try:
            await asyncio.to_thread(server.revive)
        except (AppError, OSError) as error:
            log.warning("embedded PostgreSQL does not come back yet", reason=str(error))
