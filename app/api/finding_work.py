"""One finding with its history, and what officials do about findings beside waiving them."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared, Snapshot
from app.api.finding_schemas import (
    Colleagues,
    FindingDetail,
    FindingsWorkedOn,
    Person,
    Telling,
    WantedAssignment,
    WantedComment,
)
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.core import clock
from app.core.ids import ActorId
from app.db.session import reading, transaction
from app.findings import work
from app.findings.errors import FindingUnknown
from app.findings.service import named_findings
from app.records.selection import Selection

router = APIRouter(prefix="/api/v1/findings", tags=["预警 / Findings"], dependencies=[OnlyKnown])

FindingPath = Annotated[UUID, Path(title="预警编号 / Finding")]
Assigner = Annotated[Caller, Allowed(Action.assign_finding)]


@router.get("/assignees", summary="可分配的人员 / To whom it may be assigned")
async def assignees(
    caller: Annotated[Caller, Allowed(Action.assign_finding, Audited.nothing)], shared: Shared
) -> Colleagues:
    """在职且辖区相交的监管人员。Officials in office who work on findings, with a district in common."""
    async with reading(shared.database) as session:
        found = await work.assignable(session, caller)
    return Colleagues(items=[Person.model_validate(each) for each in found])


@router.post("/assignments", summary="分配预警 / Assign findings", responses=documented(400, 404, 415))
async def assign_findings(caller: Assigner, wanted: WantedAssignment, shared: Shared) -> FindingsWorkedOn:
    """All of them or none. What was assigned before stays in the history.

    全部成功或全部不变；此前的分配保留在经过中。
    """
    assignee_id = None if wanted.assignee_id is None else ActorId(wanted.assignee_id)
    async with transaction(shared.database) as session:
        done = await work.assign(session, caller, wanted.finding_ids, assignee_id, clock.now())
    return FindingsWorkedOn(finding_ids=done)


@router.post("/comments", summary="备注预警 / Comment on findings", responses=documented(400, 404, 415))
async def comment_on_findings(
    caller: Annotated[Caller, Allowed(Action.comment_finding)], wanted: WantedComment, shared: Shared
) -> FindingsWorkedOn:
    """The same words on each, for good; officials and auditors read them, platforms do not.

    备注不能更改或删除，随班级一并处置；监管人员和审计人员可见，平台不可见。
    """
    async with transaction(shared.database) as session:
        done = await work.comment(session, caller, wanted.finding_ids, wanted.text, clock.now())
    return FindingsWorkedOn(finding_ids=done)


@router.get("/{finding_id}", summary="一条预警 / One finding", responses=documented(404))
async def one_finding(
    *,
    caller: Annotated[Caller, Allowed(Action.read_findings)],
    session: Snapshot,
    shared: Shared,
    finding_id: FindingPath,
) -> FindingDetail:
    """What was observed, what is asked, and what became of it: raised, confirmed, assigned, waived, resolved.

    实际值、要求值、依据，以及提出、确认、分配、备注、豁免、消除的经过。
    """
    found = await named_findings(session, Selection().within(caller.reach), ids=[finding_id])
    if not found:
        raise FindingUnknown
    telling = await Telling.open(session, shared.library, caller)
    return await telling.detail(found[0])
