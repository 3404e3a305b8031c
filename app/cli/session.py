"""How commands sign in to a server over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.console import accept_language, say
from app.client import Client, PrivateKey
from app.client.patience import Patience
from app.client.private_key import ISSUER

Server = Annotated[str, typer.Option(envvar="SUPERVISE_SERVER", help="Address of the server.")]
ClientId = Annotated[str, typer.Option(envvar="SUPERVISE_CLIENT_ID", help="Id of the client.")]
ClientSecret = Annotated[
    str | None,
    typer.Option(
        envvar="SUPERVISE_CLIENT_SECRET",
        help="Secret of the client; better given in the environment than on the command line.",
    ),
]
KeyFile = Annotated[
    Path | None,
    typer.Option(
        envvar="SUPERVISE_CLIENT_KEY",
        help="File with the private key of the client, in PEM, instead of a secret.",
        dir_okay=False,
    ),
]
KeyId = Annotated[
    str | None,
    typer.Option(envvar="SUPERVISE_CLIENT_KEY_ID", help="Its kid, if it is not the thumbprint."),
]
Issuer = Annotated[
    str, typer.Option(envvar="SUPERVISE_ISSUER", help="What the server calls itself, for a key's assertions.")
]
LOCAL = "http://127.0.0.1:8000"


def credential_of(client_secret: str | None, key_file: Path | None, key_id: str | None) -> str | PrivateKey:
    """What the options say: a secret or a key."""
    if (client_secret is None) == (key_file is None):
        raise typer.BadParameter(
            "Give --client-secret (SUPERVISE_CLIENT_SECRET) or --key-file, and one of them."
        )
    return client_secret or PrivateKey.load(key_file or Path(), kid=key_id)


def signed_in(server: str, client_id: str, credential: str | PrivateKey, issuer: str = ISSUER) -> Client:
    """Waits for a busy server, and says so."""
    patience = Patience(on_pause=_explain)
    return Client(server, client_id, credential, issuer=issuer, language=accept_language(), patience=patience)


def _explain(reason: str, pause_s: float) -> None:
    say(f"服务器暂不可用（{reason}），{pause_s:.1f} 秒后重试。", f"{reason}; again in {pause_s:.1f} s.")
