"""What a what-if of a policy costs: the command itself over a country's enrollments, seeded by simulated.sql.

`python -m tests.load.simulation [ENROLLMENTS]`; `make bench` measures it beside all else.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

import asyncpg

from tests.load.report import thousands
from tests.load.site import Site, opened, postmaster_id, processor_s, resident_mib

SIMULATED = Path(__file__).with_name("simulated.sql")
LEARNERS_OF_A_CLASS_GROUP = 40
ENROLLMENTS, QUICK_ENROLLMENTS = 1_000_000, 50_000
REQUIRED_S = 60
CHANGE = ("--set", "attendance-rate.at_least=0.85")
COLUMNS = (
    "enrollments",
    "would change",
    "of them into a file",
    "seconds",
    "processor seconds",
    "of these in the database",
    "MiB after a third",
    "after two thirds",
    "most",
)


class Run(NamedTuple):
    enrollments: int
    changed: int
    written: int
    seconds: float
    process_s: float
    database_s: float
    mib: tuple[float, float, float]
    """After a third of the time, after two thirds, and the most."""

    def row(self) -> tuple[str, ...]:
        return (
            *map(thousands, (self.enrollments, self.changed, self.written)),
            f"{self.seconds:.0f}",
            f"{self.process_s + self.database_s:.0f}",
            f"{self.database_s:.0f}",
            *map(thousands, self.mib),
        )


def measure(enrollments: int) -> list[Run]:
    """Counts alone, then everybody who would change into a file."""
    with opened() as site:
        _seed(site, enrollments // LEARNERS_OF_A_CLASS_GROUP)
        file = site.place / "who.csv"
        return [_run(site), _run(site, "--csv", str(file))]


def _seed(site: Site, class_groups: int) -> None:
    async def fill(connection: asyncpg.Connection) -> None:
        await connection.execute("SELECT set_config('load.class_groups', $1, false)", str(class_groups))
        await connection.execute("SET work_mem = '256MB'")
        await connection.execute(SIMULATED.read_text())
        await connection.execute("VACUUM ANALYZE")

    site.as_owner(fill)


def _run(site: Site, *options: str) -> Run:
    environment = {
        **os.environ,
        "DATABASE_URL": site.server.program_url,
        "SUPERVISE_DATA_DIR": str(site.place),
        "SUPERVISE_ACCEPT_FORGETFUL_DATABASE": "true",
    }
    command = (sys.executable, "-m", "app.cli", "policy", "simulate", "standard", *CHANGE, "--json", *options)
    before_s, started_s = processor_s(postmaster_id(site.server)), time.monotonic()
    told = site.place / "told.json"
    with told.open("w") as output:
        process = subprocess.Popen(command, env=environment, stdout=output)
        process_s, sizes = 0.0, [0.0]
        while process.poll() is None:
            process_s = max(process_s, processor_s(process.pid))
            sizes.append(resident_mib(process.pid))
            time.sleep(0.1)
    if process.returncode:
        raise RuntimeError(command)
    seconds = time.monotonic() - started_s
    summary = json.loads(told.read_text())
    third = len(sizes) // 3
    return Run(
        enrollments=summary["enrollments"],
        changed=summary["changed"] + summary["running_changed"],
        written=summary["changed"] + summary["running_changed"] if options else 0,
        seconds=seconds,
        process_s=process_s,
        database_s=processor_s(postmaster_id(site.server)) - before_s,
        mib=(sizes[third], sizes[2 * third], max(sizes)),
    )


def main() -> None:
    number = int(sys.argv[1]) if len(sys.argv) > 1 else ENROLLMENTS
    for row in (COLUMNS, *(run.row() for run in measure(number))):
        print(" | ".join(row), flush=True)  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
