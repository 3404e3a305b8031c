"""Runs the pipeline until it is told to stop: at once while there is work, at ease while there is none."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from app.core.errors import Unavailable
from app.custody.service import Custodian
from app.custody.work import HOSTS_AT_ONCE, Keeping, Visiting
from app.ledger.errors import LogRefused, OriginDiffers
from app.pipeline import Pipeline

SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.05, 0.4
"""Between rounds that found nothing to do: what a receipt waits at most for the next one to begin."""
PAUSE_AFTER_FAILURE_S = 1.0
HOUSEKEEPING_EVERY_S = 3600.0
RESEALING_LOOKS_EVERY_S = 5.0
RESEALING_RESTS = 3
"""Times as long as a page took: sealing anew has a quarter of one connection, and the rest is for others."""
CLOSING_EVERY_S = 60.0
"""Whether an hour of the audit trail is over."""
WITHDRAWALS_EVERY_S = 2.0
LOG_EVERY_S = 0.5
OUTLETS_EVERY_S = 2.0
DEEP_CHECKS_LOOK_EVERY_S = 300.0
AFTER_REFUSAL_S = 60.0
"""The log is not what was signed: somebody has to look, and nothing is gained by looking each second."""

log = structlog.get_logger()


async def run(pipeline: Pipeline, stop: asyncio.Event, custodian: Custodian | None = None) -> None:
    """Ends with the visits in hand once `stop` is set; being cancelled loses nothing either.

    `custodian`: who looks at videos beside it.
    """
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(_repeat(_Rounds(pipeline, stop).next, stop))
        tasks.create_task(_repeat(_Housekeeping(pipeline).next, stop))
        tasks.create_task(_repeat(_Resealing(pipeline).next, stop))
        tasks.create_task(_repeat(_Closing(pipeline).next, stop))
        tasks.create_task(_repeat(_Withdrawals(pipeline).next, stop))
        if custodian is not None:
            tasks.create_task(_repeat(Keeping(custodian).next, stop))
            for _ in range(HOSTS_AT_ONCE):
                tasks.create_task(_repeat(Visiting(custodian, stop).next, stop))
        tasks.create_task(_repeat(_Log(pipeline).next, stop))
        tasks.create_task(_repeat(_Outlets(pipeline).next, stop))
        tasks.create_task(_repeat(_DeepChecks(pipeline, stop).next, stop))


async def _repeat(step: Callable[[], Awaitable[float]], stop: asyncio.Event) -> None:
    """Again and again, after the pause that each time asks for. A database that goes away is waited for."""
    while not stop.is_set():
        try:
            pause_s = await step()
        except Unavailable as failure:
            log.warning("the database is not available", code=failure.code)
            pause_s = PAUSE_AFTER_FAILURE_S
        except Exception:
            log.exception("a step of the worker failed")
            pause_s = PAUSE_AFTER_FAILURE_S
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause_s)


class _Rounds:
    """Rounds follow one another while there is work; idle ones twice as far apart each time."""

    def __init__(self, pipeline: Pipeline, stop: asyncio.Event) -> None:
        self._pipeline = pipeline
        self._stop = stop
        self._pause_s = SHORTEST_PAUSE_S

    async def next(self) -> float:
        try:
            done = await self._pipeline.run_round(self._stop)
        finally:
            self._pipeline.pulse.beat()
        if not done.was_idle:
            self._pause_s = SHORTEST_PAUSE_S
            return 0
        self._pause_s = min(2 * self._pause_s, LONGEST_PAUSE_S)
        return self._pause_s


class _Withdrawals:
    """Beside the rounds: a long one holds up no assessment."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        return 0 if await self._pipeline.take_back() else WITHDRAWALS_EVERY_S


class _Log:
    """Beside the rounds too: what is sequenced gets into the tree, and is signed at intervals."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        try:
            return 0 if await self._pipeline.tend_log() else LOG_EVERY_S
        except LogRefused:  # an alarm was raised, and logged
            return AFTER_REFUSAL_S
        except OriginDiffers as refusal:
            log.error("the log bears another name", failure=refusal.detail.en)  # noqa: TRY400 (no riddle)
            return AFTER_REFUSAL_S


class _Outlets:
    """A witness that is slow holds up nothing but the next checkpoint for itself."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        await self._pipeline.bring_out()
        return OUTLETS_EVERY_S


class _DeepChecks:
    def __init__(self, pipeline: Pipeline, stop: asyncio.Event) -> None:
        self._pipeline = pipeline
        self._stop = stop

    async def next(self) -> float:
        """One that fails begins anew at the next look, and not at once: it reads everything."""
        try:
            await self._pipeline.check_deeply(self._stop)
        except Exception:
            log.exception("a deep check failed")
        return DEEP_CHECKS_LOOK_EVERY_S


class _Housekeeping:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        await self._pipeline.keep_house()
        return HOUSEKEEPING_EVERY_S


class _Resealing:
    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        started = time.monotonic()
        if not await self._pipeline.reseal():
            return RESEALING_LOOKS_EVERY_S
        return RESEALING_RESTS * (time.monotonic() - started)


class _Closing:
    """Hours of the audit trail, one after the other while some wait."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline

    async def next(self) -> float:
        closed = await self._pipeline.close_hours()
        return 0 if closed else CLOSING_EVERY_S
