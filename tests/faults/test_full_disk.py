"""A disk full to the last byte: everybody is told to come back, and once there is room all is well."""

import asyncio
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from random import Random

import asyncpg
import httpx
import pytest

from app.client import Batch
from tests.faults.audit import audit
from tests.faults.disk import full, small_disk
from tests.faults.extent import some
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site

pytestmark = pytest.mark.long

PUSHERS = 4
PROGRESS = 20
REFUSALS = 20
SPOOLED = 2 * 1024 * 1024
LONGEST_FULL_S = 60.0
SEGMENTS = 8
"""More than lie ready."""


def test_a_full_disk_loses_nothing(rounds: int, chance: Random, tally: Counter[str], tmp_path: Path) -> None:
    with opened_site(tmp_path, "server", "worker", disk=small_disk()) as site:
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, site.journal.streams(chance, PUSHERS, PLATFORMS), site.journal):
            for number in range(some(rounds)):
                site.wait_for_receipts(PROGRESS)
                with full(site.data):
                    if number % 2:
                        asyncio.run(want_more_log(site))
                        tally["of them for the log"] += 1
                    wait_for_refusals(site)
                    assert status_of_a_large_body(site) == httpx.codes.SERVICE_UNAVAILABLE
                tally["full disks"] += 1
                site.journal.generation += 1
            site.wait_for_receipts(PROGRESS)
        tally.update(asyncio.run(audit(site)))
        tally.update(site.journal.pauses)
        assert site.journal.pauses.keys() - {"HTTP 429"} == {"HTTP 503"}
        assert "request failed" not in site.said


def wait_for_refusals(site: Site) -> None:
    """Small batches may still find room in pages that are there already."""
    wanted, deadline = site.journal.pauses.total() + REFUSALS, time.monotonic() + LONGEST_FULL_S
    while site.journal.pauses.total() < wanted and time.monotonic() < deadline:
        assert site.journal.failures == []
        time.sleep(0.05)


async def want_more_log(site: Site) -> None:
    """PostgreSQL gives up where it finds no room for its log, and again each time it is started."""
    with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        await site.administer(*["SELECT pg_switch_wal()", "CHECKPOINT"] * SEGMENTS)


def status_of_a_large_body(site: Site) -> int:
    """One that does not fit into memory and finds no room beside it."""
    client = site.clients(PLATFORMS[0])[0]
    line = b'{"colour":"%b"}' % (b"x" * SPOOLED)
    headers = {"Authorization": f"Bearer {client.token()}", "Content-Type": "application/x-ndjson"}
    with httpx.Client(base_url=site.address(), trust_env=False, timeout=60) as http:
        answer = http.post("/api/v1/feeds/lessons", content=Batch((line,)).body, headers=headers)
    assert int(answer.headers.get("Retry-After", "0")) > 0, answer.text
    return answer.status_code
