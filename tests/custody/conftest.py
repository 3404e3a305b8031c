"""A host of videos with TLS, and a world whose videos are there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.core.config import Settings
from app.custody.service import Custodian
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.custody.world import World, settings_for
from tests.factories import video_host
from tests.factories.video_host import VideoHost


@pytest.fixture
async def host(tmp_path: Path) -> AsyncIterator[VideoHost]:
    async with video_host.running(tmp_path) as running:
        yield running


@pytest.fixture(scope="session")
def library() -> PolicyLibrary:
    return PolicyLibrary.load()


@pytest.fixture
async def world(
    database: Database, library: PolicyLibrary, key_ring: KeyRing, settings: Settings, host: VideoHost
) -> World:
    def outbound(hosts: object) -> object:
        return host.outbound(*hosts)  # type: ignore[misc]

    custodian = Custodian(database, library, key_ring, settings_for(settings), outbound)  # type: ignore[arg-type]
    world = World(database, custodian, host)
    await world.open()
    await world.register_host()
    return world
