"""`supervise clients`: who may ask for tokens."""

from dataclasses import asdict
from datetime import timedelta
from typing import Annotated

import typer

from app.accounts import client_secrets, credentials, quotas
from app.accounts.schemas import NewClient, Quota, Registration
from app.accounts.service import add_client, list_clients, revoke_client, set_quota
from app.cli import client_keys
from app.cli.changes import change
from app.cli.console import AsJson, DataDir, result, say
from app.cli.distrusting import Reason, Since, distrust_credential
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.core.ids import ClientId
from app.core.vocabulary import PlatformKind, Role
from app.db.session import WriteSession

app = typer.Typer(name="clients", help="API clients: their credentials and quotas.", no_args_is_help=True)
app.add_typer(client_keys.app)

Client = Annotated[str, typer.Argument(help="Id of the client.")]


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
def revoke(client_id: Client, *, data_dir: DataDir = None) -> None:
    """Revoke a client: neither its secret nor its tokens are good any more."""
    with opened(data_dir) as place:
        change(
            place,
            lambda session: revoke_client(session, ClientId(client_id), clock.now()),
            "clients:revoke",
            client_id,
        )
    say(f"客户端 {client_id} 已注销。", f"Client {client_id} is revoked.")


@app.command("rotate-secret")
def rotate_secret(
    client_id: Client,
    *,
    overlap_hours: Annotated[
        float, typer.Option(help="How long the secret of before stays good.", min=0, max=24 * 90)
    ] = 24,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Give a client a new secret, which is shown this once only; the one before stays good for a while."""
    overlap = timedelta(hours=overlap_hours)
    with opened(data_dir) as place:
        new = change(
            place,
            lambda session: client_secrets.rotate_secret(
                session, ClientId(client_id), clock.now(), overlap=overlap
            ),
            "clients:rotate-secret",
            client_id,
            overlap_hours=f"{overlap_hours:g}",
        )

    def in_words() -> None:
        typer.echo(f"client_secret: {new.client_secret}")
        until = new.former_until.isoformat()
        say(
            f"密钥仅显示这一次；原密钥有效至 {until}。",
            f"The secret is shown this once only; the one before is good until {until}.",
        )

    result(asdict(new), as_json=as_json, in_words=in_words)


@app.command("switch-off-secret")
def switch_off_secret(client_id: Client, *, data_dir: DataDir = None) -> None:
    """Let a client sign in with its keys alone."""
    with opened(data_dir) as place:
        change(
            place,
            lambda session: client_secrets.switch_off_secret(session, ClientId(client_id), clock.now()),
            "clients:switch-off-secret",
            client_id,
        )
    say(f"客户端 {client_id} 只能用密钥登录。", f"Client {client_id} signs in with its keys alone.")


@app.command("quota")
def quota(
    client_id: Client,
    *,
    records_a_day: Annotated[
        int | None, typer.Option(help="Records that it may have stored in a day of Beijing.", min=0)
    ] = None,
    requests_a_minute: Annotated[int | None, typer.Option(help="Requests in a minute.", min=1)] = None,
    data_dir: DataDir = None,
) -> None:
    """Set both quotas of a client; one that is left out is as the settings say."""
    wanted = Quota(records_a_day, requests_a_minute)

    async def kept(session: WriteSession) -> None:
        former = await set_quota(session, ClientId(client_id), wanted)
        subject = {"client_id": client_id, **quotas.change_of(former, wanted)}
        await changed(session, "clients:quota", subject)

    with opened(data_dir) as place:
        place.write(kept)
    say(f"客户端 {client_id} 的配额已更新。", f"The quotas of client {client_id} are set.")


@app.command("distrust-secret")
def distrust_secret(
    client_id: Client,
    number: Annotated[int, typer.Argument(help="Which of its secrets: 1 is the first.", min=1)],
    *,
    since: Since,
    reason: Reason,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Distrust a stolen secret from a moment on: what came with it since then is taken back."""
    distrust_credential(
        ClientId(client_id),
        credentials.of_secret(number),
        since,
        reason,
        data_dir=data_dir,
        as_json=as_json,
    )
