"""Doors for operators."""

import httpx


async def test_a_process_that_is_up_says_so(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/healthz")).json() == {"status": "ok"}


async def test_a_migrated_database_is_ready(stranger: httpx.AsyncClient) -> None:
    assert (await stranger.get("/readyz")).json() == {"status": "ok"}


async def test_requests_are_counted_by_route(stranger: httpx.AsyncClient) -> None:
    await stranger.get("/docs/nothing-like-it")
    await stranger.get("/nowhere/at/all")
    answer = await stranger.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    assert 'supervise_requests_total{method="GET",route="/docs/{asset}",status="404"}' in answer.text
    assert 'supervise_requests_total{method="(none)",route="(none)",status="404"}' in answer.text
    assert "nothing-like-it" not in answer.text
