"""How commands sign in to a server over HTTP."""

from typing import Annotated

import typer

from app.cli.console import accept_language, say
from app.client import Client
from app.client.patience import Patience

Server = Annotated[str, typer.Option(envvar="SUPERVISE_SERVER", help="Address of the server.")]
ClientId = Annotated[str, typer.Option(envvar="SUPERVISE_CLIENT_ID", help="Id of the client.")]
ClientSecret = Annotated[
    str,
    typer.Option(
        envvar="SUPERVISE_CLIENT_SECRET",
        help="Secret of the client; better given in the environment than on the command line.",
    ),
]
LOCAL = "http://127.0.0.1:8000"


def signed_in(server: str, client_id: str, client_secret: str) -> Client:
    """Waits for a busy server, and says so."""
    patience = Patience(on_pause=_explain)
    return Client(server, client_id, client_secret, language=accept_language(), patience=patience)


def _explain(reason: str, pause_s: float) -> None:
    say(f"服务器暂不可用（{reason}），{pause_s:.1f} 秒后重试。", f"{reason}; again in {pause_s:.1f} s.")
