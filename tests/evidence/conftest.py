"""The doors of tests/api, and a hand of the schema's owner."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from tests.api.conftest import (
    app,
    closed,
    doors,
    enterprise,
    other_platform,
    platform,
    regulator,
    running,
    stranger,
)

__all__ = [
    "app",
    "closed",
    "doors",
    "enterprise",
    "other_platform",
    "platform",
    "regulator",
    "running",
    "stranger",
]


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    """May do what the program may not."""
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()
