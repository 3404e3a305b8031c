"""`supervise keys`: the key pair that signs access tokens."""

from typing import Annotated

import typer

from app.accounts.signing_keys import rotate_signing_key
from app.cli.console import AsJson, DataDir, result, say
from app.cli.place import opened
from app.core import clock
from app.privacy.keyring import KeyRing

app = typer.Typer(name="keys", help="Keys of the program.", no_args_is_help=True)


@app.command("rotate-signing")
def rotate_signing(
    *,
    stolen: Annotated[
        bool, typer.Option("--stolen", help="Tokens signed with the old key are refused at once.")
    ] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Sign access tokens with a new key from now on."""
    with opened(data_dir) as place:
        key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
        kid = place.write(
            lambda session: rotate_signing_key(session, key_ring, clock.now(), is_old_one_stolen=stolen)
        )
    result(
        {"kid": kid},
        as_json=as_json,
        in_words=lambda: say(f"新签名密钥 {kid} 已启用。", f"Key {kid} signs from now on."),
    )
