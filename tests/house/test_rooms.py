"""Each thing has its place: SQL in repositories, a sentence at the head of each module."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
APP = ROOT / "app"
MADE_OF_QUERIES = {"db", "records"}
"""Rooms in which every file may ask the database: each holds the questions of one subject."""
WORDS_OF_SQL = re.compile(r"\b(SELECT|INSERT INTO|DELETE FROM|UPDATE|WITH RECURSIVE)\s")
ASKING = {"select", "insert", "update", "delete", "text", "exists", "driver"}
ANSWERING = {"execute", "scalar", "scalars", "stream", "add", "add_all", "get", "merge", "flush"}


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in APP.rglob("*.py")
        if not ast.get_docstring(ast.parse(path.read_text()))
    ]
    assert silent == []


def test_only_repositories_ask_the_database() -> None:
    """No other file imports what a query is made of, writes one, or hands one to a session."""
    offenders = {
        str(path.relative_to(ROOT)): asked
        for path in APP.rglob("*.py")
        if not path.name.endswith("repository.py") and path.relative_to(APP).parts[0] not in MADE_OF_QUERIES
        if (asked := sorted(questions(ast.parse(path.read_text()))))
    }
    assert offenders == {}


def questions(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module), names=names) if module.startswith(
                ("sqlalchemy", "app.db")
            ):
                yield from (each.name for each in names if each.name in ASKING)
            case ast.Attribute(value=ast.Name(id="session"), attr=name) if name in ANSWERING:
                yield f"session.{name}"
            case ast.Constant(value=str(text)) if WORDS_OF_SQL.search(text):
                yield text.strip().partition("\n")[0]


def test_the_search_for_queries_finds_them() -> None:
    repository = APP / "eligibility" / "repository.py"
    assert any("SELECT" in each for each in questions(ast.parse(repository.read_text())))
    asking = "from sqlalchemy import select\nawait session.scalars(x)"
    assert list(questions(ast.parse(asking))) == ["select", "session.scalars"]


def test_app_silences_no_type_error() -> None:
    offenders = [
        str(path.relative_to(ROOT)) for path in APP.rglob("*.py") if "type: ignore" in path.read_text()
    ]
    assert offenders == []


def test_only_one_room_asks_other_hosts() -> None:
    """`app.outbound` bounds whom the program asks; clients of our own API ask only where they are told."""
    asking = {"httpx", "aiohttp", "requests", "urllib.request", "urllib3", "http.client", "ftplib", "smtplib"}
    allowed = {"outbound", "client", "cli", "simulator"}
    offenders = [
        str(path.relative_to(ROOT))
        for path in APP.rglob("*.py")
        if path.relative_to(APP).parts[0] not in allowed and asking & set(imported(path))
    ]
    assert offenders == []


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (each.name for each in names)
            case ast.ImportFrom(module=str(module)):
                yield module
