"""Workers take the log along: it is signed at intervals, and where it refuses everything else goes on."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from app import worker
from app.db.session import Database, ReadSession, reading
from app.ledger import repository, service
from app.ledger.publication import Publishing
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.ledger.log import behind_the_back, enqueue_some
from tests.ledger.test_publication import assert_honest

PATIENCE_S = 30
FLIP_THE_ROOT = "UPDATE ledger_tree SET root = set_byte(root, 0, get_byte(root, 0) # 1)"


@pytest.fixture
def pipeline(database: Database, key_ring: KeyRing, tmp_path: Path) -> Pipeline:
    publishing = Publishing(timedelta(milliseconds=50), tmp_path / "ledger-signed")
    return Pipeline(database, PolicyLibrary.load(), key_ring, publishing)


@asynccontextmanager
async def working(*pipelines: Pipeline) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as workers:
        for pipeline in pipelines:
            workers.create_task(worker.run(pipeline, stop))
        try:
            yield
        finally:
            stop.set()


async def until(database: Database, is_so: Callable[[ReadSession], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            async with reading(database, repeatable=True) as session:
                if await is_so(session):
                    return
            await asyncio.sleep(0.02)


async def is_all_published(session: ReadSession) -> bool:
    state = await service.state(session)
    waiting, _ = await repository.waiting(session, 1)
    return not waiting and state.published is not None and state.published.size == state.sequenced


async def test_all_of_it_is_soon_in_a_checkpoint(database: Database, pipeline: Pipeline) -> None:
    async with working(pipeline, pipeline):
        for _ in range(3):
            await enqueue_some(database, 40)
            await until(database, is_all_published)
    await assert_honest(database)


async def test_one_that_refuses_holds_up_nothing_else(
    database: Database, owner_url: str, pipeline: Pipeline
) -> None:
    async def is_refused(session: ReadSession) -> bool:
        return (await service.state(session)).refused is not None

    async def is_sequenced(session: ReadSession) -> bool:
        return await repository.ledger_size(session) == 40

    await behind_the_back(owner_url, FLIP_THE_ROOT)
    async with working(pipeline):
        await enqueue_some(database, 20)
        await until(database, is_refused)
        await enqueue_some(database, 20)
        await until(database, is_sequenced)
    async with reading(database, repeatable=True) as session:
        state = await service.state(session)
    assert (state.published, [each.kind for each in state.alarms]) == (None, ["tree_altered"])


async def test_after_a_refusal_the_worker_rests(
    database: Database, owner_url: str, pipeline: Pipeline
) -> None:
    await behind_the_back(owner_url, FLIP_THE_ROOT)
    await enqueue_some(database, 1)
    await pipeline.run_round(asyncio.Event())
    assert await worker._Log(pipeline).next() == worker.AFTER_REFUSAL_S


async def test_a_name_that_is_not_the_logs_is_told_now_and_then(
    database: Database, pipeline: Pipeline
) -> None:
    await enqueue_some(database, 3)
    async with working(pipeline):
        await until(database, is_all_published)
    await enqueue_some(database, 1)
    await pipeline.run_round(asyncio.Event())
    misnamed = replace(pipeline, publishing=Publishing(timedelta(0), origin="supervise.example/other"))
    assert await worker._Log(misnamed).next() == worker.AFTER_REFUSAL_S
