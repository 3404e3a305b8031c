"""In whatever order, batches and number of copies records come: what comes out is the same.

Through ingest, sequencer and assessment on real PostgreSQL, for records without two contents at one revision.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from itertools import count
from typing import Any, NamedTuple
from uuid import uuid4

import asyncpg
import msgspec
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.faults.extent import SEED, examples
from tests.faults.load import KEYS, Key, record
from tests.faults.promises import CLASS_GROUPS, FINDINGS, STANDINGS, plain_rows, rows_of
from tests.ingest.deliveries import deliver

pytestmark = pytest.mark.long

PLATFORMS = (PlatformCode(f"order-{number}") for number in count())


class Told(NamedTuple):
    feed: Feed
    key: Key
    revision: int


class Delivered(NamedTuple):
    """A batch, whether it is repeated under its key, and whether the worker is done before the next one."""

    feed: Feed
    records: Sequence[Told]
    is_repeated: bool
    is_assessed: bool


def told(feed: Feed) -> st.SearchStrategy[Told]:
    """Of a term so small that most records have to do with each other."""
    few = {"class_group_id": ["C1", "C1", "C2"], "learner_id": ["L1", "L2"], "lesson_id": ["S1", "S2"]}
    thirds = {"session_id": ["X1", "X2"], "answer_id": ["A1", "A2"]}
    key = st.tuples(*(st.sampled_from((few | thirds)[name]) for name in KEYS[feed]))
    return st.builds(Told, st.just(feed), key, st.integers(0, 3))


@st.composite
def deliveries(draw: st.DrawFn, records: Sequence[Told]) -> list[Delivered]:
    copies = draw(st.lists(st.sampled_from(records), max_size=4))
    batches: list[tuple[Feed, list[Told]]] = []
    for each in draw(st.permutations([*records, *copies])):
        if batches and batches[-1][0] is each.feed and draw(st.booleans()):
            batches[-1][1].append(each)
        else:
            batches.append((each.feed, [each]))
    return [Delivered(*batch, draw(st.booleans()), draw(st.integers(0, 5)) == 0) for batch in batches]


CORE = (
    Told(Feed.class_groups, ("C1",), 1),
    Told(Feed.lessons, ("C1", "S1"), 0),
    Told(Feed.enrollments, ("C1", "L1"), 0),
)
"""Without these there is nothing to judge."""
histories = st.lists(st.one_of([told(feed) for feed in KEYS]), min_size=1, max_size=16, unique=True).map(
    lambda drawn: list(dict.fromkeys([*CORE, *drawn]))
)


@seed(SEED)
@settings(
    max_examples=examples(),
    deadline=None,
    suppress_health_check=[
        HealthCheck.function_scoped_fixture,
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
    ],
)
@given(data=st.data())
async def test_the_order_of_delivery_changes_nothing(
    database: Database, database_url: str, key_ring: KeyRing, tally: Counter[str], data: st.DataObject
) -> None:
    records = data.draw(histories)
    plans = [in_one_go(records), data.draw(deliveries(records)), data.draw(deliveries(records))]
    pipeline = Pipeline(database, PolicyLibrary.load(), key_ring)
    connection = await asyncpg.connect(database_url)
    results = []
    for plan in plans:
        platform = next(PLATFORMS)
        for delivered in plan:
            await hand_in(database, key_ring, platform, delivered)
            if delivered.is_assessed:
                await settle(pipeline)
        await settle(pipeline)
        results.append(await outcome(connection, platform))
        tally["deliveries"] += 1
    await connection.close()
    assert results[1] == results[0]
    assert results[2] == results[0]


def in_one_go(records: Sequence[Told]) -> list[Delivered]:
    """The highest revisions alone, each feed in one batch."""
    highest = {(each.feed, each.key): each for each in sorted(records, key=lambda each: each.revision)}
    feeds = dict.fromkeys(each.feed for each in records)
    return [
        Delivered(feed, [each for each in highest.values() if each.feed is feed], False, False)
        for feed in feeds
    ]


async def hand_in(database: Database, key_ring: KeyRing, platform: PlatformCode, batch: Delivered) -> None:
    lines = [msgspec.json.encode(record(*each)) for each in batch.records]
    key = str(uuid4())
    first, *again = [
        await deliver(database, key_ring, batch.feed, *lines, platform=platform, idempotency_key=key)
        for _ in range(1 + batch.is_repeated)
    ]
    assert first.batch.counts.rejected == 0
    assert all(each.is_replay and each.batch.batch_id == first.batch.batch_id for each in again)


async def settle(pipeline: Pipeline) -> None:
    while not (await pipeline.run_round(asyncio.Event())).was_idle:
        pass


async def outcome(connection: asyncpg.Connection, platform: PlatformCode) -> list[Any]:
    rows = [plain_rows(await connection.fetch(rows_of(feed), platform)) for feed in KEYS]
    return rows + [await connection.fetch(each, platform) for each in (STANDINGS, CLASS_GROUPS, FINDINGS)]
