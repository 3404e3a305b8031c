"""`supervise reproduce`: a past decision made again, and what moved one to another."""

import asyncio
from collections.abc import Iterable
from typing import Annotated
from uuid import UUID

import typer

from app.accounts.authorisation import Action
from app.cli.console import AsJson, DataDir, language, result
from app.cli.insider import insider
from app.cli.place import Place, opened
from app.db.session import Database, WriteSession
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.reproduction import told, words
from app.reproduction.compared import Difference
from app.reproduction.difference import compare
from app.reproduction.schemas import Reproduction
from app.reproduction.service import reproduce as make_again
from app.trail.service import record

app = typer.Typer()


@app.command("reproduce")
def reproduce(
    *,
    decision: Annotated[UUID, typer.Option(help="Id of the decision, as its decision sheet names it.")],
    diff: Annotated[
        UUID | None, typer.Option(help="Another decision on the same enrollment: say what moved it there.")
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Make a past decision again from its archives; say what moved one decision to another.

    Status 1 where anything is other than it was.
    """
    with opened(data_dir) as place:
        if diff is None:
            found = asyncio.run(_reproduced(place, decision))
            _remember(place, found)
            result(
                told.reproduction(found),
                as_json=as_json,
                in_words=lambda: _tell(words.reproduction(found, language())),
            )
            is_sound = found.is_identical
        else:
            compared = asyncio.run(_compared(place, decision, diff))
            _remember(place, compared.first)
            result(
                told.difference(compared),
                as_json=as_json,
                in_words=lambda: _tell(words.difference(compared, language())),
            )
            is_sound = compared.is_explained
    if not is_sound:
        raise typer.Exit(1)


def _remember(place: Place, found: Reproduction) -> None:
    """Whose decision is shown is an access, recorded before it is shown."""
    subject = {**found.rests_on.key._asdict(), "learner_id": found.learner_id}

    async def work(session: WriteSession) -> None:
        await record(session, insider(), Action.read_eligibility, subject, number=1)

    place.write(work)


async def _reproduced(place: Place, decision_id: UUID) -> Reproduction:
    database = Database.connect(place.database_url, pool_size=1)
    try:
        return await make_again(database, *_tools(place), decision_id)
    finally:
        await database.dispose()


async def _compared(place: Place, first_id: UUID, second_id: UUID) -> Difference:
    database = Database.connect(place.database_url, pool_size=1)
    try:
        return await compare(database, *_tools(place), first_id, second_id)
    finally:
        await database.dispose()


def _tools(place: Place) -> tuple[PolicyLibrary, KeyRing]:
    settings = place.settings
    return PolicyLibrary.load(settings.packs_dir), KeyRing.load_or_create(settings.key_ring_path)


def _tell(lines: Iterable[str]) -> None:
    for line in lines:
        typer.echo(line)
