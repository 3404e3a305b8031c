"""How many enrollments are assessed in a second, reading and storing included, on the data of assessment.sql.

`python -m tests.load.assessment [--class-groups N] [--class-rules] [--stages] [--profile]`; `make bench`
measures it beside all else. With `--class-rules` it also says how much longer it takes with rules on class
groups, with `--stages` which stage takes how much, class groups one at a time.
"""

import argparse
import asyncio
import cProfile
import pstats
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import asyncpg
from sqlalchemy import text

from app.core import clock
from app.core.garbage import collect_seldom
from app.db.session import Database, reading, transaction
from app.eligibility.pending import pending
from app.eligibility.service import reassess
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.records.selection import Selection
from tests.load import class_rules
from tests.load.assessment_stages import REST, STAGES, Clock, timed
from tests.load.site import Site, opened, postmaster_id, processor_s

FILL = Path(__file__).with_suffix(".sql")
RUNS = ("the first decision on everybody", "nothing has changed", "the class groups run again")
ROUNDS_OF_CLASS_RULES = 5
CLAIM_UNDER = text("UPDATE class_groups SET programme = :programme")
REOPEN = text("UPDATE class_groups SET closed_at = NULL, ends_on = '2100-12-31'")


class Run(NamedTuple):
    name: str
    enrollments: int
    wall_s: float
    process_s: float
    """Of one process that assesses, on processors."""
    database_s: float
    """Of PostgreSQL, likewise."""

    @property
    def per_s(self) -> float:
        return self.enrollments / self.wall_s

    @property
    def per_core_s(self) -> float:
        """Of all the processor time that it takes, the database's too."""
        return self.enrollments / (self.process_s + self.database_s)


class Added(NamedTuple):
    """What rules on class groups add to an assessment in which nothing has changed."""

    plain: Run
    with_class_rules: Run

    @property
    def ratio(self) -> float:
        """Of processor time: what else runs on the machine does not count."""
        return self.plain.per_core_s / self.with_class_rules.per_core_s


def measure(site: Site, class_groups: int) -> Sequence[Run]:
    """In this process, which is like one of `supervise worker`."""
    collect_seldom()
    site.emptied()
    site.as_owner(lambda connection: _fill(connection, class_groups))
    return site.with_database(lambda database: _measure(site, database, PolicyLibrary.load()))


def measure_class_rules(site: Site, class_groups: int) -> Sequence[Added]:
    """The same class groups by `standard` and by a policy with rules on class groups too, in turn."""
    site.emptied()
    site.as_owner(lambda connection: _fill(connection, class_groups, class_rules.RECORDS))
    with TemporaryDirectory() as directory:
        class_rules.write_pack(Path(directory))
        library = PolicyLibrary.load(Path(directory))
    return site.with_database(lambda database: _measure_in_turn(site, database, library))


async def _fill(connection: asyncpg.Connection, class_groups: int, *more: Path) -> None:
    await connection.execute("SELECT set_config('load.class_groups', $1, false)", str(class_groups))
    for file in (FILL, *more):
        await connection.execute(file.read_text())
    await connection.execute("VACUUM ANALYZE")


async def _measure_stages(site: Site, database: Database) -> Clock:
    """Of everybody assessed once more."""
    pipeline = Pipeline(database, PolicyLibrary.load(), KeyRing.load_or_create(site.place / "keyring.json"))
    clock_of_stages = Clock(postmaster_id(site.server))
    async with transaction(database) as session:
        await reassess(session, Selection(), clock.now())
    with timed(clock_of_stages):
        while (await pipeline.run_round(asyncio.Event())).assessed:
            pass
    return clock_of_stages


async def _measure(site: Site, database: Database, library: PolicyLibrary) -> list[Run]:
    pipeline = Pipeline(database, library, KeyRing.load_or_create(site.place / "keyring.json"))
    runs = []
    for name in RUNS:
        if name == RUNS[-1]:
            async with transaction(database) as session:
                await session.execute(REOPEN)
        runs.append(await _assess_everything(site, pipeline, name))
    async with reading(database) as session:
        assert (await pending(session, clock.now())).pending_enrollments == 0
    return runs


async def _measure_in_turn(site: Site, database: Database, library: PolicyLibrary) -> list[Added]:
    """Each programme first decides on everybody, which is not measured, then finds nothing changed."""
    pipeline = Pipeline(database, library, KeyRing.load_or_create(site.place / "keyring.json"))
    found = []
    for _ in range(ROUNDS_OF_CLASS_RULES):
        runs = []
        for programme in ("standard", class_rules.PROGRAMME):
            async with transaction(database) as session:
                await session.execute(CLAIM_UNDER, {"programme": programme})
            await _assess_everything(site, pipeline, "")
            runs.append(await _assess_everything(site, pipeline, programme))
        found.append(Added(*runs))
    return found


async def _assess_everything(site: Site, pipeline: Pipeline, name: str) -> Run:
    async with transaction(pipeline.database) as session:
        await reassess(session, Selection(), clock.now())
    postmaster = postmaster_id(site.server)
    wall_s, process_s, database_s = time.perf_counter(), time.process_time(), processor_s(postmaster)
    enrollments = 0
    while assessed := (await pipeline.run_round(asyncio.Event())).assessed:
        enrollments += sum(each.enrollments for each in assessed)
    return Run(
        name,
        enrollments,
        time.perf_counter() - wall_s,
        time.process_time() - process_s,
        processor_s(postmaster) - database_s,
    )


def _print_stages(clock_of_stages: Clock, enrollments: int) -> None:
    for stage in (*(name for name, _, _ in STAGES), REST):
        process_us, database_us = (1e6 * spent_s / enrollments for spent_s in clock_of_stages.total(stage))
        print(f"{stage}: {process_us:.0f} + {database_us:.0f} µs")  # noqa: T201 (a command)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--class-groups", type=int, default=100)
    arguments.add_argument("--class-rules", action="store_true")
    arguments.add_argument("--stages", action="store_true")
    arguments.add_argument("--profile", action="store_true")
    asked = arguments.parse_args()
    profile = cProfile.Profile()
    with opened() as site:
        if asked.profile:
            profile.enable()
        runs = measure(site, asked.class_groups)
        for run in runs:
            print(  # noqa: T201 (a command)
                f"{run.name}: {run.enrollments} enrollments, {run.per_s:.0f} a second, "
                f"{run.per_core_s:.0f} a second of processor time, "
                f"{1e6 * run.process_s / run.enrollments:.0f} + "
                f"{1e6 * run.database_s / run.enrollments:.0f} µs for each (process + database)"
            )
        if asked.class_rules:
            for each in measure_class_rules(site, asked.class_groups):
                print(f"{each.ratio:.2f} times as long with rules on class groups")  # noqa: T201 (a command)
        profile.disable()
        if asked.stages:
            _print_stages(
                site.with_database(lambda database: _measure_stages(site, database)), runs[0].enrollments
            )
    if asked.profile:
        pstats.Stats(profile).sort_stats("tottime").print_stats(30)


if __name__ == "__main__":
    main()
