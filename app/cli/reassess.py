"""`supervise reassess`: has class groups judged again, whatever changed."""

from typing import Annotated

import typer

from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.place import opened
from app.core import clock
from app.core.ids import ClassGroupId, PlatformCode, Uscc
from app.db.session import WriteSession
from app.eligibility import service
from app.records.selection import Selection

app = typer.Typer()


@app.command("reassess")
def reassess(
    *,
    platform: Annotated[str | None, typer.Option(help="Only class groups of this platform.")] = None,
    class_group: Annotated[str | None, typer.Option(help="Only the class group of this id.")] = None,
    programme: Annotated[str | None, typer.Option(help="Only class groups of this programme.")] = None,
    enterprise: Annotated[
        str | None, typer.Option(help="Only class groups of the enterprise with this USCC.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All class groups.")] = False,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Have class groups assessed again by the running server or worker."""
    selection = Selection(
        platform=PlatformCode(platform) if platform else None,
        class_group_id=ClassGroupId(class_group) if class_group else None,
        programme=programme,
        enterprise=Uscc(enterprise) if enterprise else None,
    )
    if everything != (selection == Selection()):
        raise typer.BadParameter("Say which class groups, or --all.")
    named = {"platform": platform, "class_group_id": class_group, "programme": programme, "uscc": enterprise}

    async def work(session: WriteSession) -> int:
        count = await service.reassess(session, selection, clock.now())
        subject = {name: value for name, value in named.items() if value}
        await changed(session, "assessment:repeat", subject, number=count)
        return count

    with opened(data_dir) as place:
        count = place.write(work)
    result(
        {"class_groups": count},
        as_json=as_json,
        in_words=lambda: say(f"{count} 个班级等待重新评定。", f"{count} class groups wait to be assessed."),
    )
