"""`supervise ledger`: an operator looks at the log, signs it, changes its keys, and gives it away."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.ledger.checkpoint import read_note


@pytest.fixture(autouse=True)
def place(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", database_url)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("SUPERVISE_LEDGER_ORIGIN", "supervise.example/ledger")
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def ledger(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["ledger", *arguments])


def answer(*arguments: str) -> Any:  # noqa: ANN401 (whatever JSON it is)
    ended = ledger(*arguments, "--json")
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def test_a_checkpoint_is_printed_and_shown() -> None:
    assert answer("status")["published"] is None
    note = ledger("publish").stdout
    assert (read_note(note).origin, read_note(note).size) == ("supervise.example/ledger", 1)
    status = answer("status")
    assert (status["sequenced"], status["integrated"]["size"], status["published"]["size"]) == (1, 1, 1)
    assert "1 sequenced, 1 integrated, 1 published." in ledger("status").output


def test_keys_are_added_and_retired() -> None:
    answer("publish")
    (old,) = answer("keys")
    assert ledger("keys", "--retire", old["kid"]).exit_code == 1
    _, new = answer("keys", "--add")
    assert len(read_note(answer("publish")["note"]).signatures) == 2
    old, new = answer("keys", "--retire", old["kid"])
    assert old["retired_at"] is not None
    assert new["vkey"].startswith("supervise.example/ledger+")
    (signature,) = read_note(answer("publish")["note"]).signatures
    assert signature.key_id.hex() == new["kid"]


def test_the_log_is_exported(tmp_path: Path) -> None:
    ended = ledger("export", str(tmp_path / "log"))
    assert (ended.exit_code, "no checkpoint yet" in ended.output) == (1, True)
    note = answer("publish")["note"]
    assert answer("export", str(tmp_path / "log"))["size"] == 1
    assert (tmp_path / "log" / "checkpoint").read_text() == note
    assert (tmp_path / "log" / "tile" / "0" / "000.p" / "1").stat().st_size == 32


def test_another_name_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    answer("publish")
    monkeypatch.setenv("SUPERVISE_LEDGER_ORIGIN", "supervise.example/other")
    ended = ledger("publish")
    assert (ended.exit_code, "cannot become supervise.example/other" in ended.output) == (1, True)
