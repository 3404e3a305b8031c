"""How long a deep check of everything takes, on records that came through ingest and were assessed.

`python -m tests.load.deep_check [--class-groups N] [--profile]`; with a thousand there are a million records.
"""

import argparse
import asyncio
import cProfile
import pstats
import resource
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import NamedTuple

import msgspec

from app.audit.schemas import Level
from app.audit.service import Checking, deep_check
from app.core.ids import ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.ingest.schemas import Delivery, MediaType
from app.ingest.service import accept_batch
from app.ledger.publication import publish
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing
from app.simulator.people import person
from tests.ingest.examples import FULL
from tests.load.bodies import BATCH, SEED, Record
from tests.load.report import thousands
from tests.load.site import PLATFORM, Site, opened, postmaster_id, processor_s

REQUIRED_S = 120
"""For a million records, on two cores."""
LEARNERS, LESSONS = 40, 24
RECORDS_OF_A_CLASS_GROUP = 1 + LESSONS + LEARNERS + LEARNERS * LESSONS
FIRST = datetime(2026, 3, 2, 1, tzinfo=UTC)
COLUMNS = ("level", "items", "seconds", "items a second")


class Part(NamedTuple):
    """One level of the check."""

    level: Level
    items: int
    wall_s: float

    def row(self) -> tuple[str, ...]:
        per_s = thousands(self.items / self.wall_s) if self.wall_s else "–"
        return self.level.value, thousands(self.items), f"{self.wall_s:.1f}", per_s


class Measured(NamedTuple):
    records: int
    wall_s: float
    process_s: float
    database_s: float
    peak_mib: float
    parts: Sequence[Part]


def measure(site: Site, class_groups: int) -> Measured:
    """In this process, on an empty database; records, batches and decisions are made first."""
    key_ring = KeyRing.load_or_create(site.place / "keyring.json")
    site.with_database(lambda database: _fill(database, key_ring, class_groups))
    site.as_owner(lambda connection: connection.execute("VACUUM ANALYZE"))
    return site.with_database(lambda database: _check(site, database, key_ring))


async def _fill(database: Database, key_ring: KeyRing, class_groups: int) -> None:
    library = PolicyLibrary.load()
    await record_files(database, library)
    pipeline = Pipeline(database, library, key_ring)
    for number in range(class_groups):
        for feed, records in (
            (Feed.class_groups, [_class_group(number)]),
            (Feed.lessons, [_lesson(number, lesson) for lesson in range(LESSONS)]),
            (Feed.enrollments, [_enrollment(number, learner) for learner in range(LEARNERS)]),
        ):
            await _push(database, key_ring, feed, records)
    batch: list[Record] = []
    for record in _learning_records(class_groups):
        batch.append(record)
        if len(batch) == BATCH:
            await _push(database, key_ring, Feed.learning_records, batch)
            batch = []
    await _push(database, key_ring, Feed.learning_records, batch)
    while not (await pipeline.run_round(asyncio.Event())).was_idle:
        pass
    await publish(database, key_ring)


async def _push(database: Database, key_ring: KeyRing, feed: Feed, records: Sequence[Record]) -> None:
    if not records:
        return
    sent = Delivery(
        platform=PlatformCode(PLATFORM),
        client_id=ClientId("load"),
        credential=Credential("secret:1"),
        feed=feed,
        media_type=MediaType.ndjson,
        body=BytesIO(b"".join(msgspec.json.encode(record) + b"\n" for record in records)),
        received_at=datetime(2026, 6, 1, tzinfo=UTC),
    )
    receipt = await accept_batch(database, key_ring, sent, programme_exists=lambda *_: True)
    assert receipt.batch.counts.rejected == 0, receipt.rejections


def _class_group(number: int) -> Record:
    return FULL[Feed.class_groups] | {"class_group_id": _group(number)}


def _lesson(number: int, lesson: int) -> Record:
    starts_at = FIRST + timedelta(days=lesson)
    times = {"starts_at": starts_at.isoformat(), "ends_at": (starts_at + timedelta(hours=1)).isoformat()}
    own = {"class_group_id": _group(number), "lesson_id": f"S{lesson:02}", "required": True}
    return FULL[Feed.lessons] | own | times


def _enrollment(number: int, learner: int) -> Record:
    own = {"class_group_id": _group(number), "learner_id": f"L{learner:02}", "withdrawn_at": None}
    id_number = person(SEED, LEARNERS * number + learner).id_number
    return FULL[Feed.enrollments] | own | {"id_number": id_number, "gender": None}


def _learning_records(class_groups: int) -> Iterator[Record]:
    for number in range(class_groups):
        for lesson in range(LESSONS):
            starts_at = FIRST + timedelta(days=lesson)
            ends_at = starts_at + timedelta(hours=1)
            for learner in range(LEARNERS):
                yield FULL[Feed.learning_records] | {
                    "class_group_id": _group(number),
                    "learner_id": f"L{learner:02}",
                    "session_id": f"{lesson}-{learner}",
                    "lesson_id": f"S{lesson:02}",
                    "online_at": starts_at.isoformat(),
                    "offline_at": ends_at.isoformat(),
                    "playback_rate": 1,
                }


def _group(number: int) -> str:
    return f"group-{number:05}"


async def _check(site: Site, database: Database, key_ring: KeyRing) -> Measured:
    items: dict[Level, int] = {}
    last: dict[Level, float] = {}
    server = postmaster_id(site.server)
    began_s, process_s, database_s = time.perf_counter(), time.process_time(), processor_s(server)

    async def progress(level: Level, number: int) -> None:
        items[level] = items.get(level, 0) + number
        last[level] = time.perf_counter()

    checking = Checking(database, key_ring, PolicyLibrary.load())
    check, differences = await deep_check(checking, progress=progress)
    ended_s = time.perf_counter()
    assert not differences, [str(each) for each in differences[:5]]
    edges = [began_s, *last.values()]
    parts = [
        Part(level, items[level], edge - before)
        for level, before, edge in zip(last, edges, edges[1:], strict=False)
    ]
    return Measured(
        records=check.counts["records"],
        wall_s=ended_s - began_s,
        process_s=time.process_time() - process_s,
        database_s=processor_s(server) - database_s,
        peak_mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        parts=parts,
    )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--class-groups", type=int, default=100)
    arguments.add_argument("--profile", action="store_true")
    wanted = arguments.parse_args()
    profile = cProfile.Profile()
    with opened() as site:
        if wanted.profile:
            profile.enable()
        found = measure(site, wanted.class_groups)
        profile.disable()
    for part in found.parts:
        print(*part.row(), sep="\t")  # noqa: T201 (what this is for)
    print(  # noqa: T201
        f"{thousands(found.records)} records in {found.wall_s:.1f} s (process {found.process_s:.1f} s, "
        f"database {found.database_s:.1f} s), peak {found.peak_mib:.0f} MiB"
    )
    if wanted.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    main()
