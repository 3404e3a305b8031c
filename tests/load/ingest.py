"""What ingest takes in, side by side with the limit: a raw binary COPY of the same ready bytes."""

import time
from collections.abc import Sequence
from io import BytesIO
from threading import Event, Thread
from typing import NamedTuple

import asyncpg

from app.core.vocabulary import Feed
from app.ingest.feeds import DEFINITIONS
from tests.load.bodies import batches, records
from tests.load.pusher import Pushed, push
from tests.load.site import Served, Site, resident_mib

CONNECTIONS = 4
"""Enough that one batch is checked while the database stores another."""
BODIES = 80
"""That come again and again where memory is watched."""


class Round(NamedTuple):
    """Records a second of each, measured one after the other on empty tables."""

    limit: float
    one: float
    two: float


def rounds(site: Site, bodies: Sequence[bytes], one: Served, two: Served, times: int) -> list[Round]:
    """Each on empty tables; the limit before and behind, so that a machine that slows down is just to all."""
    ready, records = ready_bytes(site, one, bodies)
    found = []
    for _ in range(times):
        before = _copy(site, ready, records)
        by_one = _pushed(site, one, Feed.learning_records, bodies).records_per_s
        by_two = _pushed(site, two, Feed.learning_records, bodies).records_per_s
        found.append(Round((before + _copy(site, ready, records)) / 2, by_one, by_two))
    return found


class LedgerCost(NamedTuple):
    """Records a second of a process that leaves ledger and leaves out, and of the real one."""

    without: float
    with_ledger: float

    @property
    def share(self) -> float:
        """Of the throughput."""
        return 1 - self.with_ledger / self.without


def ledger_cost(site: Site, one: Served, bodies: Sequence[bytes], times: int) -> list[LedgerCost]:
    """In turn, each on empty tables; the one without before and behind."""
    found = []
    with site.serving(module="tests.load.unattested") as unattested:
        for _ in range(times):
            before = _pushed(site, unattested, Feed.learning_records, bodies).records_per_s
            real = _pushed(site, one, Feed.learning_records, bodies).records_per_s
            behind = _pushed(site, unattested, Feed.learning_records, bodies).records_per_s
            found.append(LedgerCost((before + behind) / 2, real))
    return found


def _pushed(site: Site, served: Served, feed: Feed, bodies: Sequence[bytes]) -> Pushed:
    site.emptied()
    return push(served, feed, bodies, connections=CONNECTIONS)


def ready_bytes(site: Site, served: Served, bodies: Sequence[bytes]) -> tuple[bytes, int]:
    """The rows that these bodies come to, as COPY writes them; how many."""
    pushed = _pushed(site, served, Feed.learning_records, bodies)
    ready = BytesIO()

    async def read(connection: asyncpg.Connection) -> None:
        await connection.copy_from_table(_TABLE, output=ready, format="binary")

    site.as_owner(read)
    return ready.getvalue(), sum(sent.accepted for sent in pushed.sent)


_TABLE = DEFINITIONS[Feed.learning_records].table.name


def _copy(site: Site, ready: bytes, records: int) -> float:
    site.emptied()

    async def write(connection: asyncpg.Connection) -> float:
        started_s = time.perf_counter()
        await connection.copy_to_table(_TABLE, source=BytesIO(ready), format="binary")
        return time.perf_counter() - started_s

    return records / site.as_owner(write)


def feed_speed(site: Site, served: Served, feed: Feed, bodies: Sequence[bytes]) -> float:
    return _pushed(site, served, feed, bodies).records_per_s


class Memory(NamedTuple):
    """MiB of the server process while it is pushed to."""

    records: int
    before: float
    after_a_third: float
    after_two_thirds: float
    behind: float
    most: float


def memory(site: Site, served: Served, seconds: int, connections: int) -> Memory:
    """Looks twenty times a second. The same bodies come again and again, to tables emptied in between."""
    bodies = batches(records(Feed.learning_records), BODIES)
    seen = [resident_mib(served.process_id)]
    over = Event()

    def watch() -> None:
        while not over.wait(0.05):
            seen.append(resident_mib(served.process_id))

    watcher = Thread(target=watch)
    watcher.start()
    accepted, until_s = 0, time.perf_counter() + seconds
    try:
        while time.perf_counter() < until_s:
            site.emptied()
            pushed = push(served, Feed.learning_records, bodies, connections=connections)
            accepted += sum(sent.accepted for sent in pushed.sent)
    finally:
        over.set()
        watcher.join()
    third = len(seen) // 3
    return Memory(accepted, seen[0], seen[third], seen[2 * third], seen[-1], max(seen))
