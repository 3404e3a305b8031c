"""An hour of the trail that is over, and a hand of the schema's owner that may do what nobody should."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta

import asyncpg
import pytest

from app.core import clock
from app.db.session import Database, transaction
from app.privacy.keyring import KeyRing
from app.trail.digests import close_hours
from app.trail.schemas import Insider
from app.trail.service import record

Close = Callable[[], Awaitable[int]]


@pytest.fixture
async def owner(owner_url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(owner_url)
    yield connection
    await connection.close()


@pytest.fixture
def close(database: Database, key_ring: KeyRing) -> Close:
    """The hours up to this one, as if this one were over too."""
    return lambda: close_hours(database, key_ring, until=clock.now() + timedelta(hours=1))


async def write(database: Database, *actors: str) -> None:
    """An entry of each, each committed alone."""
    for actor in actors:
        async with transaction(database) as session:
            await record(session, Insider(actor), "trail:test", {"learner_id": "L1"})
