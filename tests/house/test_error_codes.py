"""No error without a test that earns it: over HTTP in `tests/journeys`, or raised or read out in its room.

The journey compares what a request was answered with the error itself. Here a test counts that waits for the
error with `pytest.raises`, or asserts words that only the error writes.
"""

import ast
import importlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from app.core.errors import AppError, Text
from tests.house.error_classes import ROOT, Error, errors, own_words, strings_in
from tests.journeys.provocations import NOT_OVER_HTTP, PROBLEMS

TELLING = 15
"""Letters that no two errors have in common by chance."""


@cache
def trees() -> dict[Path, ast.Module]:
    return {path: ast.parse(path.read_text()) for path in (ROOT / "tests").rglob("test_*.py")}


@cache
def raised() -> frozenset[object]:
    """What tests wait for with `pytest.raises`, as the objects that the names stand for."""
    found: set[object] = set()
    for tree in trees().values():
        names = imported(tree)
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.raises" and node.args:
                found |= {named(each, names) for each in expected(node.args[0])}
    return frozenset(found)


def expected(argument: ast.expr) -> list[ast.expr]:
    return argument.elts if isinstance(argument, ast.Tuple) else [argument]


def imported(tree: ast.Module) -> dict[str, tuple[str, str]]:
    """Module and name, by the name in this file."""
    return {
        alias.asname or alias.name: (node.module, alias.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("app")
        for alias in node.names
    }


def named(expression: ast.expr, names: dict[str, tuple[str, str]]) -> object:
    first, *rest = ast.unparse(expression).split(".")
    if first not in names:
        return None
    module, name = names[first]
    found = getattr(importlib.import_module(module), name)
    for attribute in rest:
        found = getattr(found, attribute)
    return found


@cache
def asserted() -> tuple[str, ...]:
    """Texts in the assertions of tests."""
    return tuple(_asserted())


def _asserted() -> Iterator[str]:
    for tree in trees().values():
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                yield from (text for text in strings_in(node) if len(text) >= TELLING)


def is_read_out(error: Error) -> bool:
    told = [words for words in own_words(error) if len(words) >= TELLING]
    return any(words in text or text in words for words in told for text in asserted())


@pytest.mark.parametrize("error", sorted(errors() - PROBLEMS.keys(), key=str), ids=lambda each: each.__name__)
def test_what_no_request_earns_is_raised_by_a_test_of_its_room(error: Error) -> None:
    assert error in raised() or is_read_out(error)


def test_the_reasons_are_of_errors_that_exist() -> None:
    assert NOT_OVER_HTTP.keys() <= errors()


class Forgotten(AppError):
    def __init__(self) -> None:
        super().__init__(Text("没有测试会引发这个错误，也没有人读到它。", "Nobody ever sees this sentence."))


def test_an_error_that_nobody_tests_would_be_noticed() -> None:
    assert Forgotten not in raised()
    assert not is_read_out(Forgotten)
