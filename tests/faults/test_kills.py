"""kill -9 at random moments under load: what has a receipt is there, once, judged as if nothing had been."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.faults.audit import audit
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site

pytestmark = pytest.mark.long

PUSHERS = 6
PROGRESS = 5
"""Receipts between two kills: each meets a platform at work."""
LONGEST_WAIT_S = 1.5
KILLED_AT_START, LONGEST_START_S = 0.3, 3.0


def kill_server(site: Site, chance: Random) -> None:
    _kill(site, "server", chance)


def kill_worker(site: Site, chance: Random) -> None:
    _kill(site, "worker", chance)


def _kill(site: Site, name: str, chance: Random) -> None:
    """Now and then once more while it starts."""
    site.kill(name)
    site.start(name)
    if chance.random() < KILLED_AT_START:
        time.sleep(chance.uniform(0, LONGEST_START_S))
        site.kill(name)
        site.start(name)


def kill_postgresql(site: Site, _: Random) -> None:
    """Nobody starts it again but the programs themselves."""
    site.kill_postgresql()


def kill_one_of_two_servers(site: Site, chance: Random) -> None:
    site.kill_child("servers", chance)


def kill_what_started_two_servers(site: Site, _: Random) -> None:
    site.kill("servers")
    site.wait_until_free("servers")
    site.start("servers")


@pytest.mark.parametrize(
    ("server", "kill"),
    [
        ("server", kill_server),
        ("server", kill_worker),
        ("server", kill_postgresql),
        ("servers", kill_one_of_two_servers),
        ("servers", kill_what_started_two_servers),
    ],
)
def test_nothing_promised_is_lost(
    *,
    server: str,
    kill: Callable[[Site, Random], None],
    rounds: int,
    chance: Random,
    tally: Counter[str],
    tmp_path: Path,
) -> None:
    with opened_site(tmp_path, server, "worker", SUPERVISE_WORK_IN_SERVER="false") as site:
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, site.journal.streams(chance, PUSHERS, PLATFORMS), site.journal):
            for _ in range(rounds):
                site.wait_for_receipts(PROGRESS)
                time.sleep(chance.uniform(0, LONGEST_WAIT_S))
                kill(site, chance)
                site.journal.generation += 1
                tally["kills"] += 1
            site.wait_for_receipts(PROGRESS)
        tally.update(asyncio.run(audit(site)))
        tally.update(site.journal.pauses)
