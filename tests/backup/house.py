"""A place with a database that archives its log, a base backup, and what happened after it."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import asyncpg

from app.backup.manifest import read
from app.backup.restoring import Wish
from app.backup.service import Source, take_backup
from app.core.vocabulary import Feed
from app.db import embedded
from app.db.embedded import Archiving
from app.db.migrate import upgrade
from app.db.session import Database
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.ingest.deliveries import deliver
from tests.ingest.examples import FULL
from tests.unguarded import unguarded

PATIENCE_S = 60
OWNER_S_ACT = unguarded("DELETE FROM enrollments")


@dataclass(frozen=True, slots=True)
class House:
    """`before_the_act`: everything had been told, and nothing was lost yet."""

    root: Path
    before_the_act: datetime | None = None

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def ring(self) -> Path:
        return self.root / "ring/keyring.json"

    @property
    def backups(self) -> Path:
        return self.root / "backups"

    @property
    def archive(self) -> Path:
        """Of the cluster that was backed up."""
        return self.root / "wal" / Path(read(self.backup).manifest.wal_directory or "").name

    @property
    def base(self) -> Path:
        return self.backup / "base"

    @property
    def backup(self) -> Path:
        (directory,) = (each for each in self.backups.iterdir() if not each.name.endswith(".draft"))
        return directory

    @contextmanager
    def served(self, data: Path | None = None, archive: str | None = "wal") -> Iterator[embedded.Server]:
        wish = archive and str(self.root / archive)
        with embedded.lease(data or self.data, archiving=Archiving(wish, 3600)) as server:
            yield server

    def wish(self, data: Path, **changes: Any) -> Wish:  # noqa: ANN401
        return replace(Wish(self.backups, data, self.ring, wal_root=self.root / "wal"), **changes)


def furnish(house: House) -> House:
    """A class group is judged, a backup taken, a learner told, and then the owner deletes all enrollments."""
    with house.served() as server:
        upgrade(server.owner_url)
        key_ring = KeyRing.load_or_create(house.ring)
        asyncio.run(tell(server, key_ring, "L1"))
        take(house, server)
        asyncio.run(tell(server, key_ring, "L2"))
        moment: datetime = asyncio.run(ask(server.superuser_url, "SELECT clock_timestamp()"))
        asyncio.run(do(server.owner_url, OWNER_S_ACT))
        asyncio.run(archived(server))
    return replace(house, before_the_act=moment)


def take(house: House, server: embedded.Server, *, ring: Path | None = None) -> None:
    source = Source(
        server.program_url,
        server.superuser_url,
        server.binaries.directory,
        is_embedded=True,
        wal_directory=server.state.wal_directory,
    )
    take_backup(house.backups, source, ring or house.ring)


async def tell(server: embedded.Server, key_ring: KeyRing, learner_id: str) -> None:
    """Of one more learner in a class group that is closed; until the decision has its index."""
    database = Database.connect(server.program_url)
    try:
        await deliver(database, key_ring, Feed.class_groups, FULL[Feed.class_groups])
        enrollment = FULL[Feed.enrollments] | {"learner_id": learner_id}
        await deliver(database, key_ring, Feed.enrollments, enrollment)
        pipeline = Pipeline(database, PolicyLibrary.load(), key_ring)
        while not (await pipeline.run_round(asyncio.Event())).was_idle:
            pass
    finally:
        await database.dispose()


async def ask(url: str, question: str) -> Any:  # noqa: ANN401 (whatever it asks for)
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(question)
    finally:
        await connection.close()


async def do(url: str, acts: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(acts)
    finally:
        await connection.close()


async def archived(server: embedded.Server) -> None:
    """Waits until everything that was written until now lies in the archive."""
    name = await ask(server.superuser_url, "SELECT pg_walfile_name(pg_switch_wal())")
    directory = Path(server.state.wal_directory or "")
    deadline = time.monotonic() + PATIENCE_S
    while not (directory / name).exists():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


def copy_of(house: House, root: Path) -> House:
    """For a test that damages something."""
    for part in ("backups", "wal", "ring"):
        subprocess.run(["cp", "-a", house.root / part, root], check=True)
    return replace(house, root=root)


def flip(file: Path, offset: int) -> None:
    """One bit."""
    content = bytearray(file.read_bytes())
    content[offset] ^= 1
    file.write_bytes(content)


def remove(directory: Path) -> None:
    shutil.rmtree(directory)
