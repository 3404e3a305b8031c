"""One furnished world for all tests of a worker; each test gets a copy of it."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from app.audit.schemas import EVERYTHING, DeepCheck, Difference, Since
from app.audit.service import Checking, deep_check
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.audit.world import connected, furnish, library_of
from tests.server import CloneServer


@dataclass(frozen=True)
class World:
    """`name`: of its database."""

    name: str
    key_ring: KeyRing
    packs: Path

    @property
    def library(self) -> PolicyLibrary:
        return library_of(self.packs)


@dataclass(frozen=True)
class Copy:
    """Of the world; `owner` may do what nobody should."""

    database: Database
    owner: asyncpg.Connection
    world: World

    @property
    def checking(self) -> Checking:
        return Checking(self.database, self.world.key_ring, self.world.library)

    async def check(self, since: Since = EVERYTHING) -> DeepCheck:
        return (await deep_check(self.checking, since))[0]

    async def differences(self, since: Since = EVERYTHING) -> list[Difference]:
        return list((await deep_check(self.checking, since))[1])


@pytest.fixture(scope="session")
async def furnished(
    clone_server: CloneServer, key_ring: KeyRing, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[World]:
    world = World(f"world_{uuid4().hex}", key_ring, tmp_path_factory.mktemp("packs"))
    await clone_server.create(world.name)
    async with connected(clone_server.program_url(world.name)) as database:
        await furnish(database, key_ring, world.packs)
    yield world
    await clone_server.drop(world.name)


@pytest.fixture
async def copy(clone_server: CloneServer, furnished: World) -> AsyncIterator[Copy]:
    name = f"copy_{uuid4().hex}"
    await clone_server.administer(
        f"CREATE DATABASE {name} TEMPLATE {furnished.name} STRATEGY FILE_COPY OWNER supervise_owner"
    )
    owner = await asyncpg.connect(clone_server.superuser_url(name))
    try:
        async with connected(clone_server.program_url(name)) as database:
            yield Copy(database, owner, furnished)
    finally:
        await owner.close()
        await clone_server.drop(name)
