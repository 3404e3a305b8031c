"""Which commands there are. A command's file, and all that it stands on, is imported when it is asked for."""

from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_group

from app.cli.console import fail
from app.core.errors import AppError, Text

COMMANDS = {
    "serve": "Serve the API; without DATABASE_URL on an embedded PostgreSQL under the data directory.",
    "worker": "Give batches their place in the ledger and assess whom they touched, until told to stop.",
    "migrate": "Bring the database schema to this version of the program.",
    "demo": "Start everything from nothing, play a term of training, and show who is eligible.",
    "clients": "API clients: their credentials and quotas.",
    "users": "Add, list, reset and disable people.",
    "keys": "Keys of the program.",
    "push": "Send a file of records; rejected ones go to FILE.rejected.ndjson, to be mended and sent again.",
    "backup": "Take a base backup into a directory; list, verify, and hold the ledger against its archives.",
    "restore": "Make the embedded database from a backup and the archived log, and check every leaf.",
    "simulate": "Push a simulated term to a server, and compare every receipt with what was meant.",
    "policy": "Policy packs: shown, checked, published.",
    "ledger": "The log: state, keys, checkpoints, export; bundles, verification, the deep check.",
    "trail": "Check the audit trail.",
    "retention": "Until when what is kept, legal holds, disposal of what is over.",
    "reproduce": "Make a past decision again from its archives; say what moved one decision to another.",
    "videos": "Videos in custody: the hosts that may be asked for them.",
    "reassess": "Have class groups assessed again by the running server or worker.",
    "openapi": "Print, write or check the OpenAPI document of the API.",
}
"""Each by the name of its file here, with the first sentence of its help."""


class Commands(TyperGroup):
    """Turns what went wrong into one sentence and exit status 1; a wrong command line is status 2."""

    def resolve_command(
        self,
        ctx: Any,  # noqa: ANN401 (typer keeps its types to itself)
        args: list[str],
    ) -> tuple[str | None, Any, list[str]]:
        """The command behind the name that the list holds."""
        name, _, rest = super().resolve_command(ctx, args)
        return name, name and command(name), rest

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401
        try:
            return super().invoke(ctx)
        except AppError as error:
            fail(error.detail)
        except OSError as error:
            place = f": {error.filename}" if error.filename else ""
            fail(Text(f"{error.strerror or error}{place}", f"{error.strerror or error}{place}"))


def command(name: str) -> Any:  # noqa: ANN401
    """The command or group of commands in the file of this name."""
    plain = typer.Typer(rich_markup_mode=None)
    plain.add_typer(import_module(f"app.cli.{name}").app)
    return get_group(plain).commands[name]
