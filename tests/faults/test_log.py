"""kill -9 between every two steps of sequence, integrate and publish, and at random: the log never forks."""

import asyncio
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random

import pytest

from app.core import clock
from app.db.session import Database, reading, transaction
from app.ledger import checkpoints_repository, log_keys, service
from app.ledger.publication import Publishing, publish
from app.privacy.keyring import KeyRing
from tests.faults.audit import audit
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site
from tests.ledger.log import enqueue_some, leaves_of
from tests.ledger.test_publication import assert_honest

pytestmark = pytest.mark.long

MORE_THAN_A_TILE = 300
PATIENCE_S = 60
WORKERS = ("worker-1", "worker-2", "worker-3", "worker-4")
SERVERS = ("server-1", "server-2")
PROGRESS = 5
LONGEST_WAIT_S = 0.8


def ends_by_itself(url: str, ring: Path, memory: Path, step: int) -> bool:
    """False: it was killed before its step of this number."""
    arguments = [url, str(ring), str(memory), str(step)]
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.log_steps", *arguments],
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr.decode()
    return done.returncode == 0


async def notes_of(database: Database) -> set[str]:
    async with reading(database) as session:
        found = await checkpoints_repository.checkpoints(session, None, 100_000)
    return {each.note for each in found}


async def test_killed_between_every_two_steps(
    database: Database, database_url: str, tmp_path: Path, tally: Counter[str]
) -> None:
    """Each begins where the one before died; now and then one is let through. A key comes in the middle."""
    ring, memory = tmp_path / "keyring.json", tmp_path / "ledger-signed"
    key_ring, seen, step = KeyRing.load_or_create(ring), set[str](), 0
    while True:
        await enqueue_some(database, MORE_THAN_A_TILE if step % 5 == 0 else 1)
        if step == 20:
            async with transaction(database) as session:
                await log_keys.add(session, key_ring, None, clock.now())
        if step % 4 == 0:
            await publish(database, key_ring, Publishing(memory=memory))
            await enqueue_some(database, 1)
        if await asyncio.to_thread(ends_by_itself, database_url, ring, memory, step):
            break
        notes = await notes_of(database)
        assert seen <= notes
        seen, step = notes, step + 1
    tally["kills"], tally["checkpoints"] = step, len(seen)
    assert step > 30
    last = await publish(database, key_ring, Publishing(memory=memory))
    assert last is not None
    assert last.size == len(await leaves_of(database))
    async with reading(database) as session:
        assert (await service.state(session)).alarms == []
    await assert_honest(database)


def test_killed_at_random_with_two_servers_and_four_workers(
    rounds: int, chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    with opened_site(tmp_path, *SERVERS, *WORKERS, SUPERVISE_CHECKPOINT_EVERY_S="1") as site:
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, site.journal.streams(chance, 4, PLATFORMS), site.journal):
            seen = set[str]()
            for _ in range(rounds):
                site.wait_for_receipts(PROGRESS)
                time.sleep(chance.uniform(0, LONGEST_WAIT_S))
                seen |= asyncio.run(published_on(site, seen))
                strike(site, chance)
                site.journal.generation += 1
                tally["kills"] += 1
            site.wait_for_receipts(PROGRESS)
        tally.update(asyncio.run(audit(site)))
        tally["checkpoints"] = asyncio.run(held(site, seen))


def strike(site: Site, chance: Random) -> None:
    victim = chance.choice((*SERVERS, *WORKERS, "postgresql"))
    if victim == "postgresql":
        site.kill_postgresql()
    else:
        site.kill(victim)
        site.start(victim)


async def published_on(site: Site, seen: set[str]) -> set[str]:
    """What was published once stays."""
    while True:
        try:
            async with database_of(site) as database:
                notes = await notes_of(database)
        except Exception:  # noqa: BLE001 - the database was killed a moment ago, however that shows
            await asyncio.sleep(0.1)
            continue
        assert seen <= notes
        return notes


async def held(site: Site, seen: set[str]) -> int:
    async with database_of(site) as database:
        await publish(database, site.key_ring, Publishing(memory=site.data / "ledger-signed"))
        async with reading(database) as session:
            assert (await service.state(session)).alarms == []
        await assert_honest(database)
        notes = await notes_of(database)
    assert seen <= notes
    return len(notes)


@asynccontextmanager
async def database_of(site: Site) -> AsyncIterator[Database]:
    database = Database.connect(site.state.program_url, pool_size=1)
    try:
        yield database
    finally:
        await database.dispose()
