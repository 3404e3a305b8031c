"""The data directory is lost under load: what was acknowledged before the last archived segment is back."""

import asyncio
import json
import shutil
import time
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest

from app.client.receipts import Receipt
from tests.cli.programs import Program, data_directory
from tests.faults.audit import audit
from tests.faults.pushers import pushing, send
from tests.faults.site import PATIENCE_S, PLATFORMS, Site, opened_site
from tests.faults.test_power_cut import missing, start_all

pytestmark = pytest.mark.long

PUSHERS = 4
PROGRESS = 30


def test_what_was_archived_comes_back_and_the_rest_is_pushed_again(
    chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    with (
        data_directory() as apart,
        opened_site(tmp_path, "server", "worker", SUPERVISE_WAL_ARCHIVE=str(apart / "wal")) as site,
    ):
        run(site, tmp_path, "keys", "export", apart / "safe")
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, site.journal.streams(chance, PUSHERS, PLATFORMS), site.journal):
            site.wait_for_receipts(PROGRESS)
            run(site, tmp_path, "backup", apart / "backups")
            tally["refused during the backup"] = site.journal.pauses.total()
            site.wait_for_receipts(PROGRESS)
            promised = asyncio.run(archived(site))
            site.wait_for_receipts(PROGRESS)
            lose_everything(site)
            shutil.copy2(apart / "safe/keyring.json", site.data)
            told = run(site, tmp_path, "restore", apart / "backups")
            start_all(site)
            site.wait_until_ready()
            site.wait_for_receipts(PROGRESS)
        tally["promised"] = len(promised)
        tally["lost"] = len(asyncio.run(missing(site, {each.batch_id for each in promised.values()})))
        assert tally["lost"] == 0
        tally["later than the archive, pushed again"] = push_again(site)
        tally["seconds to restore"] = round(told["seconds"]["all"])
        assert told["ledger"]["size"] >= told["last_ledger_index"] > 0
        tally.update(asyncio.run(audit(site)))


def run(site: Site, logs: Path, *words: str | Path) -> Any:  # noqa: ANN401 (JSON)
    """A command beside the programs; what it answers."""
    log = logs / f"{'-'.join(map(str, words[:2])).replace('/', '_')}.log"
    program = Program(log, *map(str, words), "--json", environment=site._environment)
    assert program.process.wait(PATIENCE_S) == 0, program.output
    return json.loads(program.output[program.output.index("{") :])


async def archived(site: Site) -> Mapping[str, Receipt]:
    """The receipts that had arrived; what they promise lies in the archive when this returns."""
    with site.journal.lock:
        promised = dict(site.journal.receipts)
    connection = await asyncpg.connect(site.state.superuser_url)
    name = await connection.fetchval("SELECT pg_walfile_name(pg_switch_wal())")
    await connection.close()
    deadline = time.monotonic() + PATIENCE_S
    while not (Path(site.state.wal_directory or "") / name).exists():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)
    return promised


def lose_everything(site: Site) -> None:
    """Programs, database, key ring, spool: all that lay in the data directory."""
    site.kill_all()
    for each in site.data.iterdir():
        shutil.rmtree(each) if each.is_dir() else each.unlink()


def push_again(site: Site) -> int:
    """As the platforms do when they are told since when something may be missing."""
    stored = asyncio.run(missing(site, {each.batch_id for each in site.journal.receipts.values()}))
    lost = [each for each in site.journal.sent if site.journal.receipts[each.key].batch_id in stored]
    for sending in lost:
        del site.journal.receipts[sending.key]
        send(site.clients(sending.platform), sending, site.journal)
    return len(lost)
