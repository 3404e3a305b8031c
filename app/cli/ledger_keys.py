"""`supervise ledger keys`: the keys that sign checkpoints, from the first one on."""

from collections.abc import Sequence
from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, result
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.db.session import WriteSession
from app.ledger import log_keys
from app.ledger.log_keys import LogKey
from app.privacy.keyring import KeyRing

app = typer.Typer()


@app.command("keys")
def keys(
    *,
    add: Annotated[bool, typer.Option("--add", help="Make a key that signs beside the others.")] = False,
    retire: Annotated[
        str | None,
        typer.Option(
            help="Sign with this key no more; another one must have signed beside it.", metavar="KID"
        ),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """List the verifier keys of the log with their history; add one, or retire one."""
    if add and retire:
        raise typer.BadParameter("--add and --retire exclude each other.")
    with opened(data_dir) as place:
        settings = place.settings
        key_ring = KeyRing.load_or_create(settings.key_ring_path)

        async def work(session: WriteSession) -> Sequence[LogKey]:
            if add:
                key = await log_keys.add(session, key_ring, settings.ledger_origin, clock.now())
                await changed(session, "ledger-keys:add", {"kid": key.kid})
            if retire is not None:
                await log_keys.retire(session, retire, clock.now())
                await changed(session, "ledger-keys:retire", {"kid": retire})
            return await log_keys.history(session)

        found = place.write(work)
    result([key._asdict() for key in found], as_json=as_json, in_words=lambda: _tell(found))


def _tell(found: Sequence[LogKey]) -> None:
    for key in found:
        until = key.retired_at.isoformat() if key.retired_at else "-"
        typer.echo(f"{key.kid}  {key.created_at.isoformat()}  {until}  {key.vkey}")
