"""How many enrollments one process assesses in a second, reading and storing included.

`python -m tests.load.assessment [--class-groups N] [--profile]`, on the data of assessment.sql.
"""

import argparse
import asyncio
import cProfile
import pstats
import tempfile
import time
from pathlib import Path

import asyncpg
from sqlalchemy import text

from app.core import clock
from app.db import embedded, migrate
from app.db.session import Database, reading, transaction
from app.eligibility.pending import pending
from app.eligibility.service import reassess
from app.pipeline import Pipeline
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from app.records.selection import Selection

FILL = Path(__file__).with_suffix(".sql")
RUNS = ("the first decision on everybody", "nothing has changed", "the class groups run again")
REOPEN = text("UPDATE class_groups SET closed_at = NULL, ends_on = '2100-12-31'")


async def fill(owner_url: str, class_groups: int) -> None:
    connection = await asyncpg.connect(owner_url)
    await connection.execute("SELECT set_config('load.class_groups', $1, false)", str(class_groups))
    await connection.execute(FILL.read_text())
    await connection.execute("VACUUM ANALYZE")
    await connection.close()


async def assess_everything(pipeline: Pipeline) -> tuple[float, float, int]:
    """Seconds on the wall, seconds of this process, enrollments."""
    async with transaction(pipeline.database) as session:
        await reassess(session, Selection(), clock.now())
    wall_s, process_s = time.perf_counter(), time.process_time()
    enrollments = 0
    while assessed := (await pipeline.run_round(asyncio.Event())).assessed:
        enrollments += sum(each.enrollments for each in assessed)
    return time.perf_counter() - wall_s, time.process_time() - process_s, enrollments


async def measure(place: Path, server: embedded.Server) -> None:
    database = Database.connect(server.program_url, pool_size=2)
    pipeline = Pipeline(database, Policies.load(), KeyRing.load_or_create(place / "keyring.json"))
    for run in RUNS:
        if run == RUNS[-1]:
            async with transaction(database) as session:
                await session.execute(REOPEN)
        wall_s, process_s, enrollments = await assess_everything(pipeline)
        print(  # noqa: T201 (a command)
            f"{run}: {enrollments} enrollments, {enrollments / wall_s:.0f} a second, "
            f"{1e6 * process_s / enrollments:.0f} µs of this process for each"
        )
    async with reading(database) as session:
        assert (await pending(session, clock.now())).pending_enrollments == 0
    await database.dispose()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--class-groups", type=int, default=100)
    arguments.add_argument("--profile", action="store_true")
    asked = arguments.parse_args()
    with tempfile.TemporaryDirectory(prefix="supervise-load-") as directory:
        place = Path(directory)
        with embedded.lease(place) as server:
            migrate.upgrade(server.owner_url)
            asyncio.run(fill(server.owner_url, asked.class_groups))
            profile = cProfile.Profile()
            if asked.profile:
                profile.enable()
            asyncio.run(measure(place, server))
            profile.disable()
            if asked.profile:
                pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
