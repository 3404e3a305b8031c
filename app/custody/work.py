"""The steps by which a worker does custody: bookkeeping now and then, visits until it is told to stop."""

import asyncio
from dataclasses import dataclass

from app.custody.service import Custodian

KEEPING_EVERY_S = 2.0
LOOKING_EVERY_S = 5.0
HOSTS_AT_ONCE = 2
"""Of one process."""


@dataclass(frozen=True, slots=True)
class Keeping:
    custodian: Custodian

    async def next(self) -> float:
        return 0 if await self.custodian.keep() else KEEPING_EVERY_S


@dataclass(frozen=True, slots=True)
class Visiting:
    """A fetch may take an hour: it is broken off when the worker stops, and begun anew by another."""

    custodian: Custodian
    stop: asyncio.Event

    async def next(self) -> float:
        visit = asyncio.create_task(self.custodian.visit())
        stopped = asyncio.create_task(self.stop.wait())
        try:
            await asyncio.wait({visit, stopped}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            stopped.cancel()
            if not visit.done():
                visit.cancel()
                await asyncio.wait({visit})
        return 0 if not visit.cancelled() and visit.result() else LOOKING_EVERY_S
