"""What every page of the console takes to answer, to its first byte, with the demo of 20,000 learners.

`python -m tests.load.pages [--learners N] [--only WORDS] [--keep DIRECTORY]`; `make bench` measures it beside
all else. What was played into a directory that is kept is not played again.
"""

import argparse
import asyncio
import gzip
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median
from typing import NamedTuple
from urllib.parse import urlsplit

from app.core import clock, logs
from app.core.vocabulary import Role
from app.db.session import Database
from app.people.sessions import COOKIE
from app.privacy.keyring import KeyRing
from app.privacy.redaction import redact
from app.simulator.term import Term
from tests.console.every_page import VISITS, Visit
from tests.console.played import Played, played, with_new_sessions
from tests.load.bodies import SEED
from tests.load.pusher import percentile_of
from tests.load.site import Served, Site, opened, postmaster_id, processor_s

REQUIRED_MS = 150
LEARNERS, QUICK_LEARNERS = 20_000, 300
TIMES, WARM_UP = 20, 3
PLAYED = "played.json"
CLASS_GROUP = "/class-groups/{platform}/{class_group_id}"
PARTS: Mapping[str, Sequence[str]] = {
    CLASS_GROUP: [f"tab={part}" for part in ("attendance", "hours", "learners", "videos", "history")],
    "/platforms/{platform}": [
        f"tab={part}" for part in ("rejections", "orphans", "gaps", "corrections", "times")
    ],
    "/batches": ["tab=causes"],
    "/overview": ["district=440200", "programme=standard"],
    "/learners": ["eligibility=ineligible"],
    "/class-groups": ["closed=false&outlook=lost"],
    "/findings": ["severity=blocking", "assigned=nobody"],
}
"""What else a page shows, by its address."""


class Answered(NamedTuple):
    address: str
    """Of the route, with what is asked beside it."""
    role: Role | None
    status: int
    first_byte_ms: Sequence[float]
    processor_ms: float
    """Of server and database for one answer: what else runs on the machine does not count."""
    size: int
    """Compressed, in bytes."""

    @property
    def is_over(self) -> bool:
        return median(self.first_byte_ms) > REQUIRED_MS


def pages(learners: int, only: str = "", kept: Path | None = None) -> Iterator[Answered]:
    """Of each page as who sees most of it sees it, one request after the other."""
    with opened(kept) as site, site.serving(assessing=True) as served:
        found = asyncio.run(_played(site, served, learners))
        for visit in VISITS:
            for part in ("", *PARTS.get(visit.path, ())):
                if only in visit.path:
                    yield _answered(site, served, found, visit, part)


async def _played(site: Site, served: Served, learners: int) -> Played:
    """As it was kept, if it was; else for others to find."""
    database = Database.connect(site.server.program_url, pool_size=4)
    key_ring = KeyRing.load_or_create(site.place / "keyring.json")
    kept = site.place / PLAYED
    try:
        if kept.exists():
            return await with_new_sessions(database, Played({}, **json.loads(kept.read_text())))
        found = await played(database, served.address, key_ring, Term(SEED, clock.today(), learners))
    finally:
        await database.dispose()
    kept.write_text(json.dumps({"ids": found.ids, "of_their_own": found.of_their_own}))
    return found


def _answered(site: Site, served: Served, found: Played, visit: Visit, part: str) -> Answered:
    role, server = visit.roles[0], urlsplit(served.address)
    cookie = {} if role is None else {"Cookie": f"{COOKIE}={found.cookies[role]}"}
    connection = HTTPConnection(server.hostname or "", server.port)
    address = _with(visit.address(found.ids), part)
    times_ms = []
    for turn in range(WARM_UP + TIMES):
        if turn == WARM_UP:
            spent_s = _spent_s(site, served)
        started_s = time.perf_counter()
        connection.request("GET", address, headers=cookie)
        answer = connection.getresponse()
        times_ms.append(1000 * (time.perf_counter() - started_s))
        content = answer.read()
    processor_ms = 1000 * (_spent_s(site, served) - spent_s) / TIMES
    size = len(gzip.compress(content))
    connection.close()
    return Answered(_with(visit.path, part), role, answer.status, times_ms[WARM_UP:], processor_ms, size)


def _with(address: str, part: str) -> str:
    return f"{address}?{part}" if part else address


def _spent_s(site: Site, served: Served) -> float:
    return processor_s(served.process_id) + processor_s(postmaster_id(site.server))


COLUMNS = ("page", "as", "status", "p50 ms", "p99 ms", "processor ms", "kB compressed", "")


def rows(found: Iterator[Answered]) -> Iterator[Sequence[str]]:
    for each in found:
        yield (
            f"`{each.address}`",
            str(each.role or "everybody"),
            str(each.status),
            *(f"{percentile_of(each.first_byte_ms, percentile):.0f}" for percentile in (50, 99)),
            f"{each.processor_ms:.0f}",
            f"{each.size / 1000:.1f}",
            "**over**" if each.is_over else "",
        )


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--learners", type=int, default=LEARNERS)
    arguments.add_argument("--only", default="")
    arguments.add_argument("--keep", type=Path, metavar="DIRECTORY")
    asked = arguments.parse_args()
    logs.configure("warning", redact)
    print(" | ".join(COLUMNS))  # noqa: T201 (a command)
    for row in rows(pages(asked.learners, asked.only, asked.keep)):
        print(" | ".join(row), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
