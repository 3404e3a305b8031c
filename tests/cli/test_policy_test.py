"""`supervise policy test`: every case is tried, and one that comes out otherwise is named."""

import json
from pathlib import Path
from shutil import copytree

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.rules.cases import BUILT_IN_CASES
from app.rules.loader import BUILT_IN


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISE_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("SUPERVISE_PACKS_DIR", raising=False)
    monkeypatch.setenv("LC_ALL", "C.UTF-8")


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of a built-in pack under another name, with its cases beside it."""
    file = tmp_path / "packs" / "pilot.yaml"
    file.parent.mkdir()
    file.write_text((BUILT_IN / "standard.yaml").read_text("utf-8").replace("programme: standard", PILOT))
    copytree(BUILT_IN_CASES / "standard", file.with_suffix(".cases"))
    return file


PILOT = "programme: pilot"


def tried(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["policy", "test", *arguments])


def spoil(pack: Path) -> None:
    """The pack now asks for more than its cases say."""
    pack.write_text(pack.read_text("utf-8").replace("value: 0.80", "value: 0.85"), "utf-8")


def test_the_cases_of_the_built_in_packs_come_out_as_they_say() -> None:
    ended = tried()
    assert ended.exit_code == 0, ended.output
    assert ended.stdout.endswith(" cases, 0 otherwise than expected.\n")


def test_a_programme_or_a_file_is_tried_alone(pack: Path) -> None:
    assert tried("standard").stdout == "12 cases, 0 otherwise than expected.\n"
    assert tried(str(pack)).stdout == "12 cases, 0 otherwise than expected.\n"


def test_a_pack_of_a_further_directory_is_tried_as_well(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUPERVISE_PACKS_DIR", str(pack.parent))
    spoil(pack)
    assert tried("pilot").exit_code == 1
    assert tried("standard").exit_code == 0
    assert tried().exit_code == 1


def test_a_case_that_comes_out_otherwise_is_named(pack: Path) -> None:
    spoil(pack)
    ended = tried(str(pack))
    assert ended.exit_code == 1
    boundary, *_, counted = ended.stdout.splitlines()
    assert f"{pack.with_suffix('.cases')}/answer-accuracy.yaml:" in boundary
    assert "expected pass, found fail. (Exactly 80 %.)" in boundary
    assert counted == "12 cases, 2 otherwise than expected."


def test_a_program_is_told_of_each_case(pack: Path) -> None:
    spoil(pack)
    ended = tried(str(pack), "--json")
    cases = json.loads(ended.stdout)
    assert ended.exit_code == 1
    assert [
        (case["rule"], case["expected"], case["found"]) for case in cases if not case["is_as_expected"]
    ] == [("answer-accuracy", "pass", "fail"), ("attendance-rate", "pass", "fail")]
    assert {case["programme"] for case in cases} == {"pilot"}


def test_rules_without_cases_are_named(pack: Path) -> None:
    (pack.with_suffix(".cases") / "credited-hours.yaml").unlink()
    ended = tried(str(pack))
    assert ended.exit_code == 0
    assert ended.stderr == "pilot: rules without cases: credited-hours\n"


def test_a_case_that_cannot_be_read_is_refused_with_its_line(pack: Path) -> None:
    (pack.with_suffix(".cases") / "credited-hours.yaml").write_text("rule: credited-hours\ncases: 3\n")
    ended = tried(str(pack))
    assert ended.exit_code == 1
    assert "credited-hours.yaml, line 2: “cases” is a list" in ended.stderr


def test_what_is_no_pack_is_refused() -> None:
    ended = tried("nowhere")
    assert (ended.exit_code, ended.stderr) == (
        *(1, "supervise: There is no policy pack or file “nowhere”.\n"),
    )
