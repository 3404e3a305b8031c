"""A platform that is killed while it comes into being: the next start makes database, schema and keys."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from random import Random

import pytest

from tests.faults.audit import audit
from tests.faults.extent import some
from tests.faults.pushers import send
from tests.faults.site import PLATFORMS, Site, empty_site

pytestmark = pytest.mark.long

MOST_KILLS = 2
LONGEST_START_S, LONGEST_MIGRATION_S = 3.0, 1.0
BATCHES = 4


def test_it_is_made_whole_by_the_next_start(
    rounds: int, chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    for number in range(some(rounds)):
        logs = tmp_path / str(number)
        logs.mkdir()
        with empty_site(logs) as site:
            for _ in range(chance.randint(1, MOST_KILLS)):
                site.start("server")
                tally[interrupt(site, chance)] += 1
            site.start("server")
            site.wait_until_ready()
            asyncio.run(site.register())
            push_a_little(site, chance)
            tally.update(asyncio.run(audit(site)))
        assert "Traceback" not in site.said


def interrupt(site: Site, chance: Random) -> str:
    if chance.random() < 1 / 4:
        site.kill_recovering_postgresql(chance.uniform(0, LONGEST_MIGRATION_S))
        site.wait_until_ready()  # nobody helps: the program itself starts it again
        site.kill("server")
        return "kills of the database"
    time.sleep(chance.uniform(0, LONGEST_START_S))
    match chance.randrange(3):
        case 0:
            site.kill("server")  # what it was running goes on beside the next start
            return "kills of the program"
        case 1:
            site.kill_with_children("server")
            return "kills with children"
        case _:
            site.kill_all()
            return "kills with the database"


def push_a_little(site: Site, chance: Random) -> None:
    [stream] = site.journal.streams(chance, 1, PLATFORMS)
    for _ in range(BATCHES):
        sending = next(stream)
        site.journal.note_sending(sending)
        send(site.clients(sending.platform), sending, site.journal)
