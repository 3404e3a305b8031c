"""kill -9 at random moments under load: what has a receipt is there, once, judged as if nothing had been."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.faults.audit import audit
from tests.faults.extent import AGAIN, some
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site

pytestmark = pytest.mark.long

PUSHERS = 6
PROGRESS = 5
"""Receipts between two kills: each meets a platform at work."""
LONGEST_WAIT_S = 0.5
LONGEST_START_S, LONGEST_RECOVERY_S = 2.0, 0.4

Kill = Callable[[Site, Random], None]


def kill_server(site: Site, chance: Random) -> None:
    _kill(site, "server", chance)


def kill_worker(site: Site, chance: Random) -> None:
    _kill(site, "worker", chance)


def _kill(site: Site, name: str, chance: Random) -> None:
    """Now and then once more while it starts."""
    site.kill(name)
    site.start(name)
    if chance.random() < AGAIN:
        time.sleep(chance.uniform(0, LONGEST_START_S))
        site.kill(name)
        site.start(name)


def kill_postgresql(site: Site, chance: Random) -> None:
    """Nobody starts it again but the programs themselves. Now and then once more while it recovers."""
    site.kill_postgresql()
    if chance.random() < AGAIN:
        site.kill_recovering_postgresql(chance.uniform(0, LONGEST_RECOVERY_S))


def kill_one_of_two_servers(site: Site, chance: Random) -> None:
    """Now and then together with PostgreSQL: who takes its place has to wait for that."""
    site.kill_child("servers", chance)
    if chance.random() < AGAIN:
        site.kill_postgresql()


def kill_what_started_two_servers(site: Site, _: Random) -> None:
    site.kill("servers")
    site.wait_until_free("servers")
    site.start("servers")


@pytest.mark.parametrize("kill", [kill_server, kill_worker, kill_postgresql])
def test_nothing_promised_is_lost(
    kill: Kill, rounds: int, chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    with opened_site(tmp_path, "server", "worker", SUPERVISE_WORK_IN_SERVER="false") as site:
        survive(site, kill, rounds, chance, tally)


@pytest.mark.parametrize("kill", [kill_one_of_two_servers, kill_what_started_two_servers])
def test_nothing_promised_by_two_servers_is_lost(
    kill: Kill, rounds: int, chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    with opened_site(tmp_path, "servers", "worker", SUPERVISE_WORK_IN_SERVER="false") as site:
        survive(site, kill, some(rounds), chance, tally)
        assert len(list((site.data / "metrics").iterdir())) == 1, "what a killed server counted stays behind"


def survive(site: Site, kill: Kill, rounds: int, chance: Random, tally: Counter[str]) -> None:
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
