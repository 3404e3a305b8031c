"""Doors for operators."""

import asyncio

import httpx
import pytest

from app.db import migrate
from tests.api.conftest import Doors


async def test_a_process_that_is_up_says_so(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/healthz")).json() == {"status": "ok"}


async def test_a_migrated_database_is_ready(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/readyz")).json() == {"status": "ok"}


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_probes_may_ask_for_the_head_alone(served: Doors, path: str) -> None:
    client = await served.stranger()
    whole, head = await client.get(path), await client.head(path)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-type"] == whole.headers["content-type"]
    assert set((await client.delete(path)).headers["allow"].split(", ")) == {"GET", "HEAD"}


async def test_requests_are_counted_by_route(stranger: httpx.AsyncClient) -> None:
    await stranger.get("/docs/nothing-like-it")
    await stranger.get("/nowhere/at/all")
    await stranger.request("CONJURE", "/healthz")
    answer = await stranger.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'supervise_requests_total{method="GET",route="/docs/{asset}",status="404"}' in answer.text
    assert 'supervise_requests_total{method="GET",route="(none)",status="404"}' in answer.text
    assert 'supervise_requests_total{method="(other)",route="/healthz",status="405"}' in answer.text
    assert "nothing-like-it" not in answer.text


async def test_a_database_of_another_version_is_not_ready(
    stranger: httpx.AsyncClient, owner_url: str
) -> None:
    await asyncio.to_thread(migrate.downgrade, owner_url, "-1")
    answer = await stranger.get("/readyz")
    assert (answer.status_code, answer.json()["code"]) == (503, "not_migrated")
    assert (await stranger.get("/healthz")).status_code == 200
