"""`supervise ledger`: the log for its operator and for auditors; each subcommand has its own file."""

import typer

from app.cli import ledger_audit, ledger_bundle, ledger_export, ledger_keys, ledger_status, ledger_verify

app = typer.Typer(
    name="ledger",
    help="The log: state, keys, checkpoints, export; bundles, verification, the deep check.",
    no_args_is_help=True,
)
for part in (ledger_status, ledger_keys, ledger_export, ledger_bundle, ledger_verify, ledger_audit):
    app.add_typer(part.app)
