"""`supervise`: one file per group of commands; each parses, calls and prints."""

import typer

from app.cli.commands import COMMANDS, Commands

app = typer.Typer(
    cls=Commands,
    name="supervise",
    help="Supervision platform for subsidised vocational training (监督平台).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
for name, sentence in COMMANDS.items():
    app.command(name, help=sentence)(lambda: None)  # `Commands` imports the one that is asked for


def main() -> None:
    app()
