"""Each thing has its place: SQL in repositories, a sentence at the head of each module."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
WORDS_OF_SQL = ("SELECT ", "INSERT INTO ", "DELETE FROM ", "UPDATE ")


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in APP.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_doors_and_commands_hold_no_sql() -> None:
    offenders = [
        str(path.relative_to(ROOT))
        for room in ("api", "cli", "client", "simulator", "rules")
        for path in (APP / room).rglob("*.py")
        if any(word in path.read_text() for word in WORDS_OF_SQL)
    ]
    assert offenders == []


def test_app_silences_no_type_error() -> None:
    offenders = [
        str(path.relative_to(ROOT)) for path in APP.rglob("*.py") if "type: ignore" in path.read_text()
    ]
    assert offenders == []
