"""`supervise reproduce`: whether a decision comes out again, and what moved it, to people and programs."""

import asyncio
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.eligibility.person_world import PAID_PROGRAMME
from tests.ingest.deliveries import rows
from tests.reproduction.alterations import execute
from tests.reproduction.played import Played, attendance, class_group, lesson, study
from tests.server import CloneServer


@pytest.fixture
async def played(
    database: Database, database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Played:
    """L1 was there on all days; then one is taken back."""
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "paid.yaml").write_text(PAID_PROGRAMME)
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUPERVISE_PACKS_DIR", str(packs))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    key_ring = KeyRing.load_or_create(tmp_path / "keyring.json")
    monkeypatch.setenv("SUPERVISE_KEY_RING", str(tmp_path / "keyring.json"))
    played = Played(database, PolicyLibrary.load(packs), key_ring)
    await played.push(class_group(), *map(lesson, range(5)), *study())
    await played.settle()
    await played.push(attendance(0, revision=1, deleted=True))
    await played.settle()
    return played


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["reproduce", *arguments])


async def ids(played: Played) -> list[str]:
    return [str(each.decision_id) for each in await played.decisions()]


async def test_a_person_is_told(played: Played) -> None:
    first, _ = await ids(played)
    answer = await in_thread("--decision", first)
    assert answer.exit_code == 0, answer.output
    assert f"decision {first}: identical, byte for byte" in answer.stdout
    assert "rests on" in answer.stdout


async def test_in_chinese_too(played: Played, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    first, second = await ids(played)
    answer = await in_thread("--decision", first, "--diff", second)
    assert answer.exit_code == 0, answer.output
    assert "逐字节相同" in answer.stdout
    assert "班级的记录" in answer.stdout


async def test_a_program_is_told(played: Played) -> None:
    first, second = await ids(played)
    told = json.loads((await in_thread("--decision", first, "--diff", second, "--json")).stdout)
    assert told["explained"] is True
    (step, moment) = told["steps"]
    (record,) = step["records"]
    assert (record["feed"], record["key"], record["after"]["revision"]) == (
        "attendance",
        ["C1", "L1", "S0"],
        1,
    )
    assert {each["field"] for each in record["effect"]} >= {"facts.attendance_rate"}
    assert (moment["kind"], moment["effect"]) == ("moment", [])
    alone = json.loads((await in_thread("--decision", second, "--json")).stdout)
    assert alone == told["second"]
    assert alone["document"] == alone["made_again"]


async def test_status_1_where_something_was_altered(
    played: Played, clone_server: CloneServer, database_name: str
) -> None:
    first, _ = await ids(played)
    url = clone_server.superuser_url(database_name)
    await execute(url, "UPDATE decisions SET eligibility = 'x', document = document || '  '")
    answer = await in_thread("--decision", first)
    assert answer.exit_code == 1
    assert "decision_altered" in answer.stdout


async def test_whose_decision_was_shown_stands_in_the_trail(played: Played) -> None:
    first, _ = await ids(played)
    await in_thread("--decision", first)
    (entry,) = await rows(
        played.database, "SELECT subject FROM trail_entries WHERE action = 'eligibility:read'"
    )
    assert entry[0] == {"platform": "live-a", "class_group_id": "C1", "learner_id": "L1"}


@pytest.mark.usefixtures("played")
async def test_one_that_is_not_there() -> None:
    answer = await in_thread("--decision", "00000000-0000-7000-8000-000000000000")
    assert answer.exit_code == 1
    assert "There is no decision" in answer.output


async def in_thread(*arguments: str) -> Result:
    """The command has an event loop of its own."""
    return await asyncio.to_thread(supervise, *arguments)
