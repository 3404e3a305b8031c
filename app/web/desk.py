"""What must I decide today: proposals that wait for a second person, own findings, requests of persons."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api.approvals import Decider, ProposalItem, Reader, approve, list_proposals, reject
from app.api.deps import Reading, Resources, Shared
from app.api.finding_schemas import FindingItem, Telling
from app.api.form import form_fields
from app.api.pagination import PageRequest
from app.api.parameters import OnlyKnown
from app.api.rights_schemas import RightsRequestItem, request_item
from app.api.visitors import Person
from app.approvals.errors import ProposalUnknown
from app.approvals.schemas import ProposalState
from app.core import clock
from app.core.vocabulary import FindingState
from app.db.session import ReadSession
from app.findings.schemas import Assigned, FindingFilter
from app.findings.service import list_findings
from app.people.errors import FreshProofNeeded
from app.people.schemas import Known
from app.people.sessions import assert_fresh
from app.records.selection import Selection
from app.rights import requests
from app.rights.schemas import RequestState
from app.web.pages import PageRoute, go, page
from app.web.proposals import tell

DESK = "/desk"
router = APIRouter(prefix=DESK, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
MOST, LATELY = 100, 10


@router.get("")
async def desk(
    request: Request, caller: Reader, person: Person, session: Reading, shared: Shared
) -> Response:
    waiting = await _proposals(session, caller, ProposalState.proposed, MOST)
    told = await tell(session, shared.library, caller, waiting)
    context: dict[str, Any] = {
        "mine": [each for each in told if each.may_decide],
        "own": [each for each in told if each.is_own],
        "others": [each for each in told if not each.may_decide and not each.is_own],
        "lately": await tell(session, shared.library, caller, await _decided(session, caller)),
        "findings": await _findings(session, shared, caller),
        "requests": await _requests(session, caller),
        "is_fresh": _is_fresh(shared, person),
    }
    return page(request, "desk", **context)


@router.post("/approve")
async def approve_one(request: Request, caller: Decider, person: Person, shared: Shared) -> Response:
    await approve(caller, person, await _proposal_id(request), shared)
    return go(DESK)


@router.post("/reject")
async def reject_one(request: Request, caller: Decider, person: Person, shared: Shared) -> Response:
    await reject(caller, person, await _proposal_id(request), shared)
    return go(DESK)


async def _proposal_id(request: Request) -> UUID:
    try:
        return UUID((await form_fields(request)).get("proposal_id", ""))
    except ValueError:
        raise ProposalUnknown from None


async def _proposals(
    session: ReadSession, caller: Caller, state: ProposalState, limit: int
) -> Sequence[ProposalItem]:
    listing = await list_proposals(caller, session, PageRequest(limit=limit, cursor=None), state)
    return listing.items


async def _decided(session: ReadSession, caller: Caller) -> Sequence[ProposalItem]:
    """The newest decisions, whoever made them."""
    decided = [
        item
        for state in (ProposalState.carried_out, ProposalState.rejected)
        for item in await _proposals(session, caller, state, LATELY)
    ]
    return sorted(decided, key=lambda item: item.decided_at or item.proposed_at, reverse=True)[:LATELY]


async def _findings(session: ReadSession, shared: Resources, caller: Caller) -> list[FindingItem] | None:
    """Open ones that the person takes care of; None: the role takes care of none."""
    if caller.role not in TABLE[Action.assign_finding]:
        return None
    reader = permit(caller, Action.read_findings)
    wanted = FindingFilter(
        Selection().within(reader.reach),
        state=FindingState.open,
        assigned=Assigned.me,
        me=caller.actor_id,
    )
    telling = await Telling.open(session, shared.library, reader)
    return await telling.items(await list_findings(session, wanted, limit=LATELY))


async def _requests(session: ReadSession, caller: Caller) -> list[RightsRequestItem] | None:
    """Those that the role answers, the most urgent first; None: it answers none."""
    if caller.role not in TABLE[Action.answer_rights_request]:
        return None
    reader, side = permit(caller, Action.read_rights_requests), requests.side_of(caller.role)
    found = await requests.addressed(session, reader, RequestState.submitted, before=None, limit=MOST)
    own = [request_item(each) for each in found if each.addressee is side]
    return sorted(own, key=lambda item: item.due_on)


def _is_fresh(shared: Resources, person: Known) -> bool:
    try:
        assert_fresh(shared.settings, person, clock.now())
    except FreshProofNeeded:
        return False
    return True
