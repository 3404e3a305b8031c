"""SIGTERM under load, as a container gets it: whoever was let in gets an answer, and the exit status is 0."""

import asyncio
import json
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from app.accounts.service import add_client
from app.api.examples import EXAMPLES
from app.core import clock
from app.core.vocabulary import Feed
from app.db.models import Batch
from app.db.session import Database, reading, transaction
from tests.api.conftest import LIVE, account_form
from tests.cli.programs import Program, running

ORDERLY_S = 25
PUSHERS = 12
RECORD = json.dumps(EXAMPLES[Feed.attendance]).encode()


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_requests_that_run_are_answered_before_the_end(
    workers: str, foreign: dict[str, str], database: Database, tmp_path: Path
) -> None:
    arguments = ("serve", "--port", "0", "--workers", workers)
    with running(tmp_path / "log", *arguments, environment=foreign) as program:
        address = await asyncio.to_thread(program.address)
        answers, seconds, status = await stopped_under_load(program, address, database)
    assert status == 0
    assert seconds < ORDERLY_S
    assert [answer.status_code for answer in answers] == [200] * PUSHERS
    async with reading(database) as session:
        for answer in answers:
            assert await session.get(Batch, answer.json()["batch_id"]) is not None
    lines = [json.loads(line) for line in program.output.splitlines()]
    assert all({"event", "level", "timestamp", "logger"} <= line.keys() for line in lines)
    assert not [line for line in lines if line["level"] in {"error", "critical"}]


async def stopped_under_load(
    program: Program, address: str, database: Database
) -> tuple[list[httpx.Response], float, int]:
    """The end is asked for while every body is on its way; the bodies come whole a little later."""
    async with httpx.AsyncClient(trust_env=False, base_url=address, timeout=60) as client:
        await sign_in(client, database)
        bodies = [SlowBody(number) for number in range(PUSHERS)]
        pushes = [asyncio.create_task(push(client, body)) for body in bodies]
        await asyncio.gather(*(body.is_under_way.wait() for body in bodies))
        await asyncio.sleep(0.5)  # and has reached the server
        started = time.monotonic()
        program.process.send_signal(signal.SIGTERM)
        await asyncio.sleep(1)
        for body in bodies:
            body.may_end.set()
        answers = await asyncio.gather(*pushes)
        status = await asyncio.to_thread(program.process.wait, 60)
        return answers, time.monotonic() - started, status


class SlowBody:
    def __init__(self, number: int) -> None:
        self.content = RECORD.replace(b'"L0001"', f'"L{number}"'.encode())
        self.is_under_way, self.may_end = asyncio.Event(), asyncio.Event()

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.content[:20]
        self.is_under_way.set()
        await self.may_end.wait()
        yield self.content[20:]


async def push(client: httpx.AsyncClient, body: SlowBody) -> httpx.Response:
    headers = {"Content-Type": "application/x-ndjson"}
    return await client.post("/api/v1/feeds/attendance", content=body.chunks(), headers=headers)


async def sign_in(client: httpx.AsyncClient, database: Database) -> None:
    async with transaction(database) as session:
        account = await add_client(session, LIVE, clock.now())
    form = {"grant_type": "client_credentials", **account_form(account)}
    answer = await client.post("/oauth/token", data=form)
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
