"""The commands: JSON for programs, sentences in two languages for people, status 1 with a sentence."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from tests.backup.house import House, flip, remove
from tests.backup.test_restore import last_segment


@pytest.fixture(autouse=True)
def place(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(house.data))
    monkeypatch.setenv("SUPERVISE_KEY_RING", str(house.ring))
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


def supervise(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def answer(*words: str | Path) -> Any:  # noqa: ANN401 (JSON)
    ended = supervise(*words, "--json")
    assert ended.exit_code == 0, ended.output
    return json.loads(ended.stdout)


def test_a_backup_is_taken_listed_verified_and_restored(house: House, damaged: House, empty: Path) -> None:
    taken = answer("backup", damaged.backups)
    listed = answer("backup", "list", damaged.backups)
    assert [each["ledger"]["size"] for each in listed] == [3, 6]
    assert listed[-1] == taken
    (verified,) = answer("backup", "verify", damaged.backups, "--wal-archive", house.root / "wal")
    assert verified["backup"] == taken["backup"]
    restored = answer("restore", damaged.backups, "--data-dir", empty, "--wal-archive", house.root / "wal")
    assert restored["backup"] == taken["backup"]
    assert restored["last_ledger_index"] == 5
    assert restored["ledger"] | {"pending": 0} == answer("backup", "audit")["ledger"] | {"pending": 0}
    assert restored["seconds"]["all"] > 0
    assert answer("backup", "audit", "--size", "3")["root_at"] == {"3": listed[0]["ledger"]["root"]}
    remove(Path(taken["backup"]))


def test_a_database_of_ones_own_is_backed_up_by_a_login_with_replication(
    house: House, damaged: House, empty: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with house.served() as server:
        monkeypatch.setenv("DATABASE_URL", server.program_url)
        refused = supervise("backup", damaged.backups)
        assert refused.exit_code == 1
        assert "SUPERVISE_BACKUP_URL" in refused.stderr
        monkeypatch.setenv("SUPERVISE_BACKUP_URL", server.superuser_url)
        taken = answer("backup", damaged.backups)
    (verified,) = answer("backup", "verify", damaged.backups)
    assert (verified["backup"], verified["segments"]) == (taken["backup"], 0)
    refused = supervise("restore", damaged.backups, "--data-dir", empty)
    assert "restore it with that server's programs" in refused.stderr


def test_the_summary_says_how_long_how_far_and_what_may_be_missing(house: House, empty: Path) -> None:
    ended = supervise("restore", house.backups, "--data-dir", empty)
    assert ended.exit_code == 0
    assert "last index 5" in ended.stderr
    assert last_segment(house).name in ended.stderr
    assert "may be missing: ask the platforms to push again" in ended.stderr


def test_a_moment_is_given_with_its_offset(house: House, empty: Path) -> None:
    assert house.before_the_act is not None
    until = house.before_the_act.isoformat()
    restored = answer("restore", house.backups, "--data-dir", empty, "--until", until)
    assert restored["may_be_missing_since"] <= restored["until"]
    for wrong in ("yesterday", "2026-03-02T12:00:00"):
        assert supervise("restore", house.backups, "--until", wrong).exit_code == 2


def test_damage_is_status_1_and_one_sentence(damaged: House, monkeypatch: pytest.MonkeyPatch) -> None:
    flip(damaged.base / "backup_manifest", 4_000)
    ended = supervise("backup", "verify", damaged.backups)
    assert ended.exit_code == 1
    assert ended.stderr.startswith("supervise: The backup")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    assert "已损坏" in supervise("backup", "verify", damaged.backups).stderr


def test_the_key_ring_is_copied_apart(house: House, tmp_path: Path) -> None:
    assert answer("keys", "export", tmp_path / "safe") == {"key_ring": str(tmp_path / "safe/keyring.json")}
    ended = supervise("keys", "export", house.backups)
    assert ended.exit_code == 1
    assert "Keep them apart" in ended.stderr


def test_a_backup_needs_the_ring_that_it_will_be_opened_with(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SUPERVISE_KEY_RING", str(tmp_path / "keyring.json"))
    ended = supervise("backup", house.backups)
    assert ended.exit_code == 1
    assert "There is no key ring" in ended.stderr
    assert len(answer("backup", "list", house.backups)) == 1
