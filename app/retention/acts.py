"""Disposing of a class group and lifting a hold: each proposed by one official and approved by another."""

from app.accounts.authorisation import Action, Reach
from app.approvals.schemas import Act, Approved, Arguments, uuid_in
from app.core.errors import Text
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.session import ReadSession, WriteSession
from app.records.selection import Selection
from app.retention import holds
from app.retention.disposal import Persons, dispose, due


async def _due(session: ReadSession, reach: Reach, arguments: Arguments) -> str | None:
    return (await due(session, Selection(*_key(arguments)).within(reach))).found.district


async def _dispose(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    persons = Persons(approved.proposal_id, approved.proposer_id, approved.approver_id)
    await dispose(session, _key(arguments), persons, approved.at)


async def _held(session: ReadSession, reach: Reach, arguments: Arguments) -> str | None:
    _, district = await holds.standing(session, uuid_in(arguments, "hold_id"), reach)
    return district


async def _lift(session: WriteSession, arguments: Arguments, approved: Approved) -> None:
    await holds.lift(session, uuid_in(arguments, "hold_id"), approved.proposal_id, approved.at)


def _key(arguments: Arguments) -> ClassGroupKey:
    return ClassGroupKey(PlatformCode(arguments["platform"]), ClassGroupId(arguments["class_group_id"]))


DISPOSE_CLASS_GROUP = Act(
    name="retention:dispose",
    title=Text("处置到期班级", "Dispose of a class group"),
    proposing=Action.propose_disposal,
    approving=Action.approve_disposal,
    arguments=("platform", "class_group_id"),
    locate=_due,
    carry_out=_dispose,
)

LIFT_HOLD = Act(
    name="hold:lift",
    title=Text("解除冻结", "Lift a legal hold"),
    proposing=Action.propose_lifting,
    approving=Action.approve_lifting,
    arguments=("hold_id",),
    locate=_held,
    carry_out=_lift,
)
