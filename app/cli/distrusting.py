"""How `supervise clients` distrusts a stolen key or secret."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from app.accounts.distrust import distrust
from app.cli.console import result, say
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.core.ids import ClientId, Credential
from app.db.session import WriteSession
from app.ingest.withdrawal import find_batches

Since = Annotated[
    datetime,
    typer.Option(
        help="The last moment at which it was surely not stolen; without an offset in Beijing time.",
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
    ),
]
Reason = Annotated[str, typer.Option(help="Why, in a sentence without personal data.")]


def distrust_credential(
    client_id: ClientId,
    credential: Credential,
    since: datetime,
    reason: str,
    *,
    data_dir: Path | None,
    as_json: bool,
) -> None:
    moment = since.replace(tzinfo=since.tzinfo or clock.SHANGHAI)

    async def work(session: WriteSession) -> tuple[list[str], int]:
        at = clock.now()
        found = await distrust(session, client_id, credential, since=moment, reason=reason, at=at)
        await changed(session, "clients:distrust", {"client_id": client_id, "credential": credential})
        return [each for each, _ in found], await find_batches(session, recorded_after=at)

    with opened(data_dir) as place:
        distrusted, batches = place.write(work)

    def in_words() -> None:
        say(
            f"自 {moment.isoformat()} 起不再采信：{'、'.join(distrusted)}。"
            f"{batches} 个批次将被撤回并重新评定。",
            f"Distrusted from {moment.isoformat()} on: {', '.join(distrusted)}. "
            f"{batches} batches are taken back, and whom they concern is assessed again.",
        )

    result({"distrusted": distrusted, "batches": batches}, as_json=as_json, in_words=in_words)
