"""`supervise clients`: who may ask for tokens."""

from dataclasses import asdict
from typing import Annotated

import typer

from app.accounts.schemas import NewClient, Registration
from app.accounts.service import add_client, list_clients, revoke_client
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.core.ids import ClientId
from app.core.vocabulary import PlatformKind, Role
from app.db.session import WriteSession

app = typer.Typer(name="clients", help="Add, list and revoke API clients.", no_args_is_help=True)


@app.command("add")
def add(
    *,
    role: Annotated[Role, typer.Option(help="What the client is.")],
    platform: Annotated[str | None, typer.Option(help="Code of the platform (role platform).")] = None,
    kind: Annotated[PlatformKind | None, typer.Option(help="Kind of a new platform.")] = None,
    name: Annotated[str | None, typer.Option(help="Name for people.")] = None,
    uscc: Annotated[str | None, typer.Option(help="Unified social credit code (role enterprise).")] = None,
    district: Annotated[
        list[str] | None,
        typer.Option(help="GB/T 2260 code that bounds a regulator; repeat it for several."),
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Add a client and print its id and its secret, which is shown this once only."""
    wanted = Registration(role, name, platform, kind, uscc, tuple(district or ()))

    async def work(session: WriteSession) -> NewClient:
        new = await add_client(session, wanted, clock.now())
        await changed(session, "clients:add", {"client_id": new.client_id})
        return new

    with opened(data_dir) as place:
        new = place.write(work)
    values = {"client_id": new.client_id, "client_secret": new.client_secret}

    def in_words() -> None:
        for field, value in values.items():
            typer.echo(f"{field}: {value}")
        say("密钥仅显示这一次，请妥善保存。", "The secret is shown this once only; keep it safe.")

    result(values, as_json=as_json, in_words=in_words)


@app.command("list")
def list_all(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """List all clients, without their secrets."""
    with opened(data_dir) as place:
        accounts = place.read(list_clients)

    def in_words() -> None:
        for account in accounts:
            bound = account.platform or account.uscc or ",".join(account.districts or ()) or "-"
            state = "revoked" if account.revoked_at else "active"
            typer.echo(f"{account.client_id}  {account.role}  {bound}  {account.name}  {state}")

    result([asdict(account) for account in accounts], as_json=as_json, in_words=in_words)


@app.command("revoke")
def revoke(
    client_id: Annotated[str, typer.Argument(help="Id of the client.")], *, data_dir: DataDir = None
) -> None:
    """Revoke a client: neither its secret nor its tokens are good any more."""

    async def work(session: WriteSession) -> None:
        await revoke_client(session, ClientId(client_id), clock.now())
        await changed(session, "clients:revoke", {"client_id": client_id})

    with opened(data_dir) as place:
        place.write(work)
    say(f"客户端 {client_id} 已注销。", f"Client {client_id} is revoked.")
