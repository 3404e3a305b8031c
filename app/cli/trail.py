"""`supervise trail`: whether the audit trail is still what the ledger says it was."""

import asyncio

import typer

from app.cli.console import AsJson, DataDir, result, say
from app.cli.place import opened
from app.db.session import Database
from app.privacy.keyring import KeyRing
from app.trail.audit import Audited, audit

app = typer.Typer(name="trail", help="Check the audit trail.", no_args_is_help=True)


@app.command("verify")
def verify(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Hash every closed hour of the trail again and hold it against the ledger; status 1 if any differs."""
    with opened(data_dir) as place:
        key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
        found = asyncio.run(_audited(place.database_url, key_ring))
    told = {**found._asdict(), "findings": [finding._asdict() for finding in found.findings]}
    result(told, as_json=as_json, in_words=lambda: _tell(found))
    if found.findings:
        raise typer.Exit(1)


async def _audited(database_url: str, key_ring: KeyRing) -> Audited:
    database = Database.connect(database_url, pool_size=1)
    try:
        return await audit(database, key_ring)
    finally:
        await database.dispose()


def _tell(found: Audited) -> None:
    for finding in found.findings:
        hour = finding.hour.isoformat() if finding.hour else "-"
        typer.echo(f"{finding.fault}  {hour}  {finding.digest_id or '-'}")
    say(
        f"核对了 {found.hours} 个小时、{found.entries} 条记录，发现 {len(found.findings)} 处不符。",
        f"{found.hours} hours with {found.entries} entries checked, {len(found.findings)} differences found.",
    )
