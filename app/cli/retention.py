"""`supervise retention`: until when what is kept, legal holds, disposal."""

import asyncio
import sys
from datetime import date
from typing import Annotated
from uuid import UUID

import typer

from app.accounts.authorisation import Reach
from app.api.retention_schemas import Clock, DueItem
from app.cli import retention_acts
from app.cli.console import AsJson, DataDir, language, result, say
from app.cli.place import opened
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.session import Database, ReadSession
from app.records.selection import Selection
from app.retention import disposal, service
from app.retention.schemas import ClassGroupClock, Due

app = typer.Typer(
    name="retention",
    help="Until when what is kept, legal holds, disposal of what is over.",
    no_args_is_help=True,
)
app.add_typer(retention_acts.app)

Platform = Annotated[str, typer.Argument(help="Code of the platform.")]
ClassGroup = Annotated[str, typer.Argument(help="Id of the class group on that platform.")]
MOST = 500


@app.command("show")
def show(
    platform: Platform, class_group_id: ClassGroup, *, data_dir: DataDir = None, as_json: AsJson = False
) -> None:
    """Until when each kind of thing of a class group is kept, by which clauses, and what holds it."""
    key = ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id))

    async def work(session: ReadSession) -> ClassGroupClock:
        return await service.clock_of(session, key, Reach())

    with opened(data_dir) as place:
        found = place.read(work)
    told = Clock.of(found).model_dump(mode="json")
    result(told, as_json=as_json, in_words=lambda: _tell(found))


@app.command("due")
def due(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Class groups whose last day is over, the first 500; those under a hold are marked."""

    async def work(session: ReadSession) -> list[Due]:
        return list(await service.due(session, Selection(), limit=MOST))

    with opened(data_dir) as place:
        found = place.read(work)
    told = [DueItem.of(each).model_dump(mode="json") for each in found]
    result(told, as_json=as_json, in_words=lambda: _list(found))


@app.command("record")
def record(
    disposal_id: Annotated[UUID, typer.Argument(help="Id of the disposal.")], *, data_dir: DataDir = None
) -> None:
    """Print a disposal record, byte for byte as the ledger has its SHA-256."""

    async def work(session: ReadSession) -> bytes:
        return await service.disposal_record(session, disposal_id, Reach())

    with opened(data_dir) as place:
        sys.stdout.buffer.write(place.read(work))


@app.command("sweep")
def sweep(*, data_dir: DataDir = None, as_json: AsJson = False) -> None:
    """Drop the months of archives and rejections in which nothing is left."""
    with opened(data_dir) as place:
        dropped = asyncio.run(_sweep(place.database_url))
    result(dropped, as_json=as_json, in_words=lambda: _announce(dropped))


async def _sweep(database_url: str) -> list[str]:
    database = Database.connect(database_url, pool_size=1)
    try:
        return await disposal.drop_emptied_months(database)
    finally:
        await database.dispose()


def _tell(found: ClassGroupClock) -> None:
    for each in found.objects:
        clauses = "; ".join(f"{one.term.clause} → {_day(one.until)}" for one in each.kept.by) or "-"
        typer.echo(f"{each.kind:<16} {each.number:>8}  {_day(each.kept.until):<12} {clauses}")
    for other in found.kept_for:
        typer.echo(f"<- {other.key.platform}/{other.key.class_group_id}  {_day(other.until)}")
    for hold in found.holds:
        typer.echo(f"!! {hold.hold_id}  {hold.about}  {hold.reason}")
    for gone in found.disposals:
        typer.echo(f"xx {gone.disposal_id}  {gone.disposed_at.isoformat(timespec='seconds')}")
    if found.closed_on is not None or not found.disposals:
        say(f"须保存至：{_day(found.until)}。", f"Kept until: {_day(found.until)}.")


def _list(found: list[Due]) -> None:
    for each in found:
        mark = "!!" if each.is_held else "  "
        typer.echo(f"{mark} {each.key.platform}/{each.key.class_group_id}  {each.closed_on}  {each.until}")
    say(
        f"{len(found)} 个班级期限已满，!! 为冻结中。",
        f"{len(found)} class groups are due; !! marks those under a hold.",
    )


def _announce(dropped: list[str]) -> None:
    for name in dropped:
        typer.echo(name)
    say(f"删除了 {len(dropped)} 个已清空的分区。", f"{len(dropped)} emptied partitions dropped.")


def _day(until: date | None) -> str:
    without_end = "长期" if language() == "zh" else "without end"
    return without_end if until is None else until.isoformat()
