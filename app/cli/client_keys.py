"""`supervise clients keys`: the public keys that a client may sign with instead of sending a secret."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.accounts import client_keys, credentials
from app.accounts.client_keys import PublicKey
from app.cli.changes import change
from app.cli.console import AsJson, DataDir, result, say
from app.cli.distrusting import Reason, Since, distrust_credential
from app.cli.place import opened
from app.core import clock
from app.core.ids import ClientId

app = typer.Typer(name="keys", help="Public keys of a client.", no_args_is_help=True)

Client = Annotated[str, typer.Argument(help="Id of the client.")]
Kid = Annotated[str, typer.Argument(help="Id of the key.")]


@app.command("add")
def add(
    client: Client,
    public_key: Annotated[
        Path,
        typer.Argument(
            help="Public key in PEM (Ed25519 or P-256): openssl pkey -in private.pem -pubout.",
            exists=True,
            dir_okay=False,
            readable=True,
        ),
    ],
    *,
    kid: Annotated[
        str | None, typer.Option(help="What the key is called, if not by its thumbprint (RFC 7638).")
    ] = None,
    not_after: Annotated[
        datetime | None,
        typer.Option(help="Until when it is good.", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S%z"]),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Register a public key; it is good at once, beside those that are there."""
    key = PublicKey.of_pem(public_key.read_text(encoding="ascii", errors="replace"))
    until = not_after and not_after.replace(tzinfo=not_after.tzinfo or clock.SHANGHAI)
    with opened(data_dir) as place:
        added = change(
            place,
            lambda session: client_keys.add_key(
                session, ClientId(client), key, clock.now(), kid=kid, not_after=until
            ),
            "client-keys:add",
            client,
            kid=kid or key.thumbprint,
        )
    result(
        asdict(added),
        as_json=as_json,
        in_words=lambda: say(f"密钥 {added.kid} 已登记。", f"Key {added.kid} is registered."),
    )


@app.command("list")
def list_all(client: Client, *, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List the keys of a client."""
    with opened(data_dir) as place:
        keys = place.read(lambda session: client_keys.list_keys(session, ClientId(client)))

    def in_words() -> None:
        for key in keys:
            state = "distrusted" if key.distrusted_from else "retired" if key.retired_at else "good"
            typer.echo(f"{key.kid}  {key.algorithm}  {key.created_at:%Y-%m-%d}  {state}")

    result([asdict(key) for key in keys], as_json=as_json, in_words=in_words)


@app.command("retire")
def retire(client: Client, kid: Kid, *, data_dir: DataDir = None) -> None:
    """Retire a key: neither it nor the tokens it got are good any more. What came with it stays."""
    with opened(data_dir) as place:
        change(
            place,
            lambda session: client_keys.retire_key(session, ClientId(client), kid, clock.now()),
            "client-keys:retire",
            client,
            kid=kid,
        )
    say(f"密钥 {kid} 已停用。", f"Key {kid} is retired.")


@app.command("distrust")
def distrust(
    client: Client,
    kid: Kid,
    *,
    since: Since,
    reason: Reason,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Distrust a stolen key from a moment on: what came with it since then is taken back."""
    distrust_credential(
        ClientId(client), credentials.of_key(kid), since, reason, data_dir=data_dir, as_json=as_json
    )
