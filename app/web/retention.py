"""Until when what is kept, what holds it, what is gone; and the acts that hold, lift and dispose."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.accounts.authorisation import Action, Caller
from app.api import problems
from app.api.approvals import WantedAct
from app.api.approvals import propose as propose_act
from app.api.deps import Allowed, Reading, Shared
from app.api.form import form_fields
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.retention import due as list_due
from app.api.retention import list_disposals, list_holds, place_hold, until_when
from app.api.retention_schemas import Clock, DisposalItem, DueItem, HoldItem, WantedHold
from app.api.visitors import Person
from app.core.errors import AppError, Text
from app.core.ids import ActorId
from app.db.session import ReadSession
from app.people import directory
from app.people.directory import Colleague
from app.retention.schemas import About
from app.rules.retention import Kind
from app.web.pages import PageRoute, go, page

RETENTION, HOLDS = "/retention", "/retention/holds"
router = APIRouter(prefix=RETENTION, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
KINDS: Mapping[Kind, Text] = {
    Kind.feed_rows: Text("上报的记录", "Records"),
    Kind.archives: Text("批次原文", "Original batches"),
    Kind.videos: Text("视频", "Videos"),
    Kind.decisions: Text("资格判定", "Decisions"),
    Kind.assessment_runs: Text("评定过程", "Assessment runs"),
    Kind.reports: Text("报告", "Reports"),
    Kind.rights_requests: Text("更正与异议", "Corrections and objections"),
}
ABOUT: Mapping[About, Text] = {
    About.class_group: Text("班级", "Class group"),
    About.enrollment: Text("一名学员", "One learner"),
    About.enterprise: Text("企业", "Enterprise"),
    About.platform: Text("平台", "Platform"),
}
ARGUMENTS = frozenset({"hold_id", "platform", "class_group_id"})
SUBJECT = ("about", "platform", "class_group_id", "learner_id", "uscc")


@router.get("")
async def due(request: Request, found: Annotated[Listing[DueItem], Depends(list_due)]) -> Response:
    return page(request, "retention", found=found)


@router.get("/holds")
async def holds(
    request: Request, session: Reading, found: Annotated[Listing[HoldItem], Depends(list_holds)]
) -> Response:
    names = await _names(session, found.items)
    return page(request, "retention_holds", found=found, names=names, said={}, abouts=ABOUT)


@router.post("/holds")
async def place(
    *,
    request: Request,
    caller: Annotated[Caller, Allowed(Action.place_hold)],
    shared: Shared,
) -> Response:
    """What is wrong is said above the form, which stays as it was filled in."""
    said = await form_fields(request)
    try:
        wanted = {name: said.get(name) or None for name in SUBJECT}
        made = WantedHold.model_validate(wanted | {"reason": said.get("reason", "")})
        await place_hold(caller, shared, made)
    except ValidationError as fault:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in fault.errors()]
        return _holds_again(request, said, problems.of_faults(request, faults))
    except AppError as error:
        return _holds_again(request, said, error)
    return go(_place_of(made))


@router.post("/proposals")
async def propose(
    request: Request,
    caller: Annotated[Caller, Allowed(Action.propose_act)],
    person: Person,
    shared: Shared,
) -> Response:
    """Lifting a hold or disposing of a class group: carried out once another person approves."""
    said = await form_fields(request)
    arguments = {name: value for name, value in said.items() if name in ARGUMENTS}
    try:
        wanted = WantedAct(act=said.get("act", ""), arguments=arguments, reason=said.get("reason", ""))
    except ValidationError as fault:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in fault.errors()]
        raise problems.of_faults(request, faults) from None
    made = await propose_act(caller, person, wanted, shared)
    return go(f"/desk#{made.proposal_id}")


@router.get("/disposals")
async def disposals(
    request: Request, found: Annotated[Listing[DisposalItem], Depends(list_disposals)]
) -> Response:
    return page(request, "retention_disposals", found=found)


@router.get("/{platform}/{class_group_id}")
async def clock(request: Request, session: Reading, found: Annotated[Clock, Depends(until_when)]) -> Response:
    names = await _names(session, found.holds)
    return page(request, "retention_clock", found=found, names=names, kinds=KINDS, abouts=ABOUT)


async def _names(session: ReadSession, held: Sequence[HoldItem]) -> Mapping[ActorId, Colleague]:
    return await directory.named(session, [ActorId(each.placed_by) for each in held])


def _holds_again(request: Request, said: Mapping[str, str], error: AppError) -> Response:
    context: dict[str, Any] = {"found": None, "names": {}, "said": said, "abouts": ABOUT, "refusal": error}
    return page(request, "retention_holds", status=error.status, **context)


def _place_of(made: WantedHold) -> str:
    if made.class_group_id is None:
        return HOLDS
    return f"{RETENTION}/{made.platform}/{made.class_group_id}"
