"""The power goes at random moments under load: what has a receipt had reached the disk."""

import asyncio
import time
from collections import Counter
from pathlib import Path
from random import Random

import asyncpg
import pytest

from tests.cli.programs import Program
from tests.faults.audit import audit
from tests.faults.extent import AGAIN
from tests.faults.power import QUIET, cut
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site

pytestmark = pytest.mark.long

PUSHERS = 6
PROGRESS = 10
LONGEST_WAIT_S = 0.5
LONGEST_START_S = 2.0
TEETH = 3
"""Power cuts of a forgetful database: they lose something."""
FORGETFUL = (
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET wal_writer_delay = '2s'",  # so long may the log lag behind, also on a slow machine
    "SELECT pg_reload_conf()",
)


def test_nothing_promised_is_lost(rounds: int, chance: Random, tally: Counter[str], tmp_path: Path) -> None:
    with opened_site(tmp_path, "server", "worker", SUPERVISE_WORK_IN_SERVER="false") as site:
        asyncio.run(site.administer(*QUIET))
        tally["lost"] = lost_in(site, rounds, chance, tally)
        assert tally["lost"] == 0
        tally.update(asyncio.run(audit(site)))


def test_a_forgetful_database_is_found_out_and_refused(
    chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    """The same test loses receipts where a commit does not wait for the disk: it has teeth."""
    with opened_site(
        tmp_path,
        "server",
        "worker",
        SUPERVISE_WORK_IN_SERVER="false",
        SUPERVISE_ACCEPT_FORGETFUL_DATABASE="true",
    ) as site:
        asyncio.run(site.administer(*QUIET, *FORGETFUL))
        tally["lost"] = lost_in(site, TEETH, chance, tally)
        assert tally["lost"] > 0
        environment = {"SUPERVISE_DATA_DIR": str(site.data)}
        refused = Program(tmp_path / "refused.log", "serve", "--port", "0", environment=environment)
        assert refused.process.wait(60) == 1
        assert "synchronous_commit set to off" in refused.output


def lost_in(site: Site, rounds: int, chance: Random, tally: Counter[str]) -> int:
    """Receipts whose batch is not there when the power is back, over all power cuts."""
    clients = {platform: site.clients(platform) for platform in PLATFORMS}
    streams = site.journal.streams(chance, PUSHERS, PLATFORMS, repeated=0)
    lost: set[str] = set()
    with pushing(clients, streams, site.journal):
        for _ in range(rounds):
            site.wait_for_receipts(PROGRESS)
            time.sleep(chance.uniform(0, LONGEST_WAIT_S))
            promised = {receipt.batch_id for receipt in asyncio.run(cut(site)).values()}
            tally["power cuts"] += 1
            site.journal.generation += 1
            start_all(site)
            if chance.random() < AGAIN:
                time.sleep(chance.uniform(0, LONGEST_START_S))
                site.kill_all()
                start_all(site)
                tally["kills of what comes back"] += 1
            site.wait_until_ready()
            lost |= asyncio.run(missing(site, promised))
    tally["promised"] = len(promised)
    return len(lost)


def start_all(site: Site) -> None:
    for name in site.programs:
        site.start(name)


async def missing(site: Site, promised: set[str]) -> set[str]:
    connection = await asyncpg.connect(site.state.program_url)
    stored = await connection.fetch("SELECT batch_id FROM batches WHERE batch_id = ANY($1)", list(promised))
    await connection.close()
    return promised - {str(row["batch_id"]) for row in stored}
