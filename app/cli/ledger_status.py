"""`supervise ledger status` and `publish`: how the log stands, and a checkpoint now."""

import asyncio

import typer

from app.cli.console import AsJson, DataDir, fail, result, say
from app.cli.place import Place, opened
from app.db.session import Database
from app.ledger.checkpoint import Checkpoint
from app.ledger.errors import NoCheckpointYet
from app.ledger.publication import Publishing, publish
from app.ledger.service import LogState, state
from app.privacy.keyring import KeyRing

app = typer.Typer()


@app.command("status")
def status(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Show what is sequenced, integrated and published; status 1 if nothing is signed any more."""
    with opened(data_dir) as place:
        found = place.read(state, repeatable=True)
    result(_told(found), as_json=as_json, in_words=lambda: _tell(found))
    if found.refused is not None:
        raise typer.Exit(1)


@app.command("publish")
def publish_now(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Sequence, integrate and sign all that is committed; print the checkpoint."""
    with opened(data_dir) as place:
        published = asyncio.run(_published(place))
    if published is None:
        fail(NoCheckpointYet().detail)
    result(
        {"size": published.size, "root": published.root.hex(), "note": published.note},
        as_json=as_json,
        in_words=lambda: typer.echo(published.note, nl=False),
    )


async def _published(place: Place) -> Checkpoint | None:
    key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
    database = Database.connect(place.database_url, pool_size=1)
    try:
        return await publish(database, key_ring, Publishing.of(place.settings))
    finally:
        await database.dispose()


def _told(found: LogState) -> dict[str, object]:
    newest, refused = found.published, found.refused
    return {
        "origin": found.origin,
        "sequenced": found.sequenced,
        "integrated": {"size": found.integrated.size, "root": found.integrated.root.hex()},
        "published": newest
        and {"size": newest.size, "root": newest.root.hex(), "issued_at": newest.issued_at},
        "refused": refused and {"kind": refused.kind, "details": refused.details},
        "alarms": [
            {"kind": each.kind, "raised_at": each.raised_at, "details": each.details} for each in found.alarms
        ],
        "outlets": [
            {"kind": each.kind, "name": each.name, "state": each.state, "size": each.size, "told": each.told}
            for each in found.outlets
        ],
    }


def _tell(found: LogState) -> None:
    published = found.published.size if found.published else 0
    say(f"账本名称：{found.origin or '-'}", f"Log: {found.origin or '-'}")
    say(
        f"已排序 {found.sequenced} 条，已纳入 {found.integrated.size} 条，已发布 {published} 条。",
        f"{found.sequenced} sequenced, {found.integrated.size} integrated, {published} published.",
    )
    for outlet in found.outlets:
        typer.echo(
            f"{outlet.kind} {outlet.name}: {outlet.state} {outlet.size or '-'} {outlet.told or ''}".strip()
        )
    for each in found.alarms:
        typer.echo(f"{each.raised_at.isoformat()}  {each.kind}  {dict(each.details)}")
    if found.refused is not None:
        say(
            f"不再签发：{found.refused.kind}。处置见 docs/proofs.md。",
            f"Nothing is signed any more: {found.refused.kind}. docs/proofs.md tells what to do.",
        )
