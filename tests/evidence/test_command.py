"""`supervise ledger bundle`, on the database behind the doors."""

import asyncio
import json
import stat
from pathlib import Path

import pytest
from sqlalchemy import select
from typer.testing import CliRunner, Result

from app.cli import app as cli
from app.db.models import TrailEntry
from app.db.session import Database, reading
from tests.api.term import C1, L1, L2
from tests.evidence.bundles import unpacked, verified

WHY = ("--purpose", "inspection", "--reason", "核对补贴资格")
OF_C1 = ("--platform", "P1", "--class-group", C1)


async def bundle(file: Path, *arguments: str) -> Result:
    """In a thread: the command has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, cli, ["ledger", "bundle", str(file), *arguments])


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUPERVISE_ACCEPT_FORGETFUL_DATABASE", "true")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.mark.usefixtures("closed")
class TestBundle:
    async def test_is_written_for_its_owner_alone_and_verifies(
        self, tmp_path: Path, database: Database
    ) -> None:
        file = tmp_path / "evidence.zip"
        ended = await bundle(file, *OF_C1, *WHY, "--learner", L1, "--learner", L2, "--json")
        assert ended.exit_code == 0, ended.output
        assert json.loads(ended.stdout)["bytes"] == file.stat().st_size
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert verified(file.read_bytes(), tmp_path / "empty").returncode == 0
        async with reading(database) as session:
            statement = select(TrailEntry).where(TrailEntry.action == "evidence:bundle")
            entries = list(await session.scalars(statement.order_by(TrailEntry.entry_id)))
        assert [each.subject["learner_id"] for each in entries] == [L1, L2]
        assert entries[0].actor_id.startswith("cli:")

    async def test_overwrites_nothing(self, tmp_path: Path) -> None:
        file = tmp_path / "evidence.zip"
        file.write_text("mine")
        assert (await bundle(file, *OF_C1, *WHY)).exit_code == 1
        assert file.read_text() == "mine"

    async def test_of_nobody_leaves_no_file(self, tmp_path: Path) -> None:
        ended = await bundle(tmp_path / "evidence.zip", *OF_C1, *WHY, "--learner", "nobody")
        assert (ended.exit_code, "no such enrollment" in ended.output) == (1, True)
        assert not (tmp_path / "evidence.zip").exists()

    async def test_of_a_class_group_has_everybody(self, tmp_path: Path) -> None:
        file = tmp_path / "evidence.zip"
        assert (await bundle(file, *OF_C1, *WHY)).exit_code == 0
        assert {f"facts/P1/{C1}/{each}.json" for each in (L1, L2)} <= unpacked(file.read_bytes()).keys()
