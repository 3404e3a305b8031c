"""The doors of tests/api, and a term that is pushed, decided and in two checkpoints."""

from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from app.api.examples import EXAMPLES
from app.core.vocabulary import Feed
from tests.api.conftest import app, closed, doors, platform, regulator, running
from tests.api.term import CLOSED, push, push_term, settle

__all__ = ["app", "closed", "doors", "platform", "regulator", "running"]


@pytest.fixture
async def published(
    app: FastAPI, platform: httpx.AsyncClient, regulator: httpx.AsyncClient
) -> list[dict[str, Any]]:
    """Of a ledger that grew between the two."""
    await push_term(platform, **CLOSED)
    checkpoints = [await publish(regulator)]
    await push(platform, Feed.enterprises, {**EXAMPLES[Feed.enterprises], "revision": 2})
    await settle(app)
    return [*checkpoints, await publish(regulator)]


async def publish(regulator: httpx.AsyncClient) -> dict[str, Any]:
    answer = await regulator.post("/api/v1/ledger/checkpoints")
    assert answer.status_code == 200, answer.text
    told: dict[str, Any] = answer.json()
    return told
