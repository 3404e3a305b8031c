"""Where the processor time of an assessment goes, of this process and of the database: load, judge, the rest.

Visits are made one at a time, so that whatever the database does belongs to the stage under way.
"""

import functools
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from app import pipeline
from app.eligibility import visit
from app.records import repository as records
from tests.load.site import descendants

REST = "store, decide, all else"
STAGES = (("load", records, "enrollment_records"), ("judge", visit, "_judge"))


class Spent(NamedTuple):
    process_s: float
    database_s: float


class Clock:
    """Of two processors: that of this process, and those of PostgreSQL."""

    def __init__(self, postmaster: int) -> None:
        self._postmaster = postmaster
        self._running = REST
        self._since = self._now()
        self.spent: defaultdict[str, list[Spent]] = defaultdict(list)

    def turn(self, stage: str) -> None:
        """What it takes to look at the clock is nobody's."""
        now = self._now()
        self.spent[self._running].append(
            Spent(*(end - start for start, end in zip(self._since, now, strict=True)))
        )
        self._running = stage
        self._since = Spent(time.process_time(), now.database_s)

    def total(self, stage: str) -> Spent:
        return Spent(*(sum(column) for column in zip(*self.spent[stage], strict=True)))

    def _now(self) -> Spent:
        process_s = time.process_time()
        return Spent(process_s, sum(map(_scheduled_s, descendants(self._postmaster))))


def _scheduled_s(process_id: int) -> float:
    try:
        nanoseconds = Path(f"/proc/{process_id}/schedstat").read_text().split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return int(nanoseconds) / 1e9


@contextmanager
def timed(clock: Clock) -> Iterator[None]:
    """The functions of the stages are replaced by themselves with the clock, and put back."""
    originals = [(module, name, getattr(module, name)) for _, module, name in STAGES]
    at_once, pipeline.AT_ONCE = pipeline.AT_ONCE, 1
    for stage, module, name in STAGES:
        setattr(module, name, _timed(clock, stage, getattr(module, name)))
    clock.turn(REST)
    clock.spent.clear()
    try:
        yield
    finally:
        clock.turn(REST)
        pipeline.AT_ONCE = at_once
        for module, name, original in originals:
            setattr(module, name, original)


def _timed(
    clock: Clock, stage: str, function: Callable[..., Awaitable[Any]]
) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(function)
    async def run(*arguments: object, **named: object) -> object:
        clock.turn(stage)
        try:
            return await function(*arguments, **named)
        finally:
            clock.turn(REST)

    return run
