"""`supervise keys`: the key pair that signs access tokens, and the ring that seals personal data."""

from pathlib import Path
from typing import Annotated

import typer

from app.accounts.signing_keys import rotate_signing_key
from app.backup.service import export_key_ring
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.place import opened
from app.cli.settings import settings_of
from app.core import clock
from app.db.session import WriteSession
from app.privacy import keyring_file
from app.privacy.keyring import KeyRing
from app.rotation import service as rotation
from app.rotation.schemas import Status

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

        async def work(session: WriteSession) -> str:
            kid = await rotate_signing_key(session, key_ring, clock.now(), is_old_one_stolen=stolen)
            await changed(session, "signing-keys:rotate", {"kid": kid})
            return kid

        kid = place.write(work)
    result(
        {"kid": kid},
        as_json=as_json,
        in_words=lambda: say(f"新签名密钥 {kid} 已启用。", f"Key {kid} signs from now on."),
    )


@app.command("rotate")
def rotate(
    *,
    prepare: Annotated[
        bool,
        typer.Option(
            "--prepare", help="Make a key that only opens so far, and copy the ring to all machines."
        ),
    ] = False,
    use: Annotated[
        str | None, typer.Option("--use", help="Seal with this prepared key.", metavar="KEY_ID")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Seal personal data with a new key from now on; workers seal anew what lives. Nothing is restarted."""
    if prepare and use:
        raise typer.BadParameter("--prepare and --use exclude each other.")

    async def work(session: WriteSession) -> str:
        path = place.settings.key_ring_path
        if use is None:
            key_id = keyring_file.add_key(path, seals=not prepare)
        else:
            keyring_file.use_key(path, key_id := use)
        await changed(session, "sealing-keys:rotate", {"key_id": key_id})
        return key_id

    with opened(data_dir) as place:
        key_id = place.write(work)
    result(
        {"key_id": key_id, "seals": not prepare},
        as_json=as_json,
        in_words=lambda: (
            say(f"密钥 {key_id} 已备好，尚未启用。", f"Key {key_id} is prepared and seals nothing yet.")
            if prepare
            else say(f"自现在起以密钥 {key_id} 加密。", f"Key {key_id} seals from now on.")
        ),
    )


@app.command("status")
def status(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Count what each key of the ring has sealed. Reads every table with sealed values."""
    with opened(data_dir) as place:
        key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
        found = place.read(lambda session: rotation.status(session, key_ring))
    told = {"keys": [use._asdict() for use in found.keys], "waiting": found.waiting}
    result(told, as_json=as_json, in_words=lambda: _tell(found))


def _tell(found: Status) -> None:
    for use in found.keys:
        mark = "*" if use.seals else " " if use.is_known else "!"
        say(
            f"{mark} {use.key_id}  可更新 {use.living}，只增 {use.kept}",
            f"{mark} {use.key_id}  living {use.living}, append-only {use.kept}",
        )
    for table in found.waiting:
        say(f"{table}：重新加密未完成。", f"{table}: not yet sealed anew.")


@app.command("retire")
def retire(key_id: str, *, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Destroy a key of the ring. Refused while anything is sealed with it."""
    with opened(data_dir) as place:
        path = place.settings.key_ring_path
        key_ring = KeyRing.load_or_create(path)

        async def work(session: WriteSession) -> None:
            await changed(session, "sealing-keys:retire", {"key_id": key_id})
            await rotation.retire(session, key_ring, path, key_id)

        place.write(work)
    result(
        {"key_id": key_id},
        as_json=as_json,
        in_words=lambda: say(f"密钥 {key_id} 已销毁。", f"Key {key_id} is destroyed."),
    )


@app.command("export")
def export(
    directory: Annotated[Path, typer.Argument(help="Where the ring is kept apart from all backups.")],
    *,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Copy the key ring to where it is kept apart; again after each rotation."""
    copy = export_key_ring(settings_of(data_dir).key_ring_path, directory)
    result(
        {"key_ring": str(copy)},
        as_json=as_json,
        in_words=lambda: say(
            f"密钥文件已复制到 {copy}。请勿与备份放在一起。",
            f"The key ring is copied to {copy}. Keep it where no backup is.",
        ),
    )
