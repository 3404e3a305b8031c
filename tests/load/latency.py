"""From a receipt to the result that shows it: how long the touches of a batch wait to be assessed."""

import asyncio
import random
import time
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

import asyncpg

from app.core.vocabulary import Feed
from tests.ingest.examples import FULL
from tests.load.bodies import (
    BATCH,
    LEARNERS_OF_A_CLASS_GROUP,
    SEED,
    Record,
    batches,
    class_group_of,
    learning_record,
    records,
)
from tests.load.pusher import Pusher, percentile_of, push
from tests.load.site import Served, Site

BATCHES_PER_S = 4
LOOK_EVERY_S = 0.01
PATIENCE_S = 60
LESSONS = 32
TOUCHED = "SELECT EXISTS (SELECT FROM touches)"


class Latency(NamedTuple):
    records_per_s: int
    learners: int
    p50_ms: float
    p99_ms: float


def latency(site: Site, served: Served, *, learners: int, records_per_s: int, seconds: int) -> Latency:
    """Whole batches at even times, of learners drawn at random; a batch shows when its last touch is gone."""
    site.emptied()
    _prepare(served, learners)
    bodies = batches(_drawn(learners), BATCHES_PER_S * seconds, records_per_s // BATCHES_PER_S)
    waits = asyncio.run(_waits(site, Pusher(served, Feed.learning_records), bodies))
    ms = [1000 * wait for wait in waits]
    return Latency(records_per_s, learners, percentile_of(ms, 50), percentile_of(ms, 99))


def _prepare(served: Served, learners: int) -> None:
    class_groups = learners // LEARNERS_OF_A_CLASS_GROUP
    crowd = ({**record, "withdrawn_at": None} for record in records(Feed.enrollments))
    running = ({**record, "closed_at": None} for record in records(Feed.class_groups))
    for feed, found, number in (
        (Feed.class_groups, running, class_groups),
        (Feed.lessons, _lessons(class_groups), class_groups * LESSONS),
        (Feed.enrollments, crowd, learners),
    ):
        push(served, feed, batches(islice(found, number), -(-number // BATCH)), connections=1)


def _lessons(class_groups: int) -> Iterator[Record]:
    for number in range(class_groups):
        for lesson in range(LESSONS):
            yield {
                **FULL[Feed.lessons],
                "class_group_id": class_group_of(number * LEARNERS_OF_A_CLASS_GROUP),
                "lesson_id": f"lesson-{lesson:02}",
                "kind": "vod",
                "required": True,
                "starts_at": None,
                "ends_at": None,
            }


def _drawn(learners: int) -> Iterator[Record]:
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    for minute in range(24 * 60):
        for learner in chance.sample(range(learners), learners // 2):
            yield learning_record(learner, minute)


async def _waits(site: Site, pusher: Pusher, bodies: list[bytes]) -> list[float]:
    """Seconds from each receipt on, once everything that was stored before is assessed."""
    connection = await asyncpg.connect(site.server.owner_url)
    try:
        await _until_assessed(connection)
        receipts: dict[str, float] = {}
        waits: list[float] = []
        over = asyncio.Event()
        watch = asyncio.create_task(_watch(connection, receipts, waits, over))
        for body in bodies:
            pause = asyncio.create_task(asyncio.sleep(1 / BATCHES_PER_S))
            sent = await asyncio.to_thread(pusher.send, body)
            receipts[sent.batch_id] = time.perf_counter()
            await pause
        over.set()
        await watch
        return waits
    finally:
        await connection.close()


async def _until_assessed(connection: asyncpg.Connection) -> None:
    async with asyncio.timeout(10 * PATIENCE_S):
        while await connection.fetchval(TOUCHED):  # noqa: ASYNC110 (in the database)
            await asyncio.sleep(LOOK_EVERY_S)


async def _watch(
    connection: asyncpg.Connection, receipts: dict[str, float], waits: list[float], over: asyncio.Event
) -> None:
    """Until every receipt shows; one that does not in time waits for ever."""
    deadline_s = float("inf")
    while not (over.is_set() and not receipts) and time.perf_counter() < deadline_s:
        waiting = {str(row[0]) for row in await connection.fetch("SELECT DISTINCT batch_id FROM touches")}
        now_s = time.perf_counter()
        shown = [batch_id for batch_id in receipts if batch_id not in waiting]
        waits += [now_s - receipts.pop(batch_id) for batch_id in shown]
        if over.is_set():
            deadline_s = min(deadline_s, now_s + PATIENCE_S)
        await asyncio.sleep(LOOK_EVERY_S)
    waits += [float("inf")] * len(receipts)
