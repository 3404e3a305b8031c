"""`supervise ledger verify`: the script for auditors, run from here. There is no other verifier."""

from pathlib import Path
from typing import Annotated

import typer

from app.verifier import supervise_verify

app = typer.Typer()

HELP = """Check a bundle, an exported log, an entry or growth offline; status 1 if anything is refused.

A bundle (ZIP); a directory; a receipt or an entry and its .tlog-proof; or two checkpoints and the consistency
proof between them. Needs no database.
"""


@app.command("verify", help=HELP)
def verify(
    paths: Annotated[list[Path], typer.Argument(help="One, two or three of them.", exists=True)],
    *,
    key: Annotated[
        list[str] | None,
        typer.Option(help="Trust this vkey of the log or of a witness and no others; again for more."),
    ] = None,
) -> None:
    keys = [argument for vkey in key or [] for argument in ("--key", vkey)]
    raise typer.Exit(supervise_verify.main([*map(str, paths), *keys], typer.echo))
