"""`supervise`: one file per group of commands; each parses, calls and prints."""

import typer

from app.cli import clients, demo, keys, migrate, openapi, policy, push, reassess, serve, simulate, worker
from app.cli.console import Commands

app = typer.Typer(
    cls=Commands,
    name="supervise",
    help="Supervision platform for subsidised vocational training (监督平台).",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
app.command("serve")(serve.serve)
app.command("worker")(worker.worker)
app.command("migrate")(migrate.migrate)
app.command("demo")(demo.demo)
app.add_typer(clients.app, name="clients")
app.add_typer(keys.app, name="keys")
app.command("push")(push.push)
app.command("simulate")(simulate.simulate)
app.add_typer(policy.app, name="policy")
app.command("reassess")(reassess.reassess)
app.command("openapi")(openapi.openapi)


def main() -> None:
    app()
