"""`supervise policy simulate` on a database of its own: counts, the file, and what is refused."""

import csv
import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.db.session import Database, transaction
from tests.factories import feeds, standings

RULES = [standings.rule(code) for code in ("attendance-rate", "answer-accuracy", "credited-hours")]


@pytest.fixture
async def stored(database: Database) -> None:
    """Two thirds of the lessons attended, all said to be enough."""
    async with transaction(database) as session:
        await feeds.put_class_group(session, closed_at=standings.CLOSED_AT)
        await standings.put_standing(session, "L1", rules=RULES, policy_version="2020-01-01")
        await standings.tally(session)


def simulate(database_url: str, data_dir: Path, *options: str) -> Result:
    environment = {
        "DATABASE_URL": database_url,
        "SUPERVISE_DATA_DIR": str(data_dir),
        "SUPERVISE_ACCEPT_FORGETFUL_DATABASE": "true",
        "LC_ALL": "C.UTF-8",
    }
    return CliRunner().invoke(app, ["policy", "simulate", "standard", *options], env=environment)


@pytest.mark.usefixtures("stored")
def test_it_counts_who_would_change(database_url: str, tmp_path: Path) -> None:
    ended = simulate(database_url, tmp_path, "--set", "attendance-rate.at_least=0.85", "--json")
    assert ended.exit_code == 0, ended.output
    told = json.loads(ended.stdout)
    assert (told["enrollments"], told["changed"]) == (1, 1)
    assert told["transitions"] == [{"before": "eligible", "after": "ineligible", "enrollments": 1}]
    assert (
        "eligible > ineligible: 1"
        in simulate(database_url, tmp_path, "--set", "attendance-rate.at_least=0.85").output
    )


@pytest.mark.usefixtures("stored")
def test_the_file_names_everybody_masked(database_url: str, tmp_path: Path) -> None:
    path = tmp_path / "who.csv"
    ended = simulate(database_url, tmp_path, "--set", "attendance-rate.at_least=0.85", "--csv", str(path))
    assert ended.exit_code == 0, ended.output
    (row,) = csv.DictReader(path.read_text("utf-8-sig").splitlines())
    assert (row["learner_id"], row["learner_name"]) == ("L1", "张**")
    assert (row["before"], row["after"]) == ("eligible", "ineligible")
    assert row["rules"] == "attendance-rate: pass > fail"


@pytest.mark.usefixtures("stored")
def test_what_cannot_be_is_one_sentence(database_url: str, tmp_path: Path) -> None:
    ended = simulate(database_url, tmp_path, "--set", "vod_attended_share=0.9")
    assert (ended.exit_code, "reassess" in ended.output) == (1, True)
    ended = simulate(database_url, tmp_path, "--set", "unheard_of=0.9")
    assert (ended.exit_code, "attendance-rate.at_least" in ended.output) == (1, True)
    assert simulate(database_url, tmp_path).exit_code == 2
    assert simulate(database_url, tmp_path, "--set", "nothing").exit_code == 2


@pytest.mark.usefixtures("stored")
def test_another_pack_may_stand_instead(database_url: str, tmp_path: Path) -> None:
    standard = Path("app/rules/packs/standard.yaml").read_text()
    file = tmp_path / "new.yaml"
    file.write_text(standard.replace("value: 0.80", "value: 0.95"))
    ended = simulate(database_url, tmp_path, "--file", str(file), "--district", "11")
    assert ended.exit_code == 0, ended.output
    assert "enrollments 0" in ended.output
