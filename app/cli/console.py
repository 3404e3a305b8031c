"""How commands speak: results on standard output, all else on standard error, errors in one sentence."""

import json
import locale
import os
import sys
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, NoReturn

import structlog
import typer
from rich.console import Console

from app.core.errors import Text

DataDir = Annotated[
    Path | None,
    typer.Option(
        help="Directory of the embedded database and the key ring; also SUPERVISE_DATA_DIR.",
        show_default=False,
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON.")]

people = Console(stderr=True, highlight=False)
"""For progress and remarks; silent animations where nobody watches."""


def language() -> str:
    """`zh` where the terminal's locale says so, else `en`."""
    names = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    spoken = next(filter(None, names), None) or locale.getlocale()[0] or ""
    return "zh" if spoken.lower().startswith(("zh", "chinese")) else "en"


def accept_language() -> str:
    return "zh-CN" if language() == "zh" else "en"


def say(zh: str, en: str) -> None:
    """A remark to the person at the terminal."""
    people.print(zh if language() == "zh" else en, soft_wrap=True, markup=False)


def announce(zh: str, en: str, **fields: str) -> None:
    """Of a program that stays: a remark to the person at the terminal, or a line of the log if nobody is."""
    if people.is_terminal:
        say(zh, en)
    else:
        structlog.get_logger("supervise").info(en, **fields)


def fail(sentence: Text, *, status: int = 1) -> NoReturn:
    typer.echo(f"supervise: {sentence.in_language(language())}", err=True)
    raise typer.Exit(status)


def result(values: object, *, as_json: bool, in_words: Callable[[], None]) -> None:
    """The answer of a command: for a program, or for a person."""
    if as_json:
        json.dump(values, sys.stdout, ensure_ascii=False, indent=2, default=_in_json)
        sys.stdout.write("\n")
    else:
        in_words()


def _in_json(value: object) -> str:
    """As the API writes it: instants are RFC 3339, what else JSON does not know is its text."""
    return value.isoformat() if isinstance(value, datetime) else str(value)
