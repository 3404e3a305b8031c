"""A log that moves: dumped here and restored into another server, it goes on as if nothing had been."""

import asyncio
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from app.db import embedded, migrate
from app.db.session import Database, reading
from app.ledger import proofs
from app.ledger.publication import Publishing, publish
from app.privacy.keyring import KeyRing
from tests.db.conftest import directory
from tests.ledger.log import add_entries, leaves_of
from tests.ledger.test_publication import all_of, assert_honest, published
from tests.server import FORGETFUL, CloneServer, place_for_databases

NAME = "restored"


@pytest.fixture
async def elsewhere() -> AsyncIterator[embedded.Server]:
    """Another server, with the roles of the platform and an empty database."""
    with (
        directory(place_for_databases()) as root,
        embedded.lease(root / "data", settings=FORGETFUL) as server,
    ):
        await asyncio.to_thread(migrate.upgrade, server.owner_url)
        run(
            server,
            "psql",
            "--quiet",
            "--command",
            f"CREATE DATABASE {NAME} OWNER supervise_owner",
            server.superuser_url,
        )
        yield server


def run(server: embedded.Server, tool: str, *arguments: str) -> None:
    subprocess.run([str(server.binaries / tool), *arguments], check=True, timeout=120, capture_output=True)


def named(url: str) -> str:
    return urlsplit(url)._replace(path=f"/{NAME}").geturl()


async def moved(clone_server: CloneServer, name: str, server: embedded.Server, file: Path) -> Database:
    here = clone_server.superuser_url(name)
    await asyncio.to_thread(run, clone_server.server, "pg_dump", "--format=custom", f"--file={file}", here)
    there = f"--dbname={named(server.superuser_url)}"
    await asyncio.to_thread(run, server, "pg_restore", "--exit-on-error", there, str(file))
    return Database.connect(named(server.program_url))


async def test_proofs_and_checkpoints_go_on_in_another_server(
    *,
    clone_server: CloneServer,
    database: Database,
    database_name: str,
    elsewhere: embedded.Server,
    key_ring: KeyRing,
    tmp_path: Path,
) -> None:
    publishing = Publishing(memory=tmp_path / "ledger-signed")
    await add_entries(database, 700)
    before = await published(database, key_ring, publishing)
    await add_entries(database, 30)  # sequenced, and in no tree when they are dumped
    other = await moved(clone_server, database_name, elsewhere, tmp_path / "dump")
    try:
        after = await publish(other, key_ring, publishing)
        assert after is not None
        assert after.size == before.size + 30
        assert [each.note for each in await all_of(other)] == [before.note, after.note]
        leaves = await leaves_of(other)
        async with reading(other) as session:
            found = await proofs.inclusion(session, 5, after.size)
        assert found.path == proofs.path_in(leaves, 5)
        await assert_honest(other)
    finally:
        await other.dispose()
