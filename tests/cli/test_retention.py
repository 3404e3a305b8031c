"""`supervise retention`: told to people and programs, carried out for officials who have said so."""

import asyncio
import hashlib
import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner, Result

from app.cli import app
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.policies.recording import record_files
from app.privacy.keyring import KeyRing
from tests.retention.past import KEPT_UNTIL, furnish

SAID = ("--proposed-by", "li.ming", "--approved-by", "wang.fang", "--reason", "保存期限已满")
C1 = ("live-a", "C1")


@pytest.fixture(autouse=True)
def place(database_url: str, key_ring: KeyRing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    asyncio.run(_furnished(database_url, key_ring))
    for login, role in (("li.ming", "reviewer"), ("wang.fang", "approver")):
        done("users", "add", "--role", role, "--login", login, "--name", login)


async def _furnished(database_url: str, key_ring: KeyRing) -> None:
    """As a server of then has left it."""
    database, library = Database.connect(database_url), PolicyLibrary.load()
    await record_files(database, library)
    server = FastAPI()
    server.state.resources = SimpleNamespace(database=database, key_ring=key_ring, library=library)
    await furnish(server)
    await database.dispose()


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def done(*arguments: str) -> str:
    ended = supervise(*arguments)
    assert ended.exit_code == 0, ended.output
    return ended.stdout


def test_shows_each_kind_with_its_clauses() -> None:
    told = done("retention", "show", *C1)
    assert f"decisions               1  {KEPT_UNTIL}   六（四） → {KEPT_UNTIL}" in told
    assert json.loads(done("retention", "show", *C1, "--json"))["is_due"] is True


def test_disposes_for_two_officials_and_prints_the_record() -> None:
    assert f"live-a/C1  2020-05-01  {KEPT_UNTIL}" in done("retention", "due")
    done("retention", "dispose", *C1, *SAID)
    (gone,) = json.loads(done("retention", "show", *C1, "--json"))["disposals"]
    record = done("retention", "record", gone["disposal_id"])
    assert hashlib.sha256(record.encode()).hexdigest() == gone["document_hash"]
    assert json.loads(done("retention", "due", "--json")) == []
    assert "batch_archives_2020_05" in done("retention", "sweep")


def test_a_hold_stops_it_until_two_have_lifted_it() -> None:
    named = ("--about", "class_group", "--platform", "live-a", "--class-group", "C1")
    hold_id = done("retention", "hold", *named, "--placed-by", "li.ming", "--reason", "审计").strip()
    refused = supervise("retention", "dispose", *C1, *SAID)
    assert (refused.exit_code, "A legal hold stands" in refused.stderr) == (1, True)
    assert "!! live-a/C1" in done("retention", "due")
    done("retention", "lift", hold_id, *SAID)
    done("retention", "dispose", *C1, *SAID)
