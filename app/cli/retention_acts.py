"""`supervise retention hold`, `lift` and `dispose`: who calls this answers for what officials have said."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from app.accounts.authorisation import Action
from app.approvals.acts import Acts
from app.approvals.schemas import Arguments, ProposalView
from app.cli.console import AsJson, DataDir, result, say
from app.cli.insider import changed
from app.cli.officials import Said, carried_out, official, subject_of
from app.cli.place import opened
from app.core import clock
from app.db.session import WriteSession
from app.retention import holds
from app.retention.acts import DISPOSE_CLASS_GROUP, LIFT_HOLD
from app.retention.schemas import About, Hold, HoldSubject

app = typer.Typer()
ACTS = Acts(DISPOSE_CLASS_GROUP, LIFT_HOLD)

ProposedBy = Annotated[str, typer.Option(help="Login of the official who proposes it.")]
ApprovedBy = Annotated[str, typer.Option(help="Login of another one, who approves it.")]
Reason = Annotated[str, typer.Option(help="Why; kept for good, without personal data.")]


@app.command("hold")
def hold(
    *,
    about: Annotated[About, typer.Option(help="What is held.")],
    platform: Annotated[str | None, typer.Option(help="Its platform.")] = None,
    class_group_id: Annotated[str | None, typer.Option("--class-group", help="Its class group.")] = None,
    learner_id: Annotated[str | None, typer.Option("--learner", help="Of an enrollment.")] = None,
    uscc: Annotated[str | None, typer.Option(help="Of an enterprise.")] = None,
    placed_by: Annotated[str, typer.Option(help="Login of the official who places it.")],
    reason: Reason,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Nothing of it is disposed of until two officials lift the hold."""
    subject = HoldSubject(about, platform, class_group_id, learner_id, uscc)

    async def work(session: WriteSession) -> Hold:
        by = await official(session, placed_by, Action.place_hold)
        made = await holds.place(session, by, subject, reason=reason, at=clock.now())
        await changed(session, "holds:place", {"hold_id": str(made.hold_id), "user_id": by.actor_id})
        return made

    with opened(data_dir) as place:
        made = place.write(work)
    result(made._asdict(), as_json=as_json, in_words=lambda: typer.echo(str(made.hold_id)))


@app.command("lift")
def lift(
    hold_id: Annotated[UUID, typer.Argument(help="Id of the hold.")],
    *,
    proposed_by: ProposedBy,
    approved_by: ApprovedBy,
    reason: Reason,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Two officials lift a hold."""
    arguments = {"hold_id": str(hold_id)}
    decided = _carried_out(data_dir, LIFT_HOLD.name, arguments, Said(proposed_by, approved_by, reason))
    result(decided._asdict(), as_json=as_json, in_words=lambda: say("冻结已解除。", "The hold is lifted."))


@app.command("dispose")
def dispose(
    platform: Annotated[str, typer.Argument(help="Code of the platform.")],
    class_group_id: Annotated[str, typer.Argument(help="Id of the class group on that platform.")],
    *,
    proposed_by: ProposedBy,
    approved_by: ApprovedBy,
    reason: Reason,
    data_dir: DataDir = None,
    as_json: AsJson = False,
) -> None:
    """Two officials dispose of a class group whose last day is over. Nothing brings it back."""
    arguments = {"platform": platform, "class_group_id": class_group_id}
    decided = _carried_out(
        data_dir, DISPOSE_CLASS_GROUP.name, arguments, Said(proposed_by, approved_by, reason)
    )
    result(
        decided._asdict(),
        as_json=as_json,
        in_words=lambda: say("班级资料已处置。", "The class group was disposed of."),
    )


def _carried_out(data_dir: Path | None, act: str, arguments: Arguments, said: Said) -> ProposalView:
    async def work(session: WriteSession) -> ProposalView:
        decided = await carried_out(session, ACTS, act, arguments, said)
        await changed(session, act, subject_of(decided))
        return decided

    with opened(data_dir) as place:
        return place.write(work)
