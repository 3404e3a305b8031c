"""`supervise ledger audit`: everything derived again from what it rests on; status 1 on any difference."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.progress import Progress, TaskID, TextColumn, TimeElapsedColumn

from app.audit.schemas import EVERYTHING, DeepCheck, Difference, Level, Since
from app.audit.service import Checking, deep_check, told
from app.cli.console import AsJson, DataDir, language, people, result, say
from app.cli.place import opened
from app.core.errors import Text
from app.db.session import Database
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing

app = typer.Typer()

CONNECTIONS = 3
LEVELS = {
    Level.log: Text("账本", "ledger"),
    Level.rows: Text("记录", "records"),
    Level.facts: Text("评定", "enrollments"),
    Level.decisions: Text("决定", "decisions"),
}


@app.command("audit")
def audit(
    *,
    since: Annotated[
        datetime | None,
        typer.Option(help="Only what was recorded or assessed then or later (UTC).", show_default=False),
    ] = None,
    platform: Annotated[str | None, typer.Option(help="Only this one's.", show_default=False)] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Derive the log from the archives, rows from the log, facts from rows, decisions from facts."""
    wanted = Since(None if since is None else since.replace(tzinfo=UTC), platform)
    with opened(data_dir) as place:
        key_ring = KeyRing.load_or_create(place.settings.key_ring_path)
        library = PolicyLibrary.load(place.settings.packs_dir)
        check, differences = asyncio.run(_checked(place.database_url, key_ring, library, wanted))
    values = {
        **check._asdict(),
        "root": check.root.hex(),
        "differences": [told(each) for each in differences],
    }
    result(values, as_json=as_json, in_words=lambda: _tell(check, differences))
    if check.counts["differences"]:
        raise typer.Exit(1)


async def _checked(
    database_url: str, key_ring: KeyRing, library: PolicyLibrary, since: Since = EVERYTHING
) -> tuple[DeepCheck, Sequence[Difference]]:
    database = Database.connect(database_url, pool_size=CONNECTIONS)
    try:
        with _Bars() as bars:
            checking = Checking(database, key_ring, library)
            return await deep_check(checking, since, progress=bars.tell)
    finally:
        await database.dispose()


class _Bars(Progress):
    """On standard error: how far each level has come."""

    def __init__(self) -> None:
        super().__init__(
            TextColumn("{task.description}"),
            TextColumn("{task.completed:,}"),
            TimeElapsedColumn(),
            console=people,
            disable=not people.is_terminal,
        )
        self._begun: dict[Level, TaskID] = {}

    async def tell(self, level: Level, number: int) -> None:
        if level not in self._begun:
            self._begun[level] = self.add_task(LEVELS[level].in_language(language()), total=None)
        self.advance(self._begun[level], number)


def _tell(check: DeepCheck, differences: Sequence[Difference]) -> None:
    for each in differences:
        typer.echo(str(each))
        origin = [f"{name}={value}" for name, value in _origin(each).items() if value is not None]
        if origin:
            typer.echo(f"    {'  '.join(origin)}")
    for remedy in dict.fromkeys(each.remedy for each in differences):
        say(remedy.zh, remedy.en)
    counts = ", ".join(f"{number:,} {name}" for name, number in check.counts.items() if name != "differences")
    number = check.counts["differences"]
    say(
        f"深度核对完成（{counts}），发现 {number} 处不符。",
        f"Deep check done ({counts}): {number} differences.",
    )


def _origin(difference: Difference) -> dict[str, object]:
    recorded_at, last_right_at = difference.recorded_at, difference.last_right_at
    return {
        "batch": difference.batch_id,
        "line": difference.line,
        "index": difference.ledger_index,
        "recorded": recorded_at and recorded_at.isoformat(),
        "last_right": last_right_at and last_right_at.isoformat(),
    }
