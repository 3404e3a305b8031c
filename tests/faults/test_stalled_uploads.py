"""Hundreds of clients that begin and never end keep nobody else out, and cost little memory."""

import asyncio
import re
import time
from collections import Counter
from pathlib import Path

import httpx
import pytest

from tests.faults.answers import accepted, closed, p99_ms, rate, stored
from tests.faults.site import PLATFORMS, Site, opened_site
from tests.faults.watch import watched
from tests.load.flood import Answer, Platform, Start, bodies, elsewhere
from tests.load.site import resident_mib
from tests.load.stalling import Stalled, stall

pytestmark = pytest.mark.long

BODIES, HEADS, SILENT = 400, 100, 100
"""Stalled connections of each kind. What has come of the bodies would be 340 MiB in memory."""
BODY_TIMEOUT_S, STALL_S = 30, 90
RECORDS, CONNECTIONS, PUSH_S = 500, 4, 8.0
MEMORY_MIB = 200
SLOWER = 3
PATIENCE_S = 15


def test_who_never_ends_keeps_nobody_out(tally: Counter[str], tmp_path: Path) -> None:
    """The stalled uploads are of two platforms; one of them is the very one that pushes well."""
    with opened_site(tmp_path, "server", SUPERVISE_BODY_TIMEOUT_S=str(BODY_TIMEOUT_S)) as site:
        tokens = tuple(site.clients(each)[0].token() for each in PLATFORMS)
        good = Platform(site.address(), tokens[0], bodies(20, RECORDS), 0)
        server = site.programs["server"].process.pid
        with elsewhere(2) as start, watched(site) as watch:
            warm, before = pushed(start, good, 0), pushed(start, good, 1)
            tally["MiB before"] = round(resident_mib(server))
            stalled = start(stall, Stalled(site.address(), tokens, BODIES, HEADS, SILENT, STALL_S))
            wait_for_uploads(site, BODIES)
            watch.ms.clear()
            meanwhile = pushed(start, good, 2)
            tally.update(watch.p99_ms())
            tally["MiB meanwhile"] = round(resident_mib(server))
            assert uploads(site) >= BODIES
            ends = stalled.result()
            wait_for_uploads(site, 0)
            after = pushed(start, good, 3)
        ordinary = before + after
        tally.update({f"stalled and {end}": count for end, count in ends.items()})
        tally.update({"p99 ms": p99_ms(ordinary), "p99 ms meanwhile": p99_ms(meanwhile)})
        tally["of the ordinary rate per cent"] = round(200 * rate(meanwhile) / (rate(before) + rate(after)))
        everything = warm + ordinary + meanwhile
        tally.update(asyncio.run(stored(site, accepted(everything))))

        assert {answer.status for answer in everything} == {httpx.codes.OK}
        assert p99_ms(meanwhile) < SLOWER * p99_ms(ordinary)
        assert tally["of the ordinary rate per cent"] > 100 / SLOWER
        assert tally["MiB meanwhile"] - tally["MiB before"] < MEMORY_MIB
        assert ends == {"408": BODIES, "closed": HEADS + SILENT}
        assert watch.failures == []
        assert "request failed" not in site.said


def pushed(start: Start, platform: Platform, phase: int) -> list[Answer]:
    return closed(start, platform, phase, connections=CONNECTIONS, seconds=PUSH_S)


def wait_for_uploads(site: Site, wanted: int) -> None:
    """Until at least so many are under way; none of those that stall, for 0."""
    deadline = time.monotonic() + PATIENCE_S
    while (found := uploads(site)) < wanted or (not wanted and found):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def uploads(site: Site) -> int:
    metrics = httpx.get(f"{site.address()}/metrics", trust_env=False, timeout=PATIENCE_S).text
    [found] = re.findall(r"^supervise_uploads (\d+)", metrics, re.MULTILINE)
    return int(found)
