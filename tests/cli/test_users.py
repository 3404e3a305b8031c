"""`supervise users`: the first administrator, and everybody after."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUPERVISE_PUBLIC_URL", "https://supervise.test")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["users", *arguments])


def answer(*arguments: str) -> dict[str, str]:
    ended = supervise(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    found: dict[str, str] = json.loads(ended.stdout)
    return found


FIRST = ("add", "--role", "administrator", "--login", "li.ming", "--name", "李某")


def listed() -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(supervise("list", "--json").stdout)
    return found


def test_the_first_administrator_gets_a_link_once() -> None:
    new = answer(*FIRST)
    assert new["enrolment_link"].startswith("https://supervise.test/enrolment/")
    (account,) = listed()
    assert (account["user_id"], account["role"], account["has_password"]) == (
        new["user_id"],
        "administrator",
        False,
    )
    assert new["enrolment_link"].rpartition("/")[2] not in json.dumps(listed())


def test_a_person_is_bound_as_the_role_demands() -> None:
    answer("add", "--role", "clerk", "--login", "wang", "--name", "王某", "--district", "440200")
    assert listed()[0]["districts"] == ["4402"]
    ended = supervise("add", "--role", "operator", "--login", "zhao", "--name", "赵某")
    assert ended.exit_code == 1
    assert "Role operator needs a platform" in ended.output


def test_a_login_is_given_once() -> None:
    answer(*FIRST)
    ended = supervise(*FIRST)
    assert (ended.exit_code, "another" in ended.output) == (1, True)


def test_a_reset_gives_another_link() -> None:
    assert answer(*FIRST)["enrolment_link"] != answer("reset", "li.ming")["enrolment_link"]


def test_a_disabled_person_stays_in_the_list() -> None:
    answer(*FIRST)
    assert supervise("disable", "li.ming").exit_code == 0
    assert listed()[0]["disabled_at"] is not None
    answer("reset", "li.ming")
    assert listed()[0]["disabled_at"] is None


def test_sessions_are_listed_and_ended() -> None:
    answer(*FIRST)
    ended = supervise("sessions", "li.ming", "--end", "--json")
    assert (ended.exit_code, json.loads(ended.stdout)) == (0, [])


@pytest.mark.parametrize("command", ["reset", "disable", "sessions"])
def test_who_is_not_there_is_told(command: str) -> None:
    ended = supervise(command, "nobody")
    assert (ended.exit_code, ended.output) == (1, "supervise: There is no such user.\n")
