"""What docs/security.md and docs/asvs.md claim can be looked up: each line names evidence that exists."""

import ast
import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("docs/security.md", "docs/asvs.md")
REQUIREMENTS = """
1.1:1,2 1.2:1,2,3,4,5,6,7,8,9 1.3:1,2,3,4,5,6,7,8,9,10,11 1.4:1,2,3 1.5:1,2 2.1:1,2,3 2.2:1,2,3
2.3:1,2,3,4 2.4:1 3.2:1,2 3.3:1,2,3,4 3.4:1,2,3,4,5,6 3.5:1,2,3,4,5 3.7:1,2 4.1:1,2,3 4.2:1 4.3:1,2
4.4:1,2,3,4 5.1:1 5.2:1,2,3 5.3:1,2 5.4:1,2,3 6.1:1,2,3 6.2:1,2,3,4,5,6,7,8,9,10,11,12 6.3:1,2,3,4
6.4:1,2,3,4 6.5:1,2,3,4,5 6.6:1,2,3 6.8:1,2,3,4 7.1:1,2,3 7.2:1,2,3,4 7.3:1,2 7.4:1,2,3,4,5 7.5:1,2
7.6:1,2 8.1:1,2 8.2:1,2,3 8.3:1 8.4:1 9.1:1,2,3 9.2:1,2,3,4 10.1:1,2 10.2:1,2 10.3:1,2,3,4
10.4:1,2,3,4,5,6,7,8,9,10,11 10.5:1,2,3,4,5 10.6:1,2 10.7:1,2,3 11.1:1,2 11.2:1,2,3 11.3:1,2,3
11.4:1,2,3,4 11.5:1 11.6:1 12.1:1,2,3 12.2:1,2 12.3:1,2,3,4 13.1:1 13.2:1,2,3,4,5 13.3:1,2
13.4:1,2,3,4,5 14.1:1,2 14.2:1,2,3,4 14.3:1,2,3 15.1:1,2,3 15.2:1,2,3 15.3:1,2,3,4,5,6,7 16.1:1
16.2:1,2,3,4,5 16.3:1,2,3,4 16.4:1,2,3 16.5:1,2,3 17.1:1 17.2:1,2,3,4 17.3:1,2
"""
"""Levels 1 and 2 of OWASP ASVS 5.0.0, by section."""
STATES = ("met", "partly", "not met", "deployment", "not ours")
ROW = re.compile(r"^\| ([0-9]+\.[0-9]+\.[0-9]+) \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$", re.MULTILINE)
PATH = re.compile(
    r"`((?:app|deploy|docs|migrations|tests|openapi|\.ci)/[\w./-]*[\w-])(?:::(\w+(?:::\w+)?))?`"
)
"""A file or folder, and a test of it where one is named."""


class Line(NamedTuple):
    number: str
    subject: str
    state: str
    evidence: str


LINES = [Line(*map(str.strip, found)) for found in ROW.findall((ROOT / "docs/asvs.md").read_text())]
EVIDENCE = [(page, *found) for page in PAGES for found in PATH.findall((ROOT / page).read_text())]


def wanted() -> list[str]:
    sections = dict(part.split(":") for part in REQUIREMENTS.split())
    return [f"{section}.{last}" for section, numbers in sections.items() for last in numbers.split(",")]


def test_every_requirement_has_its_line_in_order() -> None:
    assert len(wanted()) == 253
    assert [line.number for line in LINES] == wanted()


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.number)
def test_a_line_says_how_it_stands_and_by_what(line: Line) -> None:
    assert line.state in STATES
    assert line.subject
    assert line.evidence
    if line.state in {"met", "partly"}:
        assert PATH.search(line.evidence)


def test_the_sums_are_those_of_the_lines() -> None:
    sums = ", ".join(f"{sum(line.state == state for line in LINES)} {state}" for state in STATES)
    assert f"\nOf {len(LINES)}: {sums}.\n" in (ROOT / "docs/asvs.md").read_text()


@pytest.mark.parametrize(("page", "path", "name"), sorted(set(EVIDENCE)))
def test_evidence_exists(page: str, path: str, name: str) -> None:
    assert (ROOT / path).exists(), page
    if name:
        assert set(name.split("::")) <= names_in(path), page


@cache
def names_in(path: str) -> set[str]:
    tree = ast.parse((ROOT / path).read_text())
    definitions = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(tree) if isinstance(node, definitions)}
