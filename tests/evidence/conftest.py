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
from tests.server import CloneServer

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


@pytest.fixture
async def superuser(clone_server: CloneServer, database_name: str) -> AsyncIterator[asyncpg.Connection]:
    """No trigger stops it."""
    connection = await asyncpg.connect(clone_server.superuser_url(database_name))
    await connection.execute("SET session_replication_role = replica")
    yield connection
    await connection.close()
