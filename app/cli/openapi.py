"""`supervise openapi`: the published API document, generated from the program."""

import difflib
import json
from pathlib import Path
from typing import Annotated

import typer

from app.api.openapi import openapi_document
from app.cli.console import fail, say
from app.cli.settings import settings_of
from app.core.errors import Text
from app.main import create_app

app = typer.Typer()

PUBLISHED = Path("openapi/openapi.json")


@app.command("openapi")
def openapi(
    *,
    write: Annotated[Path | None, typer.Option(help="Write the document to this file.")] = None,
    check: Annotated[
        bool, typer.Option("--check", help=f"Compare with {PUBLISHED}; exit 1 if it is stale.")
    ] = False,
) -> None:
    """Print, write or check the OpenAPI document of the API."""
    document = rendered()
    if check:
        _compare(PUBLISHED.read_text(encoding="utf-8"), document)
    elif write:
        write.parent.mkdir(parents=True, exist_ok=True)
        write.write_text(document, encoding="utf-8")
        say(f"已写入 {write}。", f"Wrote {write}.")
    else:
        typer.echo(document, nl=False)


def rendered() -> str:
    document = openapi_document(create_app(settings_of(None)))
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _compare(published: str, generated: str) -> None:
    if published == generated:
        return
    lines = difflib.unified_diff(published.splitlines(), generated.splitlines(), lineterm="", n=1)
    for _, line in zip(range(40), lines, strict=False):
        typer.echo(line, err=True)
    fail(Text(f"{PUBLISHED} 已过期，请运行 make openapi。", f"{PUBLISHED} is stale; run `make openapi`."))
