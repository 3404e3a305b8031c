"""Files of strangers on their way in: who sends slowly keeps nobody waiting but his own address."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest
from fastapi import FastAPI

from app.api.uploads import Uploads
from tests.api.conftest import opened_doors
from tests.server import CloneServer

FILE, OCTETS = "/check/file", {"Content-Type": "application/octet-stream"}
HERE = "http://supervise.test"


@pytest.fixture(scope="module")
async def site(clone_server: CloneServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FastAPI]:
    async with opened_doors(clone_server, tmp_path_factory.mktemp("data")) as (app, _):
        yield app


def from_address(site: FastAPI, address: str) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(site, client=(address, 4711))
    return httpx.AsyncClient(transport=transport, base_url=HERE, headers={"Origin": HERE}, timeout=30)


class Slow:
    """A body whose end waits to be let go."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), asyncio.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"PK"
        self.begun.set()
        await self.may_end.wait()
        yield b"\x03\x04"


async def test_a_slow_file_keeps_only_its_own_address_waiting(site: FastAPI) -> None:
    """The turn is taken by whole files."""
    async with (
        from_address(site, "2001:db8::1") as one,
        from_address(site, "2001:db8::2") as neighbour,
        from_address(site, "203.0.113.7") as other,
    ):
        body = Slow()
        slow = asyncio.create_task(one.post(FILE, content=body, headers=OCTETS))
        await body.begun.wait()
        turn = site.state.resources.files_of_strangers.turn
        with turn.taken(), turn.taken():
            pass  # both are free
        assert (await neighbour.post(FILE, content=b"PK", headers=OCTETS)).status_code == 503
        assert (await neighbour.post("/check", data={"text": '{"proof": {}}'})).status_code == 503
        assert (await other.post(FILE, content=b"PK", headers=OCTETS)).status_code == 200
        body.may_end.set()
        assert (await slow).status_code == 200
        assert (await neighbour.post(FILE, content=b"PK", headers=OCTETS)).status_code == 200


async def test_a_file_of_a_stranger_comes_within_half_a_minute(site: FastAPI) -> None:
    resources = site.state.resources
    assert resources.files_of_strangers.patience_s == 30
    hasty = resources.files_of_strangers._replace(patience_s=0.05)
    site.state.resources = replace(resources, files_of_strangers=hasty)
    try:
        async with from_address(site, "203.0.113.8") as anybody:
            answer = await anybody.post(FILE, content=Slow(), headers=OCTETS)
    finally:
        site.state.resources = resources
    assert answer.status_code == 408


async def test_too_many_on_their_way_cost_the_oldest_its_place(site: FastAPI) -> None:
    resources = site.state.resources
    narrow = resources.files_of_strangers._replace(arriving=Uploads(most=1))
    site.state.resources = replace(resources, files_of_strangers=narrow)
    body = Slow()
    try:
        async with from_address(site, "203.0.113.9") as old, from_address(site, "203.0.113.10") as new:
            oldest = asyncio.create_task(old.post(FILE, content=body, headers=OCTETS))
            await body.begun.wait()
            answer = await new.post(FILE, content=b"PK", headers=OCTETS)
            assert (answer.status_code, (await oldest).status_code) == (200, 503)
    finally:
        site.state.resources = resources
