"""`supervise videos`: hosts are registered, listed and removed; each change leaves its entry."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def supervise(*arguments: str) -> Result:
    return CliRunner().invoke(app, list(arguments))


def listed() -> list[tuple[str, str]]:
    found = json.loads(supervise("videos", "hosts", "--json").stdout)
    return [(each["platform"], each["host"]) for each in found]


def test_hosts_come_and_go() -> None:
    supervise("clients", "add", "--role", "platform", "--platform", "P1", "--kind", "live")
    assert supervise("videos", "add-host", "P1", "videos.example").exit_code == 0
    assert supervise("videos", "add-host", "P1", "videos.example").exit_code == 0
    assert listed() == [("P1", "videos.example")]
    assert "P1  videos.example" in supervise("videos", "hosts").stdout
    assert "not asked" in supervise("videos", "remove-host", "P1", "videos.example").output
    assert "was not registered" in supervise("videos", "remove-host", "P1", "videos.example").output
    assert listed() == []


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "Videos.example", "https://videos.example", "a..b"]
)
def test_what_is_no_domain_name_is_refused(host: str) -> None:
    supervise("clients", "add", "--role", "platform", "--platform", "P1", "--kind", "live")
    ended = supervise("videos", "add-host", "P1", host)
    assert (ended.exit_code, listed()) == (1, [])


def test_a_platform_that_is_not_there_has_no_hosts() -> None:
    assert supervise("videos", "add-host", "P9", "videos.example").exit_code == 1
