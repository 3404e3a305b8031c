"""What assessing a few touched learners of many class groups costs, on the data of world.sql.

`python -m tests.load.touched [--class-groups N]`: each has a learner or two touched, all at once, again
and again, as a second of the design load does.
"""

import argparse
import asyncio
import time

from sqlalchemy import text

from app.core import clock
from app.core.garbage import collect_seldom
from app.db.session import Database, transaction
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.load import world
from tests.load.site import Site, opened, postmaster_id, processor_s

TOUCH = text("""
    INSERT INTO touches (platform, class_group_id, learner_ids, touched_at)
    SELECT platform, class_group_id, array_agg(learner_id), now()
    FROM (
        SELECT platform, class_group_id, learner_id,
               row_number() OVER (PARTITION BY platform, class_group_id ORDER BY random()) AS place
        FROM enrollments
        WHERE class_group_id = ANY(:chosen)
    ) AS drawn
    WHERE place <= CASE WHEN right(class_group_id, 1) < '5' THEN 1 ELSE 2 END
    GROUP BY platform, class_group_id
""")
ROUNDS = 6


async def _measure(site: Site, database: Database, class_groups: int) -> None:
    pipeline = Pipeline(database, PolicyLibrary.load(), KeyRing.load_or_create(site.place / "keyring.json"))
    postmaster = postmaster_id(site.server)
    chosen = [f"group-{number:06}" for number in range(class_groups)]
    for _ in range(ROUNDS):
        async with transaction(database) as session:
            await session.execute(TOUCH, {"chosen": chosen})
        wall_s, process_s, database_s = time.perf_counter(), time.process_time(), processor_s(postmaster)
        visited = 0
        while assessed := (await pipeline.run_round(asyncio.Event())).assessed:
            visited += len(assessed)
        per = 1e6 / max(visited, 1)
        print(  # noqa: T201 (a command)
            f"{clock.now():%H:%M:%S} {visited} class groups in {time.perf_counter() - wall_s:.2f} s: "
            f"{per * (time.process_time() - process_s):.0f} + "
            f"{per * (processor_s(postmaster) - database_s):.0f} µs for each (process + database)"
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--class-groups", type=int, default=1000)
    asked = arguments.parse_args()
    collect_seldom()
    with opened() as site:
        world.seed(site, world.World(asked.class_groups, platforms=1, lessons=4, running_every=1))
        site.with_database(lambda database: _measure(site, database, asked.class_groups))


if __name__ == "__main__":
    main()
