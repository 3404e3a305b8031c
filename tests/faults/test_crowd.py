"""Many pushers with overlapping keys, two servers and three workers: nobody waits in a circle."""

import asyncio
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from pathlib import Path
from random import Random
from uuid import uuid4

import msgspec
import pytest

from app.client import Batch, Receipt
from app.core.vocabulary import Feed
from tests.faults.audit import audit
from tests.faults.load import Sending, record, sendings
from tests.faults.pushers import pushing
from tests.faults.site import PLATFORMS, Site, opened_site
from tests.ingest.examples import changed

pytestmark = pytest.mark.long

PUSHERS = 16
STREAMS = 12
RECEIPTS_A_ROUND = 60
SENDINGS_OF_A_GENERATION = 10
CONFLICTING = 20
LARGE = 5000
PATIENT = "600"
"""Nobody is turned away before it waits: what turns a batch away here is a lock."""
STANDING = "SELECT count(*) FROM learning_records WHERE revision = $1"
DEADLOCKS = "SELECT deadlocks FROM pg_stat_database WHERE datname = 'supervise'"


def test_revisions_win_and_nobody_is_turned_away(
    rounds: int, chance: Random, tally: Counter[str], tmp_path: Path
) -> None:
    names = ("server-1", "server-2", "worker-1", "worker-2", "worker-3")
    with opened_site(tmp_path, *names, SUPERVISE_LONGEST_WAIT_S=PATIENT) as site:
        clients = {platform: site.clients(platform) for platform in PLATFORMS}
        with pushing(clients, streams_of(chance), site.journal):
            for _ in range(rounds):
                site.wait_for_receipts(RECEIPTS_A_ROUND)
        tally.update(asyncio.run(audit(site)))
        tally.update(pauses=site.journal.pauses.total(), deadlocks=asyncio.run(site.asked(DEADLOCKS)))
        assert (tally["pauses"], tally["deadlocks"]) == (0, 0)
        tally["conflicts"] = sum(of_conflicting_records_one_stands(site) for _ in range(rounds))


def test_large_batches_about_the_same_rows_wait_for_each_other(tally: Counter[str], tmp_path: Path) -> None:
    """Few are worked on at once, so none waits as long as a lock may be waited for (app/db/session.py)."""
    with opened_site(tmp_path, "server-1", "server-2", SUPERVISE_LONGEST_WAIT_S=PATIENT) as site:
        clients = site.clients(PLATFORMS[0])
        batches = [large_batch(revision) for revision in range(PUSHERS)]
        with ThreadPoolExecutor(PUSHERS) as pool:
            receipts = list(
                pool.map(lambda at: clients[at % 2].send("learning-records", batches[at]), range(PUSHERS))
            )
        tally.update(records=sum(receipt.received for receipt in receipts))
        assert {(receipt.accepted, receipt.stale) for receipt in receipts} <= {(LARGE, 0), (0, LARGE)}
        assert asyncio.run(site.asked(STANDING, PUSHERS - 1)) == LARGE
        tally.update(pauses=site.journal.pauses.total(), deadlocks=asyncio.run(site.asked(DEADLOCKS)))
        assert (tally["pauses"], tally["deadlocks"], site.journal.failures) == (0, 0, [])


def large_batch(revision: int) -> Batch:
    """All of one class group, and so behind one lock."""
    keys = [("C1", f"L{number}", "X1") for number in range(LARGE)]
    return Batch(tuple(msgspec.json.encode(record(Feed.learning_records, key, revision)) for key in keys))


def streams_of(chance: Random) -> list[Iterator[Sending]]:
    """Some of them twice: the same keys at the same moment, often on different servers."""
    seeds = [chance.random() for _ in range(STREAMS)]
    return [sendings(seed, PLATFORMS, paced()) for seed in seeds + seeds[: PUSHERS - STREAMS]]


def paced() -> Callable[[], int]:
    """The same generation for the same sending, whoever pushes it."""
    numbers = count()
    return lambda: next(numbers) // SENDINGS_OF_A_GENERATION


def of_conflicting_records_one_stands(site: Site) -> int:
    """All say something else of one revision at once: the first merged is accepted, the others are told."""
    clients = site.clients(PLATFORMS[0])
    lesson_id = str(uuid4())
    said = [
        changed(Feed.attendance, lesson_id=lesson_id, signed_in_at=f"2026-03-02T09:{minute:02}:00+08:00")
        for minute in range(CONFLICTING)
    ]
    batches = [Batch((msgspec.json.encode(each),)) for each in said]
    with ThreadPoolExecutor(CONFLICTING) as pool:
        receipts = list(
            pool.map(lambda at: clients[at % 2].send("attendance", batches[at]), range(CONFLICTING))
        )
    [winner] = [at for at, receipt in enumerate(receipts) if receipt.accepted]
    losers = receipts[:winner] + receipts[winner + 1 :]
    assert {_verdict(receipt) for receipt in losers} == {("revision_conflict", 0)}
    key = {name: said[winner][name] for name in ("class_group_id", "learner_id", "lesson_id")}
    stored = clients[0].get("/api/v1/records/attendance", **key)
    assert f":{winner:02}:00" in stored["signed_in_at"], stored
    return len(losers)


def _verdict(receipt: Receipt) -> tuple[str, int | None]:
    [error] = receipt.rejections[0].errors
    return error.code, error.current_revision
