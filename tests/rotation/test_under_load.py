"""The ring is rotated while platforms push and read, and a worker is killed over it: nobody notices."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import select

from app.core.vocabulary import Feed
from app.db.models import Resealing
from app.db.session import reading
from app.privacy.keyring import KeyRing
from app.rotation import service
from tests.api.conftest import LIVE
from tests.cli.programs import environment_of, running
from tests.ingest.deliveries import ndjson
from tests.ingest.examples import FULL
from tests.journeys.site import PATIENCE_S, Site, opened_site
from tests.server import CloneServer

NDJSON = {"Content-Type": "application/x-ndjson"}
LEARNERS = 2_000
"""Some pages of the rotation."""
PUSHERS, READERS = 2, 2
PAUSE_S = 0.01


async def test_nothing_fails_and_everything_living_is_under_the_new_key(
    clone_server: CloneServer, tmp_path: Path
) -> None:
    async with opened_site(clone_server, tmp_path) as site:
        platform = await site.doors.signed_in(LIVE)
        for first in range(0, LEARNERS, 1000):
            await push(platform, *range(first, first + 1000))
        assert (await platform.get(READ.format(0))).status_code == 200
        (old,) = await status(site)
        async with under_load(platform) as answers:
            new = (await supervise(site, "keys", "rotate", "--json"))["key_id"]
            await until(lambda: is_midway(site))
            site.worker.process.kill()
            site.worker.process.wait()
            assert (await status(site))[old] > 0
            with running(tmp_path / "second.log", "worker", environment=environment(site)):
                await until(lambda: is_done(site, old))
            answered = len(answers)
            await until(lambda: is_true(len(answers) > answered + 20))
        assert {answer.status_code for answer in answers} == {200}
        told = await supervise(site, "keys", "status", "--json")
        counted = {key["key_id"]: key["living"] for key in told["keys"]}
        assert (counted[old], counted[new] >= 2 * LEARNERS) == (0, True)


READ = f"/api/v1/records/{Feed.enrollments}?class_group_id=C1&learner_id=L{{}}"


async def push(platform: httpx.AsyncClient, *numbers: int, revision: int = 0) -> httpx.Response:
    roster = [
        FULL[Feed.enrollments] | {"learner_id": f"L{number}", "revision": revision, "class_group_id": "C1"}
        for number in numbers
    ]
    content = ndjson(*roster)
    return await platform.post(f"/api/v1/feeds/{Feed.enrollments}", content=content, headers=NDJSON)


@asynccontextmanager
async def under_load(platform: httpx.AsyncClient) -> AsyncIterator[list[httpx.Response]]:
    """Rows change and are opened all the time, by several at once. Yields what was answered so far."""
    answers: list[httpx.Response] = []

    async def push_again(pusher: int) -> None:
        revision = 1
        while True:
            numbers = range(pusher, LEARNERS, 100)
            answers.append(await push(platform, *numbers, revision=revision))
            assert answers[-1].json().get("accepted") == len(numbers), answers[-1].text
            revision += 1
            await asyncio.sleep(PAUSE_S)

    async def read_again(reader: int) -> None:
        number = reader
        while True:
            answers.append(await platform.get(READ.format(number % LEARNERS)))
            assert answers[-1].json().get("id_number", "").endswith("5772"), answers[-1].text
            number += 7
            await asyncio.sleep(PAUSE_S)

    workers = [push_again(number) for number in range(PUSHERS)] + [read_again(n) for n in range(READERS)]
    tasks = [asyncio.create_task(work) for work in workers]
    try:
        yield answers
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
    assert all(isinstance(end, asyncio.CancelledError) for end in ended), ended


async def is_midway(site: Site) -> bool:
    async with reading(site.doors.database) as session:
        statement = select(Resealing.after).where(Resealing.table_name == "enrollments")
        return bool(await session.scalar(statement))


async def is_done(site: Site, old: str) -> bool:
    return (await status(site))[old] == 0


async def is_true(said: bool) -> bool:  # noqa: FBT001 (it is what is said)
    return said


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)


async def status(site: Site) -> Mapping[str, int]:
    """How many living values each key has sealed."""
    ring = KeyRing.load_or_create(site.data_dir / "keyring.json")
    async with reading(site.doors.database) as session:
        return {use.key_id: use.living for use in (await service.status(session, ring)).keys}


async def supervise(site: Site, *arguments: str) -> dict[str, Any]:
    """The command as an operator gives it."""
    command = [sys.executable, "-m", "app.cli", *arguments]
    done = await asyncio.to_thread(
        subprocess.run, command, check=True, capture_output=True, env=environment_of(environment(site))
    )
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def environment(site: Site) -> dict[str, str]:
    return {
        "DATABASE_URL": site.clone_server.program_url(site.database_name),
        "SUPERVISE_DATA_DIR": str(site.data_dir),
        "SUPERVISE_ACCEPT_FORGETFUL_DATABASE": "true",
    }
