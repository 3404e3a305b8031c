"""`supervise push`: sends a file of records, batch by batch."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Annotated

import msgspec
import typer
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from app.cli.console import AsJson, people, result, say
from app.cli.record_files import FileRecord, Format, format_of, records
from app.cli.rejected_file import RejectedFile
from app.cli.session import (
    LOCAL,
    ClientId,
    ClientSecret,
    Issuer,
    KeyFile,
    KeyId,
    Server,
    credential_of,
    signed_in,
)
from app.client import BATCH_RECORDS, Batch, Client, DryRun, Receipt, RejectedRecord, cut
from app.client.private_key import ISSUER
from app.client.receipts import Effect
from app.core.vocabulary import Feed

app = typer.Typer()


@dataclass(slots=True)
class Pushed:
    """What became of the whole file."""

    feed: Feed
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0
    batches: list[str] = field(default_factory=list)
    rejected_file: str | None = None
    effects: list[Effect] | None = None
    """Of a dry run: of each batch as if it came alone."""

    def add(self, receipt: Receipt | DryRun) -> None:
        self.received += receipt.received
        self.accepted += receipt.accepted
        self.unchanged += receipt.unchanged
        self.stale += receipt.stale
        self.rejected += receipt.rejected
        if isinstance(receipt, Receipt):
            self.batches.append(receipt.batch_id)


@app.command("push")
def push(
    feed: Annotated[Feed, typer.Argument(help="Feed the records belong to.", show_default=False)],
    file: Annotated[
        Path,
        typer.Argument(
            help="NDJSON, JSON array or CSV; UTF-8 or GB 18030.", exists=True, dir_okay=False, readable=True
        ),
    ],
    *,
    client_id: ClientId,
    client_secret: ClientSecret = None,
    key_file: KeyFile = None,
    key_id: KeyId = None,
    issuer: Issuer = ISSUER,
    server: Server = LOCAL,
    form: Annotated[
        Format | None, typer.Option("--format", help="Format of the file, if not that of its name.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Store nothing; say what each batch would get and change.")
    ] = False,
    batch: Annotated[int, typer.Option(help="Most records in one batch.", min=1, max=10_000)] = BATCH_RECORDS,
    as_json: AsJson = False,
) -> None:
    """Send a file of records; rejected ones go to FILE.rejected.ndjson, to be mended and sent again.

    In CSV the header names the fields, an empty cell is absent, and the parts of a list are separated by `;`.
    """
    credential = credential_of(client_secret, key_file, key_id)
    with signed_in(server, client_id, credential, issuer) as client, RejectedFile(file) as rejected:
        schema = client.schemas()[feed] if (form or format_of(file)) is Format.csv else {}
        found = records(file, form or format_of(file), schema)
        pushed = (_rehearse if dry_run else _push)(client, feed, found, batch, rejected)
        pushed.rejected_file = str(rejected.path) if rejected.path else None
    result(_told(pushed), as_json=as_json, in_words=lambda: _tell(pushed))
    if pushed.rejected:
        raise typer.Exit(1)


def _push(
    client: Client, feed: Feed, found: Iterable[FileRecord], most: int, rejected: RejectedFile
) -> Pushed:
    pushed = Pushed(feed)
    with _progress() as progress:
        task = progress.add_task(str(feed), total=None)
        for batch, sent in _batches(found, most):
            receipt = client.send(feed, batch)
            pushed.add(receipt)
            rejected.write(sent, _all_rejections(client, receipt))
            progress.update(task, description=f"{feed} {pushed.received}")
    return pushed


def _rehearse(
    client: Client, feed: Feed, found: Iterable[FileRecord], most: int, rejected: RejectedFile
) -> Pushed:
    """Of each batch the first hundred rejections are told, and no batch sees the one before."""
    effects: list[Effect] = []
    pushed = Pushed(feed, effects=effects)
    for batch, sent in _batches(found, most):
        receipt = client.rehearse(feed, batch)
        pushed.add(receipt)
        effects.append(receipt.effect)
        rejected.write(sent, receipt.rejections)
    return pushed


def _told(pushed: Pushed) -> dict[str, object]:
    told = asdict(pushed)
    if pushed.effects is None:
        del told["effects"]
    else:
        told["effects"] = msgspec.to_builtins(pushed.effects)
        told["dry_run"] = True
    return told


def _tell_effects(effects: Iterable[Effect]) -> None:
    for effect in effects:
        say(
            f"试推：涉及 {effect.touched} 个条目，{effect.changed} 个会变化。未保存任何内容。",
            f"Dry run: {effect.touched} enrollments concerned, {effect.changed} would change; "
            "nothing was stored.",
        )
        if effect.remark:
            say(effect.remark, effect.remark)
        for item in effect.items:
            before, after = (each.eligibility if each else "-" for each in (item.before, item.after))
            rules = ", ".join(
                f"{each.rule}: {each.before or '-'} > {each.after or '-'}" for each in item.outcomes
            )
            typer.echo(f"  {item.class_group_id} {item.learner_id}: {before} > {after}  {rules}")
        if effect.more:
            typer.echo(f"  + {effect.more}")


def _batches(found: Iterable[FileRecord], most: int) -> Iterator[tuple[Batch, list[FileRecord]]]:
    """Each batch with the records it was cut from."""
    read: deque[FileRecord] = deque()

    def contents() -> Iterator[bytes]:
        for record in found:
            read.append(record)
            yield record.content

    for batch in cut(contents(), most_records=most):
        yield batch, [read.popleft() for _ in batch.records]


def _all_rejections(client: Client, receipt: Receipt) -> Iterable[RejectedRecord]:
    """The receipt holds the first hundred."""
    is_complete = receipt.rejected == len(receipt.rejections)
    return receipt.rejections if is_complete else client.rejections(receipt.batch_id)


def _progress() -> Progress:
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    return Progress(*columns, console=people, transient=True, disable=not people.is_terminal)


def _tell(pushed: Pushed) -> None:
    typer.echo(
        f"{pushed.feed}: received {pushed.received}, accepted {pushed.accepted}, "
        f"unchanged {pushed.unchanged}, stale {pushed.stale}, rejected {pushed.rejected}"
    )
    _tell_effects(pushed.effects or ())
    if pushed.rejected_file:
        say(
            f"被拒记录及原因见 {pushed.rejected_file}，修改后可再次 push。",
            f"Rejected records and their reasons are in {pushed.rejected_file}; mend and push it again.",
        )
