"""A worker follows receipts within seconds, shares the work, and outlives its database's bad days."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import asyncpg
import pytest
from sqlalchemy import func, select

from app.core import clock
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.models import AssessmentRun, Decision
from app.db.session import Database, reading, transaction
from app.eligibility.pending import pending
from app.ledger.checkpoint_directory import CheckpointDirectory
from app.ledger.outlets import Outlets
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.worker import run
from tests.factories import feeds, intake
from tests.server import CloneServer

PROMPT_S = 2.0
CUT = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1"


@pytest.fixture
def pipeline(database: Database, key_ring: KeyRing) -> Pipeline:
    return Pipeline(database, PolicyLibrary.load(), key_ring)


@asynccontextmanager
async def working(*pipelines: Pipeline) -> AsyncIterator[asyncio.Event]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as workers:
        for pipeline in pipelines:
            workers.create_task(run(pipeline, stop))
        yield stop
        stop.set()


async def receive(database: Database, *numbers: int) -> None:
    """A batch for each of these class groups: closed long ago, one lesson, two enrollments."""
    for number in numbers:
        key = ClassGroupKey(PlatformCode("live-a"), ClassGroupId(f"C{number}"))
        async with transaction(database) as session:
            await feeds.put_class_group(session, key, closed_at=intake.RECEIVED_AT)
            await feeds.put_lesson(session, "S1", key)
            await feeds.put_enrollment(session, "L1", key)
            await feeds.put_enrollment(session, "L2", key)
            batch_id = await intake.add_batch(session, key)
            await intake.touch(session, key=key, batch_id=batch_id)


async def cut_connections(clone_server: CloneServer, database_name: str) -> None:
    connection = await asyncpg.connect(clone_server.server.superuser_url)
    await connection.execute(CUT, database_name)
    await connection.close()


async def until_nothing_is_pending(database: Database, within_s: float = PROMPT_S) -> None:
    async with asyncio.timeout(within_s):
        while True:
            async with reading(database) as session:
                if (await pending(session, clock.now())).pending_enrollments == 0:
                    return
            await asyncio.sleep(0.02)


async def until_it_holds_one(directory: CheckpointDirectory) -> None:
    async with asyncio.timeout(30):
        while True:
            if directory.newest() is not None:
                return
            await asyncio.sleep(0.02)


async def decided(database: Database) -> tuple[int, int]:
    """How many runs and how many decisions."""
    async with reading(database) as session:
        runs = await session.scalar(select(func.count()).select_from(AssessmentRun))
        decisions = await session.scalar(select(func.count()).select_from(Decision))
    return runs or 0, decisions or 0


async def test_a_receipt_is_followed_within_two_seconds_even_after_a_long_rest(pipeline: Pipeline) -> None:
    async with working(pipeline):
        await asyncio.sleep(1)
        await receive(pipeline.database, 1)
        await until_nothing_is_pending(pipeline.database)
    assert await decided(pipeline.database) == (1, 2)


async def test_many_workers_do_everything_once(
    pipeline: Pipeline, database_url: str, key_ring: KeyRing
) -> None:
    numbers = range(40)
    others = [Database.connect(database_url, pool_size=2) for _ in range(2)]
    async with working(pipeline, *(Pipeline(other, pipeline.library, key_ring) for other in others)):
        await receive(pipeline.database, *numbers)
        await until_nothing_is_pending(pipeline.database, within_s=20)
    assert await decided(pipeline.database) == (len(numbers), 2 * len(numbers))
    for other in others:
        await other.dispose()


async def test_a_worker_outlives_the_loss_of_its_connections(
    pipeline: Pipeline, clone_server: CloneServer, database_name: str
) -> None:
    async with working(pipeline):
        await receive(pipeline.database, 1)
        await until_nothing_is_pending(pipeline.database)
        await cut_connections(clone_server, database_name)
        await receive(pipeline.database, 2)
        await until_nothing_is_pending(pipeline.database, within_s=10)
    assert await decided(pipeline.database) == (2, 4)


async def test_a_worker_ends_promptly_when_told(pipeline: Pipeline) -> None:
    async with working(pipeline) as stop:
        await asyncio.sleep(0.2)
        told_at = time.monotonic()
        stop.set()
    assert time.monotonic() - told_at < PROMPT_S


async def test_what_is_received_is_signed_and_leaves_the_house(pipeline: Pipeline, tmp_path: Path) -> None:
    directory = CheckpointDirectory(tmp_path)
    async with working(replace(pipeline, outlets=Outlets(directory))):
        await receive(pipeline.database, 1)
        await until_it_holds_one(directory)
    assert (tmp_path / "checkpoint").exists()
