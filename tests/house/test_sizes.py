"""A file and a function are read in one sitting (style.md 5)."""

import ast
import io
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 50
ONE_BY_ITS_PURPOSE = ROOT / "app/verifier/supervise_verify.py"
"""Handed to auditors, who read it before they trust it: one file, and its code is what is counted."""
LINES_OF_ITS_CODE = 370


def sources() -> Iterator[Path]:
    for room in ("app", "tests", "migrations"):
        yield from sorted((ROOT / room).rglob("*.py"))


def functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_no_file_is_longer_than_a_sitting() -> None:
    long = {
        str(p.relative_to(ROOT)): n
        for p in sources()
        if (n := len(p.read_text().splitlines())) > LINES_OF_A_FILE and p != ONE_BY_ITS_PURPOSE
    }
    assert long == {}, "Split by meaning, then name the parts."


def test_the_script_for_auditors_stays_as_short_as_it_is() -> None:
    assert len(lines_of_code(ONE_BY_ITS_PURPOSE.read_text())) <= LINES_OF_ITS_CODE


def lines_of_code(text: str) -> set[int]:
    """Without blank lines, comments and docstrings."""
    silent = {tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT}
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type not in silent | {tokenize.ENDMARKER}:
            lines |= {*range(token.start[0], token.end[0] + 1)}
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node):
            lines -= {*range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)}
    return lines


def test_no_function_is_longer_than_a_page() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}": length
        for path in sources()
        if "migrations/versions" not in str(path)
        for node in functions(path)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > LINES_OF_A_FUNCTION
    }
    assert long == {}, "Split by meaning, then name the parts."
