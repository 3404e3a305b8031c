"""`supervise ledger audit`: status 1 and the place, where something is not what it is derived from."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def recorded(database_url: str) -> None:
    async def record() -> None:
        database = Database.connect(database_url, pool_size=1)
        await record_files(database, PolicyLibrary.load())
        await database.dispose()

    asyncio.run(record())


def audit(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ledger", "audit", *arguments])


def alter(owner_url: str) -> None:
    async def alter() -> None:
        connection = await asyncpg.connect(owner_url)
        await connection.execute("UPDATE policy_versions SET source = 'directory' WHERE number = 1")
        await connection.close()

    asyncio.run(alter())


@pytest.mark.usefixtures("recorded")
def test_a_whole_database_is_told_so() -> None:
    ended = audit()
    assert (ended.exit_code, "0 differences" in ended.output) == (0, True), ended.output


@pytest.mark.usefixtures("recorded")
def test_a_difference_ends_it_with_status_one_and_its_place(owner_url: str) -> None:
    assert audit("--json").exit_code == 0
    alter(owner_url)
    ended = audit("--json")
    assert ended.exit_code == 1
    (told,) = json.loads(ended.stdout)["differences"]
    assert (told["table"], told["fault"], told["last_right_at"] is not None) == (
        "policy_versions",
        "changed",
        True,
    )
    in_words = audit().output
    assert f"policy_versions record_id={told['key']['record_id']}: changed (source)" in in_words
    assert "Keep the database as evidence" in in_words


@pytest.mark.usefixtures("recorded")
def test_only_what_came_since(owner_url: str) -> None:
    alter(owner_url)
    assert audit("--since", "2100-01-01").exit_code == 0
