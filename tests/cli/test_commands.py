"""Every command: help, exit status, JSON for programs, one sentence for people."""

import asyncio
import json
import os
import pwd
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import ANY
from uuid import uuid4

import asyncpg
import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.cli.commands import COMMANDS, command
from tests.server import CloneServer


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


def answer(*arguments: str) -> dict[str, object]:
    ended = supervise(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    found: dict[str, object] = json.loads(ended.stdout)
    return found


def all_commands() -> Iterator[tuple[str, ...]]:
    yield ()
    for name in COMMANDS:
        yield (name,)
        yield from ((name, part) for part in getattr(command(name), "commands", ()))


@pytest.mark.parametrize("path", list(all_commands()), ids=" ".join)
def test_every_command_explains_itself(path: tuple[str, ...]) -> None:
    ended = supervise(*path, "--help")
    assert ended.exit_code == 0
    sentence = ended.output.splitlines()[2].strip()
    assert len(sentence) > 15


@pytest.mark.parametrize("name", COMMANDS)
def test_the_list_of_commands_says_what_their_own_help_says(name: str) -> None:
    assert command(name).help.split("\n\n")[0] == COMMANDS[name]


def test_the_list_of_commands_imports_none_of_them() -> None:
    program = (
        "import sys; from app.cli import app; app(['--help'], standalone_mode=False); print(*sys.modules)"
    )
    ended = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert "reassess" in ended.stdout
    assert not {"sqlalchemy", "fastapi", "httpx", "pydantic"} & set(ended.stdout.split())


def test_the_commands_of_the_contract_are_there() -> None:
    expected = {"serve", "migrate", "demo", "clients add", "push", "simulate", "policy list", "reassess"}
    assert expected <= {" ".join(path) for path in all_commands()}


@pytest.mark.parametrize(
    "arguments", [("dance",), ("clients", "add"), ("reassess",), ("push", "dreams", "x")]
)
def test_a_wrong_command_line_is_status_2(arguments: tuple[str, ...]) -> None:
    assert supervise(*arguments).exit_code == 2


class TestClients:
    def test_a_new_client_is_listed_until_it_is_revoked(self) -> None:
        new = answer("clients", "add", "--role", "platform", "--platform", "P1", "--kind", "vod")
        assert set(new) == {"client_id", "client_secret"}
        listing = supervise("clients", "list").stdout
        assert f"{new['client_id']}  platform  P1  P1  active" in listing
        assert str(new["client_secret"]) not in listing
        assert supervise("clients", "revoke", str(new["client_id"])).exit_code == 0
        assert "revoked" in supervise("clients", "list").stdout

    def test_a_program_reads_instants_as_the_api_writes_them(self) -> None:
        new = answer("clients", "add", "--role", "regulator")
        listed = json.loads(supervise("clients", "list", "--json").stdout)
        made = next(one["created_at"] for one in listed if one["client_id"] == new["client_id"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|\+00:00)", made)

    def test_for_people_the_secret_stands_on_a_line(self) -> None:
        ended = supervise("clients", "add", "--role", "regulator", "--district", "4402", "--district", "11")
        assert [line.split(":")[0] for line in ended.stdout.splitlines()] == ["client_id", "client_secret"]
        assert "4402,11" in supervise("clients", "list").stdout

    def test_what_cannot_be_is_one_sentence_and_status_1(self) -> None:
        ended = supervise("clients", "add", "--role", "enterprise", "--uscc", "123")
        assert ended.exit_code == 1
        assert ended.stderr.startswith("supervise: The uscc is not a valid unified social credit code")
        assert ended.stdout == ""


def test_a_new_key_signs_after_a_rotation() -> None:
    assert answer("keys", "rotate-signing") != answer("keys", "rotate-signing", "--stolen")


def test_class_groups_are_assessed_again_when_asked() -> None:
    assert answer("reassess", "--all") == {"class_groups": 0}
    assert supervise("reassess", "--platform", "P1").exit_code == 0


class TestPolicy:
    def test_the_packs_are_listed_and_shown(self) -> None:
        assert "standard  2020-01-01" in supervise("policy", "list").stdout
        shown = supervise("policy", "show", "standard").stdout
        assert "attendance-rate [blocking] attendance_rate at_least least_attendance_rate" in shown

    def test_an_unknown_programme_is_status_1(self) -> None:
        assert supervise("policy", "show", "nonsense").exit_code == 1


class TestOpenapi:
    def test_the_document_is_written_whole(self, tmp_path: Path) -> None:
        target = tmp_path / "deep" / "openapi.json"
        assert supervise("openapi", "--write", str(target)).exit_code == 0
        assert target.read_text() == supervise("openapi").stdout
        assert json.loads(target.read_text())["openapi"].startswith("3.")

    def test_a_stale_document_is_status_1(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        Path("openapi").mkdir()
        assert supervise("openapi", "--write", "openapi/openapi.json").exit_code == 0
        assert supervise("openapi", "--check").exit_code == 0
        Path("openapi/openapi.json").write_text("{}\n")
        assert supervise("openapi", "--check").exit_code == 1


class TestForeignDatabase:
    async def test_one_that_is_not_migrated_is_said_and_can_be_migrated(
        self, clone_server: CloneServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The commands run in threads: they have event loops of their own."""
        name = f"empty_{uuid4().hex}"
        await clone_server.administer(f"CREATE DATABASE {name} OWNER supervise_owner")
        monkeypatch.setenv("DATABASE_URL", clone_server.program_url(name))
        monkeypatch.setenv("SUPERVISE_MIGRATION_URL", clone_server.owner_url(name))
        try:
            refused = await in_thread("clients", "list")
            assert refused.exit_code == 1
            assert "run `supervise migrate`" in refused.stderr
            assert (await in_thread("migrate")).exit_code == 0
            assert (await in_thread("clients", "list")).exit_code == 0
        finally:
            await clone_server.drop(name)

    def test_an_address_of_something_else_is_status_2(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("DATABASE_URL", "mysql://localhost/x")
        ended = supervise("clients", "list")
        assert ended.exit_code == 2
        assert "begins with postgresql://" in ended.output


async def in_thread(*arguments: str) -> Result:
    return await asyncio.to_thread(supervise, *arguments)


class TestTheTrail:
    def test_what_a_command_changes_is_recorded_under_the_system_user(self) -> None:
        client_id = str(answer("clients", "add", "--role", "regulator")["client_id"])
        supervise("clients", "revoke", client_id)
        answer("reassess", "--all")
        answer("keys", "rotate-signing")
        answer("keys", "rotate")
        name = pwd.getpwuid(os.getuid()).pw_name
        assert asyncio.run(changes_of(f"cli:{name}")) == [
            ("clients:add", {"client_id": client_id}),
            ("clients:revoke", {"client_id": client_id}),
            ("assessment:repeat", {}),
            ("signing-keys:rotate", {"kid": ANY}),
            ("sealing-keys:rotate", {"key_id": ANY}),
        ]

    def test_is_verified(self) -> None:
        assert answer("trail", "verify") == {"hours": 0, "entries": 0, "findings": []}


async def changes_of(actor_id: str) -> list[tuple[str, object]]:
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    rows = await connection.fetch(
        "SELECT action, subject::text FROM trail_entries WHERE actor_id = $1 AND kind = 'change'"
        " ORDER BY entry_id",
        actor_id,
    )
    await connection.close()
    return [(action, json.loads(subject)) for action, subject in rows]
