"""Computing on the event loop without keeping it from others."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import TypeVar

Item = TypeVar("Item")

AT_A_STRETCH = 10
"""Enrollments judged, or timetables drawn up: a millisecond or two."""


async def in_stretches(items: Iterable[Item]) -> AsyncIterator[Item]:
    """One after another; after every few of them whoever else waits for the event loop has a turn.

    A thread would keep the event loop from the interpreter for longer, and two threads that want the
    interpreter at once cost both of them processor time.
    """
    for number, item in enumerate(items, start=1):
        yield item
        if number % AT_A_STRETCH == 0:
            await asyncio.sleep(0)
