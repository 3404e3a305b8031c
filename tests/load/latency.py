"""From a receipt to the result that shows it, at the design load of one large platform.

`python -m tests.load.latency [--quick]`; `make bench` measures it beside all else.
"""

import argparse
import asyncio
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import NamedTuple

import asyncpg
import httpx

from app.accounts.schemas import Registration
from app.core.vocabulary import Feed, PlatformKind, Role
from tests.load import world
from tests.load.bodies import SEED, Record, batches
from tests.load.pusher import Pusher, percentile_of
from tests.load.questions import Place
from tests.load.site import Served, Site, opened

PLATFORM = "live-0"
LESSONS_BEHIND = 4
BATCHES_PER_S = 5
WARM_UP_S = 5
LOOK_EVERY_S, ASK_EVERY_S = 0.05, 0.2
PATIENCE_S = 20
TOUCHED = "SELECT EXISTS (SELECT FROM touches)"


class Load(NamedTuple):
    records_per_s: int
    learners: int
    seconds: int


class Latency(NamedTuple):
    layout: str
    load: Load
    waits_ms: Sequence[float]
    """Of every batch: until the last assessment that it asked for is stored."""
    asked_ms: Sequence[float]
    """Of a learner now and then: until the enrollment, asked for over HTTP, shows the new figure."""

    def percentile(self, percentile: int) -> float:
        return percentile_of(self.waits_ms, percentile)

    @property
    def most_asked_ms(self) -> float:
        return max(self.asked_ms, default=float("inf"))


def latencies(loads: Sequence[Load]) -> list[Latency]:
    """Of one process that serves and assesses, and of one for each, over the same learners."""
    found = []
    learners = max(load.learners for load in loads)
    class_groups = learners // world.LEARNERS_OF_A_CLASS_GROUP
    with opened() as site:
        world.seed(site, world.World(class_groups, platforms=1, lessons=LESSONS_BEHIND, running_every=1))
        crowd = _drawn(learners)
        for layout, is_alone in (("one process", True), ("server and worker", False)):
            for load in loads:
                with _served(site, is_alone=is_alone) as served:
                    found.append(_measured(site, served, layout, load, crowd))
    return found


@contextmanager
def _served(site: Site, *, is_alone: bool) -> Iterator[Served]:
    whose = Registration(Role.platform, "load", PLATFORM, PlatformKind.live)
    with site.serving(assessing=is_alone) as any_platform:
        served = replace(any_platform, token=site.token(any_platform.address, whose))
        if is_alone:
            yield served
            return
        with site.working():
            yield served


def _measured(site: Site, served: Served, layout: str, load: Load, crowd: Iterator[Place]) -> Latency:
    """What a load that is too much leaves behind does not burden the next."""
    places = list(islice(crowd, load.records_per_s * (WARM_UP_S + load.seconds)))
    watched = asyncio.run(Watch(site, served, load).run(places))
    site.as_owner(lambda connection: connection.execute("TRUNCATE touches"))
    waits_ms, asked_ms = ([1000 * wait for wait in waits] for waits in (watched.waits, watched.asked))
    return Latency(layout, load, waits_ms, asked_ms)


def _drawn(learners: int) -> Iterator[Place]:
    """Everybody once a minute, in no order."""
    chance = random.Random(SEED)  # noqa: S311 (no secret)
    crowd = list(range(learners))
    while True:
        chance.shuffle(crowd)
        for learner in crowd:
            yield Place(*divmod(learner, world.LEARNERS_OF_A_CLASS_GROUP))


def _record(place: Place, number: int) -> Record:
    """A minute of the film that is new to the learner: `number` is no other record's."""
    hour, minute = divmod(number % 1440, 60)
    return {
        "class_group_id": place.class_group_id,
        "learner_id": place.learner_id,
        "session_id": f"film-{time.time_ns()}-{number}",
        "lesson_id": "film",
        "online_at": f"2026-04-02T{hour:02}:{minute:02}:00+08:00",
        "offline_at": f"2026-04-02T{hour:02}:{minute:02}:50+08:00",
        "playback_rate": 1.0,
        "device": "app",
    }


@dataclass
class Watch:
    site: Site
    served: Served
    load: Load
    receipts: dict[str, float] = field(default_factory=dict)
    waits: list[float] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)

    async def run(self, places: Sequence[Place]) -> "Watch":
        size = self.load.records_per_s // BATCHES_PER_S
        parts = [places[start : start + size] for start in range(0, len(places), size)]
        bodies = batches(
            (_record(place, number // size) for number, place in enumerate(places)), len(parts), size
        )
        connection = await asyncpg.connect(self.site.server.owner_url)
        over = asyncio.Event()
        try:
            await connection.execute("TRUNCATE touches")
            looking = asyncio.create_task(self._look(connection, over))
            await self._send(parts, bodies)
            over.set()
            await looking
        finally:
            await connection.close()
        return self

    async def _send(self, parts: Sequence[Sequence[Place]], bodies: Sequence[bytes]) -> None:
        """At even times, whatever becomes of those before; the first seconds warm up and do not count."""
        pusher = Pusher(self.served, Feed.learning_records)
        began_s = time.perf_counter()
        async with asyncio.TaskGroup() as sending:
            for number, (part, body) in enumerate(zip(parts, bodies, strict=True)):
                await asyncio.sleep(began_s + number / BATCHES_PER_S - time.perf_counter())
                counts = number >= WARM_UP_S * BATCHES_PER_S
                is_asked = counts and number % (2 * BATCHES_PER_S) == 0
                sending.create_task(self._push(pusher, part[0] if is_asked else None, body, counts=counts))

    async def _push(self, pusher: Pusher, place: Place | None, body: bytes, *, counts: bool) -> None:
        async with httpx.AsyncClient(trust_env=False, timeout=3 * PATIENCE_S) as client:
            before = None if place is None else await self._credited(client, place)
            sent = await asyncio.to_thread(pusher.send, body)
            receipt_s = time.perf_counter()
            if counts:
                self.receipts[sent.batch_id] = receipt_s
            while place is not None and time.perf_counter() < receipt_s + PATIENCE_S:
                if await self._credited(client, place) != before:
                    self.asked.append(time.perf_counter() - receipt_s)
                    return
                await asyncio.sleep(ASK_EVERY_S)
            if place is not None:
                self.asked.append(float("inf"))

    async def _credited(self, client: httpx.AsyncClient, place: Place) -> float:
        path = f"api/v1/compliance/enrollments/{PLATFORM}/{place.class_group_id}/{place.learner_id}"
        token = {"Authorization": f"Bearer {self.served.token}"}
        answer = await client.get(f"{self.served.address}/{path}", headers=token)
        return float(answer.raise_for_status().json()["facts"]["credited_seconds"])

    async def _look(self, connection: asyncpg.Connection, over: asyncio.Event) -> None:
        """Until every receipt shows; one that does not in time waits for ever."""
        deadline_s = float("inf")
        while not (over.is_set() and not self.receipts) and time.perf_counter() < deadline_s:
            rows = await connection.fetch("SELECT DISTINCT batch_id FROM touches")
            waiting = {str(row[0]) for row in rows}
            now_s = time.perf_counter()
            shown = [batch_id for batch_id in self.receipts if batch_id not in waiting]
            self.waits += [now_s - self.receipts.pop(batch_id) for batch_id in shown]
            if over.is_set():
                deadline_s = min(deadline_s, now_s + PATIENCE_S)
            await asyncio.sleep(LOOK_EVERY_S)
        self.waits += [float("inf")] * len(self.receipts)


LOADS = tuple(Load(records_per_s, 100_000, 30) for records_per_s in (400, 1_700))
QUICK_LOADS = (Load(100, 4_000, 4),)
COLUMNS = ("processes", "records a second", "learners", "p50 ms", "p99 ms", "asked: most ms")


def rows(found: Sequence[Latency]) -> list[Sequence[str]]:
    return [
        (
            each.layout,
            f"{each.load.records_per_s:,}",
            f"{each.load.learners:,}",
            *(f"{figure:,.0f}" for figure in (each.percentile(50), each.percentile(99), each.most_asked_ms)),
        )
        for each in found
    ]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--quick", action="store_true")
    loads = QUICK_LOADS if arguments.parse_args().quick else LOADS
    for row in [COLUMNS, *rows(latencies(loads))]:
        print(" | ".join(row))  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
