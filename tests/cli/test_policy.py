"""`supervise policy check` and `publish`: what an operator does for two officials, and is told."""

import asyncio
import json
from pathlib import Path

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.policies.texts import MOST_BYTES
from tests.policies.published import TWO_YEARS, pack

NEW_DAY = pack({**TWO_YEARS, "2099-01-01": "0.95"})
PUBLISH = ("--proposed-by", "li.ming", "--approved-by", "wang.fang", "--reason", "修订文件已印发")


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    packs = tmp_path / "packs"
    packs.mkdir()
    (packs / "pilot.yaml").write_text(pack())
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUPERVISE_PACKS_DIR", str(packs))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture
def officials() -> None:
    for login, role in (("li.ming", "reviewer"), ("wang.fang", "approver")):
        added = supervise("users", "add", "--role", role, "--login", login, "--name", login)
        assert added.exit_code == 0, added.output


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "pilot.yaml"
    path.write_text(NEW_DAY)
    return str(path)


def told(database_url: str, statement: str) -> list[asyncpg.Record]:
    async def ask() -> list[asyncpg.Record]:
        connection = await asyncpg.connect(database_url)
        try:
            return list(await connection.fetch(statement))
        finally:
            await connection.close()

    return asyncio.run(ask())


class TestCheck:
    def test_tells_what_is_new(self, file: str) -> None:
        ended = supervise("policy", "check", file, "--json")
        assert ended.exit_code == 0, ended.output
        versions = json.loads(ended.stdout)["versions"]
        assert [(each["version"], each["is_new"]) for each in versions] == [
            *(("2026-01-01", False), ("2026-07-01", False), ("2099-01-01", True)),
        ]
        assert "+   pilot  2099-01-01" in supervise("policy", "check", file).stdout

    def test_names_file_line_and_cause(self, tmp_path: Path) -> None:
        text = NEW_DAY.replace("fact: credited_hours", "fact: shoe_size")
        (tmp_path / "draft.yaml").write_text(text)
        ended = supervise("policy", "check", str(tmp_path / "draft.yaml"))
        line = next(n for n, words in enumerate(text.splitlines(), 1) if "shoe_size" in words)
        assert ended.exit_code == 1
        assert f"draft.yaml, line {line}: “fact”" in ended.stderr

    def test_reads_no_more_than_a_text_may_have(self, tmp_path: Path) -> None:
        (tmp_path / "draft.yaml").write_text("x" * (MOST_BYTES + 1))
        ended = supervise("policy", "check", str(tmp_path / "draft.yaml"))
        assert (ended.exit_code, "exceeds" in ended.stderr) == (1, True)

    def test_asks_for_utf_8(self, tmp_path: Path) -> None:
        (tmp_path / "draft.yaml").write_bytes("programme: pilot\ntitle: 试点".encode("gb18030"))
        ended = supervise("policy", "check", str(tmp_path / "draft.yaml"))
        assert (ended.exit_code, "line 2: This is no text in UTF-8" in ended.stderr) == (1, True)


@pytest.mark.usefixtures("officials")
class TestPublish:
    def test_puts_a_version_in_force(self, file: str) -> None:
        ended = supervise("policy", "publish", file, *PUBLISH)
        assert ended.exit_code == 0, ended.output
        assert "pilot  2099-01-01  试点项目  published" in supervise("policy", "list").stdout.replace(
            "Pilot", "试点项目"
        )
        assert supervise("policy", "show", "pilot", "--text").stdout == NEW_DAY

    def test_leaves_the_operator_and_both_officials_in_the_trail(self, file: str, owner_url: str) -> None:
        supervise("policy", "publish", file, *PUBLISH)
        rows = told(
            owner_url,
            "SELECT actor_id, action, subject FROM trail_entries WHERE action LIKE 'policies:%' ORDER BY 2",
        )
        assert [row["action"] for row in rows] == [
            *("policies:approve", "policies:propose", "policies:publish"),
        ]
        approving, proposing, publishing = rows
        assert publishing["actor_id"].startswith("cli:")
        subject = json.loads(publishing["subject"])
        assert subject["proposer_id"] == proposing["actor_id"]
        assert subject["approver_id"] == approving["actor_id"] != proposing["actor_id"]

    @pytest.mark.parametrize(
        ("change", "words"),
        [
            (("--approved-by", "li.ming"), "not permitted"),
            (("--approved-by", "nobody"), "no such"),
            (("--proposed-by", "wang.fang"), "cannot decide"),
        ],
        ids=["without the right", "nobody", "one person for both"],
    )
    def test_is_refused_to(self, file: str, change: tuple[str, str], words: str, database_url: str) -> None:
        ended = supervise("policy", "publish", file, *PUBLISH, *change)
        assert ended.exit_code == 1, words
        assert told(database_url, "SELECT FROM proposals") == []

    def test_is_refused_to_a_disabled_official(self, file: str) -> None:
        supervise("users", "disable", "wang.fang")
        assert supervise("policy", "publish", file, *PUBLISH).exit_code == 1

    def test_a_day_that_is_past_must_be_asked_for(self, tmp_path: Path) -> None:
        path = tmp_path / "past.yaml"
        path.write_text(pack({**TWO_YEARS, "2026-08-01": "0.85"}))
        refused = supervise("policy", "publish", str(path), *PUBLISH)
        assert (refused.exit_code, "2026-08-01" in refused.stderr) == (1, True)
        assert supervise("policy", "publish", str(path), *PUBLISH, "--retroactive").exit_code == 0
