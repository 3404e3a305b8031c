"""`supervise policy simulate`: what a changed policy would do to everybody, without touching anybody."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from app.accounts.authorisation import Action
from app.cli.console import AsJson, DataDir, accept_language, people, result, say
from app.cli.insider import insider
from app.cli.place import Place, opened
from app.core import clock, districts
from app.core.errors import Text
from app.core.ids import PlatformCode
from app.db.session import ReadSession, WriteSession
from app.policies import texts
from app.policies.library import PolicyLibrary
from app.policies.simulation import Simulation, asked
from app.policies.simulation_repository import enrollments
from app.policies.simulation_tally import Changed
from app.policies.simulation_told import Summary, summary
from app.privacy.fields import Fields, Personal, PersonalKind, Shown
from app.records.selection import Selection
from app.reports.tables import Column, Format, Row, Table, chunks, write_file
from app.reports.watermark import Watermark
from app.rules.changes import Change
from app.trail.service import record

MASKED = Fields(name=Shown.masked)
MOST_ROWS = 100_000_000
TITLE = Text("政策模拟", "What-if")
COLUMNS = (
    Column("platform", Text("平台", "Platform")),
    Column("class_group_id", Text("班级", "Class group")),
    Column("learner_id", Text("学员", "Learner")),
    Column("learner_name", Text("姓名", "Name")),
    Column("enterprise_uscc", Text("企业", "Enterprise")),
    Column("district", Text("区划", "District")),
    Column("before", Text("现资格", "Eligibility now")),
    Column("after", Text("新资格", "Eligibility then")),
    Column("subsidy_fen_now", Text("现补贴（分）", "Subsidy now, in fen")),
    Column("subsidy_fen_then", Text("新补贴（分）", "Subsidy then, in fen")),
    Column("rules", Text("规则变化", "Rules that change")),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for."""

    policy_id: str
    changes: Sequence[Change]
    text: str | None
    """Of a pack that would stand instead."""
    selection: Selection


def simulate(
    policy_id: Annotated[str, typer.Argument(help="Programme, for example `standard`.")],
    *,
    to_set: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            help="RULE.at_least=VALUE, or PARAMETER=VALUE as a pack writes it; nothing behind `=`: blank.",
            show_default=False,
        ),
    ] = None,
    file: Annotated[
        Path | None, typer.Option(help="A pack to judge by instead.", exists=True, dir_okay=False)
    ] = None,
    programme: Annotated[
        str | None, typer.Option(help="Class groups of this programme, if not of PACK itself.")
    ] = None,
    district: Annotated[
        str | None, typer.Option(help="Only enterprises of this district code (GB/T 2260).")
    ] = None,
    platform: Annotated[str | None, typer.Option(help="Only class groups of this platform.")] = None,
    csv: Annotated[
        Path | None, typer.Option(help="Write everybody who would change into this file.", dir_okay=False)
    ] = None,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Judge everybody who stands by a changed policy, and say who would change; nothing is stored."""
    if not to_set and file is None and programme is None:
        raise typer.BadParameter("Say what to change: --set, --file or --programme.")
    if district is not None and not districts.FORM.fullmatch(district):
        raise typer.BadParameter("A district code has two, four or six digits.", param_hint="--district")
    wish = Wish(
        policy_id,
        [_change(each) for each in to_set or ()],
        None if file is None else file.read_text("utf-8"),
        Selection(
            platform=PlatformCode(platform) if platform else None,
            programme=programme,
            districts=None if district is None else (districts.prefix_of(district),),
        ),
    )
    with opened(data_dir) as place:
        found = _simulated(place, wish, csv)
    result(found.model_dump(mode="json"), as_json=as_json, in_words=lambda: _tell(found, csv))


def _change(written: str) -> Change:
    name, sign, value = written.partition("=")
    if not sign:
        raise typer.BadParameter(f"“{written}” has no “=”.", param_hint="--set")
    return Change(name.strip(), value.strip())


def _simulated(place: Place, wish: Wish, csv: Path | None) -> Summary:
    """Who is written into a file is an access, and recorded before the first row."""
    mark = None if csv is None else place.write(lambda session: _mark(session, wish))

    async def work(session: ReadSession) -> Summary:
        policies = await PolicyLibrary.load(place.settings.packs_dir).in_force(session)
        instead = None if wish.text is None else texts.read(wish.text)
        wanted = asked(policies, wish.policy_id, wish.changes, wish.selection, instead=instead)
        simulation = Simulation(wanted)
        total = await enrollments(session, wanted.selection)
        pages = _watched(simulation, session, total, is_written=csv is not None)
        if csv is None or mark is None:
            async for _ in pages:
                pass
        else:
            await _write(pages, csv, mark)
        return summary(simulation.tally)

    return place.read(work, repeatable=True)


async def _mark(session: WriteSession, wish: Wish) -> Watermark:
    who, at = insider(), clock.now()
    subject = {"export": "simulation.csv", "policy_id": wish.policy_id}
    return Watermark(await record(session, who, Action.read_simulation, subject), who.actor_id, None, at)


async def _watched(
    simulation: Simulation, session: ReadSession, total: int, *, is_written: bool
) -> AsyncIterator[list[Changed]]:
    """Each page, and a bar on the terminal that says how far it is."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=people, transient=True, disable=not people.is_terminal) as progress:
        task = progress.add_task("simulate", total=total)
        async for changed in simulation.walk(session, named=is_written):
            progress.update(task, completed=simulation.tally.enrollments)
            yield changed


async def _write(pages: AsyncIterator[list[Changed]], path: Path, mark: Watermark) -> None:
    """Beside its place until it is whole: what is broken off leaves nothing."""

    async def rows() -> AsyncIterator[Sequence[Row]]:
        async for changed in pages:
            yield [_row(each) for each in changed]

    table = Table(TITLE, COLUMNS, rows())
    written = await write_file([table], Format.csv, accept_language(), path.parent, mark, most_rows=MOST_ROWS)
    with path.open("wb") as file:
        file.writelines(chunks(written))


def _row(changed: Changed) -> Row:
    class_group = changed.class_group
    return (
        *class_group.key,
        changed.learner_id,
        MASKED.show(Personal(PersonalKind.name, changed.name)),
        class_group.enterprise_uscc,
        class_group.district_code,
        changed.before,
        changed.after,
        *changed.amounts,
        "; ".join(f"{rule.code}: {rule.before or '-'} > {rule.after or '-'}" for rule in changed.rules),
    )


def _tell(found: Summary, csv: Path | None) -> None:
    typer.echo(f"enrollments {found.enrollments}, changed {found.changed}")
    for transition in found.transitions:
        if transition.before is not transition.after:
            typer.echo(f"  {transition.before} > {transition.after}: {transition.enrollments}")
    if found.running_changed:
        typer.echo(f"  running, as of today: {found.running_changed}")
    if found.subsidy is not None:
        typer.echo(f"subsidy in fen: {found.subsidy.now_fen} > {found.subsidy.then_fen}")
    _tell_where(found)
    for name, number in found.not_judged:
        if number:
            say(f"未评定 {number}：{name}。", f"Not judged: {number}, {name}.")
    if csv is not None:
        say(f"名单见 {csv}。", f"Who would change stands in {csv}.")


def _tell_where(found: Summary) -> None:
    """By rule, then the districts and enterprises that change most."""
    for rule in found.rules:
        moves = (f"{each.before or '-'} > {each.after or '-'} {each.enrollments}" for each in rule.outcomes)
        typer.echo(f"{rule.code}: decided {rule.decided}; {', '.join(moves)}")
    for title, impacts in (("districts", found.districts), ("enterprises", found.enterprises)):
        worst = ", ".join(f"{each.code or '?'} {each.changed}" for each in impacts.items[:5])
        if worst:
            typer.echo(f"{title}: {worst}")
