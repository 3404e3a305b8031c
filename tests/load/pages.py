"""What every page of the console takes to answer, to its first byte, with the demo of 20,000 learners.

`python -m tests.load.pages [--learners N] [--only WORDS]`; `make bench` measures it beside all else.
"""

import argparse
import asyncio
import gzip
import time
from collections.abc import Iterator, Sequence
from http.client import HTTPConnection
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
from tests.console.played import Played, played
from tests.load.bodies import SEED
from tests.load.pusher import percentile_of
from tests.load.site import Served, Site, opened, postmaster_id, processor_s

REQUIRED_MS = 150
LEARNERS, QUICK_LEARNERS = 20_000, 300
TIMES, WARM_UP = 20, 3


class Answered(NamedTuple):
    visit: Visit
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


def pages(learners: int, only: str = "") -> Iterator[Answered]:
    """Of each page as who sees most of it sees it, one request after the other."""
    with opened() as site, site.serving(assessing=True) as served:
        found = asyncio.run(_played(site, served, learners))
        for visit in VISITS:
            if only in visit.path:
                yield _answered(site, served, found, visit)


async def _played(site: Site, served: Served, learners: int) -> Played:
    database = Database.connect(site.server.program_url, pool_size=4)
    key_ring = KeyRing.load_or_create(site.place / "keyring.json")
    try:
        return await played(database, served.address, key_ring, Term(SEED, clock.today(), learners))
    finally:
        await database.dispose()


def _answered(site: Site, served: Served, found: Played, visit: Visit) -> Answered:
    role, address = visit.roles[0], urlsplit(served.address)
    cookie = {} if role is None else {"Cookie": f"{COOKIE}={found.cookies[role]}"}
    connection = HTTPConnection(address.hostname or "", address.port)
    times_ms = []
    for turn in range(WARM_UP + TIMES):
        if turn == WARM_UP:
            spent_s = _spent_s(site, served)
        started_s = time.perf_counter()
        connection.request("GET", visit.address(found.ids), headers=cookie)
        answer = connection.getresponse()
        times_ms.append(1000 * (time.perf_counter() - started_s))
        content = answer.read()
    processor_ms = 1000 * (_spent_s(site, served) - spent_s) / TIMES
    size = len(gzip.compress(content))
    connection.close()
    return Answered(visit, role, answer.status, times_ms[WARM_UP:], processor_ms, size)


def _spent_s(site: Site, served: Served) -> float:
    return processor_s(served.process_id) + processor_s(postmaster_id(site.server))


COLUMNS = ("page", "as", "status", "p50 ms", "p99 ms", "processor ms", "kB compressed", "")


def rows(found: Iterator[Answered]) -> Iterator[Sequence[str]]:
    for each in found:
        yield (
            f"`{each.visit}`",
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
    asked = arguments.parse_args()
    logs.configure("warning", redact)
    print(" | ".join(COLUMNS))  # noqa: T201 (a command)
    for row in rows(pages(asked.learners, asked.only)):
        print(" | ".join(row), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
