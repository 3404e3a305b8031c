"""The law is dated data with its source (style.md 25): code that judges holds none of the numbers of packs.

Found in the syntax tree: every number in the rooms that judge which is also the value of a parameter of some
pack, however it is written (0.8, "0.8", Fraction(4, 5) by its 5), and every number with a fraction at all.
"""

import ast
from collections.abc import Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import pytest

from app.rules.loader import load_packs

ROOT = Path(__file__).parents[2]
ROOMS = ("rules", "eligibility", "findings", "policies")
NO_THRESHOLDS = {Fraction(0), Fraction(1)}
"""Too common to mean anything."""

LISTED = {
    "app/eligibility/answers_class_groups.py PAGE_OF_AN_EXPORT": "rows read at a time",
    "app/eligibility/answers_class_groups.py _answer": "columns that are told as they are stored",
    "app/eligibility/assess.py TRIES": "of a transaction",
    "app/eligibility/exported.py settle": "columns of a row",
    "app/eligibility/overview.py MOST_ENDANGERED": "rows of a table",
    "app/eligibility/overview.py MOST_ROWS": "rows of a table",
    "app/eligibility/overview.py WEEKS": "shown in a chart",
    "app/eligibility/service.py WINDOW": "rows read at a time",
    "app/eligibility/visit.py FEWEST_LESSONS": "from which on a query is cut up",
    "app/policies/differences.py CONTEXT_LINES": "that stand around a differing one",
    "app/policies/errors.py MOST_MISTAKES": "and the longest one that is told",
    "app/policies/recording.py _read_otherwise": "digits of a hash that are told",
    "app/policies/texts.py MOST_BYTES": "of a pack that is sent",
    "app/policies/texts.py MOST_DEPTH": "of a pack that is sent",
    "app/rules/case_feeds.py _milliseconds": "a unit",
    "app/rules/class_assessment.py MOST_PLACES": "that an outcome names",
    "app/rules/coverage.py MICROSECONDS_PER_MILLISECOND": "a unit",
    "app/rules/coverage.py _fastest": "entries of a cache",
    "app/rules/figures.py MICROSECOND_DECIMALS": "digits of a second",
    "app/rules/member_facts.py whole_months": "months of a year",
    "app/rules/parameters.py _is_decimal": "the prime factors of ten",
    "app/rules/retention.py MONTHS_OF_A_YEAR": "months of a year",
}
"""Numbers that are the same by chance: `file name`, the constant or function that holds them, and why."""


@cache
def pack_numbers() -> set[Fraction]:
    packs = load_packs()
    values = [
        parameter.value
        for programme in packs.programmes()
        for version in packs.versions(programme)
        for parameter in version.parameters
    ]
    singly = [each for value in values for each in (value if isinstance(value, tuple) else (value,))]
    return {each for each in singly if isinstance(each, Fraction)} - NO_THRESHOLDS


def number_of(constant: ast.Constant) -> Fraction | None:
    value = constant.value
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        return None


def name_of(top: ast.stmt) -> str:
    match top:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            return top.name
        case ast.Assign(targets=[ast.Name(id=name)]) | ast.AnnAssign(target=ast.Name(id=name)):
            return name
        case ast.Assign(targets=[ast.Tuple(elts=[ast.Name(id=name), *_])]):
            return name
        case _:
            return "?"


def spoken(node: ast.AST) -> Iterator[ast.AST]:
    """The node and all in it, but for the examples of an API."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (isinstance(child, ast.keyword) and child.arg == "examples"):
            yield from spoken(child)


def suspects(tree: ast.Module, numbers: set[Fraction]) -> Iterator[tuple[str, int, Fraction]]:
    """Numbers of packs and fractions, each with the name at the margin that holds it and its line."""
    for top in tree.body:
        for node in spoken(top):
            number = number_of(node) if isinstance(node, ast.Constant) else None
            if number is not None and (number in numbers or number.denominator != 1):
                yield name_of(top), getattr(node, "lineno", 0), number


@cache
def found() -> dict[str, list[str]]:
    """By `file name`, where and what."""
    numbers = pack_numbers()
    places: dict[str, list[str]] = {}
    for room in ROOMS:
        for path in sorted((ROOT / "app" / room).rglob("*.py")):
            file = path.relative_to(ROOT)
            for name, line, number in suspects(ast.parse(path.read_text("utf-8")), numbers):
                places.setdefault(f"{file} {name}", []).append(f"line {line}: {number}")
    return places


def test_no_threshold_stands_outside_a_pack() -> None:
    unlisted = {place: lines for place, lines in found().items() if place not in LISTED}
    assert unlisted == {}, "A threshold belongs into a pack, with its clause; another number into LISTED."


def test_what_is_listed_is_still_there() -> None:
    assert {place for place in LISTED if place not in found()} == set()


@pytest.mark.parametrize(
    "code",
    [
        "def judge(rate): return rate >= 0.8",
        "LEAST = Fraction('0.80')",
        "LEAST = Fraction(4, 5)",
        "HOURS = 40",
        "def late(days): return days < 5",
        "CAP_FEN = 1000 * 100",
        "SHARE = 0.85",
    ],
)
def test_a_threshold_in_code_is_found(code: str) -> None:
    assert list(suspects(ast.parse(code), pack_numbers()))


def test_other_numbers_are_not() -> None:
    assert not list(
        suspects(ast.parse("SECOND = 1_000_000\nHALF = total // 2\nNAME = '7th'"), pack_numbers())
    )
