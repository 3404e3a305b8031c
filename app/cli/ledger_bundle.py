"""`supervise ledger bundle`: an evidence bundle for an auditor who stands beside the operator."""

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import IO, Annotated

import typer

from app.accounts.authorisation import Action, Reach
from app.api.bundle_report import Reader
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import insider
from app.cli.place import Place, opened
from app.core import clock
from app.core.files import PRIVATE
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.db.session import Database
from app.evidence.schemas import Item, Order, Scope
from app.evidence.service import House, make_bundle
from app.ledger.publication import Publishing, publish
from app.policies.library import PolicyLibrary
from app.privacy.fields import Fields, Shown
from app.privacy.keyring import KeyRing
from app.reports.tables import chunks
from app.rights.schemas import RevealPurpose, Why

app = typer.Typer()


@app.command("bundle")
def bundle(
    file: Annotated[Path, typer.Argument(help="The ZIP to write; it must not be there yet.")],
    *,
    platform: Annotated[str, typer.Option(help="Of the class group.")],
    class_group: Annotated[str, typer.Option(help="Whose decisions it is of.")],
    purpose: Annotated[RevealPurpose, typer.Option(help="Why; it goes into the audit trail.")],
    reason: Annotated[str, typer.Option(help="In words that the persons concerned are shown.")],
    learner: Annotated[list[str] | None, typer.Option(help="Only these; repeat it.")] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Write all that decisions rest on, with proofs, into one file that its own script verifies offline.

    It holds personal data in clear, and leaves an entry of the audit trail like one over the API.
    """
    key = ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group))
    items = [Item(key, LearnerId(each)) for each in dict.fromkeys(learner or ())] or [Item(key)]
    with opened(data_dir) as place, _new_file(file) as written:
        size = asyncio.run(_write(place, written, items, Why(purpose, reason, None)))
    result(
        {"file": str(file), "bytes": size},
        as_json=as_json,
        in_words=lambda: say(f"已写入 {file}（{size} 字节）。", f"{file} is written ({size} bytes)."),
    )


async def _write(place: Place, file: IO[bytes], items: list[Item], why: Why) -> int:
    """How many bytes."""
    settings, at = place.settings, clock.now()
    settings.spool_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    key_ring = KeyRing.load_or_create(settings.key_ring_path)
    database = Database.connect(place.database_url, pool_size=1)
    order = Order(
        items=items,
        actor=insider(),
        action=Action.make_bundle,
        reach=Reach(),
        scope=Scope(originals=True, money=True),
        why=why,
        most_records=settings.bundle_records,
        most_learners=settings.bundle_learners,
        most_a_day=None,
    )
    reader = Reader(
        library=PolicyLibrary.load(settings.packs_dir),
        reach=order.reach,
        fields=Fields(Shown.clear, Shown.clear, Shown.clear, Shown.clear),
        actor_id=order.actor.actor_id,
        organisation=None,
        with_subsidy=True,
    )
    sign = partial(publish, database, key_ring, Publishing.of(settings))
    try:
        made = await make_bundle(
            House(database, key_ring, settings.spool_dir, sign), order, reader.present, at
        )
        return await asyncio.to_thread(lambda: sum(map(file.write, chunks(made))))
    finally:
        await database.dispose()


@contextmanager
def _new_file(path: Path) -> Iterator[IO[bytes]]:
    """For its owner alone; what is there already stays, and what fails leaves none."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException:
        path.unlink()
        raise
