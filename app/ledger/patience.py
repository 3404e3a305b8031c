"""Calls that may hang for good, as those to a share do whose server is away."""

import asyncio
import errno
import os
from collections.abc import Callable
from concurrent.futures import Future
from threading import Thread
from typing import Any, TypeVar

PATIENCE_S = 30.0
Value = TypeVar("Value")


class Patient:
    """Waits for a call only so long, and begins no other before one that hangs has come back.

    Each runs in a thread of its own that holds up nothing, not even the end of the program.
    """

    def __init__(self) -> None:
        self._hanging: Future[Any] | None = None

    async def call(self, work: Callable[[], Value]) -> Value:
        """Raises `TimeoutError` (ETIMEDOUT), and what `work` raises."""
        if self._hanging is not None and not self._hanging.done():
            raise _timed_out()
        future: Future[Value] = Future()
        future.set_running_or_notify_cancel()
        Thread(target=_run, args=(future, work), daemon=True).start()
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), PATIENCE_S)
        except TimeoutError:
            self._hanging = future
            raise _timed_out() from None


def _run(future: Future[Value], work: Callable[[], Value]) -> None:
    try:
        done = work()
    except BaseException as failure:  # noqa: BLE001 (whoever waits gets it)
        future.set_exception(failure)
    else:
        future.set_result(done)


def _timed_out() -> TimeoutError:
    return TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
