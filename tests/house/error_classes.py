"""Every error that the program can raise, and the words that each has of its own."""

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from functools import cache
from http import HTTPStatus
from pathlib import Path

import app
from app.core.errors import AppError

ROOT = Path(__file__).parents[2]
LEAST_OF_A_SENTENCE = 6
BESIDE_THE_SERVER = ("app.cli", "app.client", "app.simulator")

Error = type[AppError]


@cache
def errors() -> frozenset[Error]:
    """Those of every module under app/ that are raised; a family only where it is raised itself."""
    for module in pkgutil.walk_packages(app.__path__, "app."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    called = set(_names_called_in(ROOT / "app"))
    every = set(_below(AppError))
    return frozenset(each for each in every if not each.__subclasses__() or each.__name__ in called)


def errors_of_a_server() -> frozenset[Error]:
    """Those that can become an answer. What is the server's own fault becomes one and the same."""
    return frozenset(
        each
        for each in errors()
        if not each.__module__.startswith(BESIDE_THE_SERVER)
        and (each.status != HTTPStatus.INTERNAL_SERVER_ERROR or each.__name__ == "InternalError")
    )


def own_words(error: Error) -> list[str]:
    """The pieces of the sentences that its methods write. A family is given its words, and has none."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(error)))
    methods = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    return [each for method in methods for each in strings_in(method) if len(each) >= LEAST_OF_A_SENTENCE]


def strings_in(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def _below(error: Error) -> Iterator[Error]:
    for child in error.__subclasses__():
        if child.__module__.startswith("app."):
            yield child
            yield from _below(child)


def _names_called_in(directory: Path) -> Iterator[str]:
    for path in directory.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                yield node.func.id
