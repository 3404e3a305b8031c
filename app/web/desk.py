"""What must I decide today: proposals that wait for a second person, own findings, requests of persons."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, NamedTuple, cast
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api.approvals import (
    ACTS,
    MOST_OF_A_REASON,
    Decider,
    ProposalItem,
    Reader,
    WantedDecision,
    approve,
    one_proposal,
    reject,
)
from app.api.deps import Resources, Shared, Snapshot
from app.api.finding_schemas import FindingItem, Telling
from app.api.pagination import Page, PageRequest
from app.api.parameters import OnlyKnown
from app.api.rights_schemas import RightsRequestItem, request_item
from app.api.visitors import Person
from app.approvals import answers as approvals
from app.approvals.errors import ProposalUnknown
from app.approvals.schemas import ProposalView, Share
from app.core import clock
from app.core.errors import Invalid, Text
from app.core.vocabulary import FindingState
from app.db.session import ReadSession
from app.findings.schemas import Assigned, FindingFilter
from app.findings.service import list_findings
from app.people.schemas import Known
from app.people.sessions import fresh_until
from app.records.selection import Selection
from app.rights import requests
from app.web.forms import checked, filled_in
from app.web.pages import PageRoute, go, page
from app.web.proposals import Told, tell

DESK = "/desk"
router = APIRouter(prefix=DESK, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
MOST, LATELY = 20, 10
"""Of lists beside the one that waits for the visitor, which has pages."""


class RejectionUnexplained(Invalid):
    code = "rejection_unexplained"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "请写明驳回的理由，供提请人据以补正或另行提请。尚未驳回。",
                "Say why you reject it, so that the proposer can mend it or propose anew. "
                "Nothing was rejected.",
            )
        )


class Shown(NamedTuple):
    """Some of what waits, the most urgent first."""

    number: int
    """Of all."""
    items: Sequence[Told]
    next_cursor: str | None = None


class Requested(NamedTuple):
    """As `Shown`."""

    number: int
    items: Sequence[RightsRequestItem]


Done = Annotated[UUID | None, Query()]
"""The proposal that was decided just now."""


@router.get("")
async def desk(
    *,
    request: Request,
    caller: Reader,
    person: Person,
    session: Snapshot,
    shared: Shared,
    part: Page,
    done: Done = None,
) -> Response:
    first = PageRequest(limit=MOST, cursor=None)
    ended = _items(await approvals.ended(session, ACTS, caller, limit=LATELY))
    lately = _items(await approvals.decided(session, ACTS, caller, limit=LATELY))
    context: dict[str, Any] = {
        "mine": await _waiting(session, shared, caller, Share.to_decide, part),
        "own": await _waiting(session, shared, caller, Share.proposed, first),
        "others": await _waiting(session, shared, caller, Share.looked_at, first),
        "ended": await tell(session, shared.library, caller, ended),
        "lately": await tell(session, shared.library, caller, lately),
        "most_of_a_reason": MOST_OF_A_REASON,
        "findings": await _findings(session, shared, caller),
        "requests": await _requests(session, caller),
        "is_fresh": _is_fresh(shared, person),
        "done": await _just_decided(session, shared, caller, done),
    }
    return page(request, "desk", **context)


@router.get("/{proposal_id}")
async def proposal(
    *,
    request: Request,
    found: Annotated[ProposalItem, Depends(one_proposal)],
    caller: Reader,
    person: Person,
    session: Snapshot,
    shared: Shared,
) -> Response:
    """One of them, waiting or ended."""
    (told_of,) = await tell(session, shared.library, caller, [found])
    shown = {"is_fresh": _is_fresh(shared, person), "most_of_a_reason": MOST_OF_A_REASON}
    return page(request, "desk_proposal", told_of=told_of, **shown)


@router.post("/approve")
async def approve_one(request: Request, caller: Decider, person: Person, shared: Shared) -> Response:
    form = await filled_in(request)
    said = checked(WantedDecision, reason=form.get("reason"))
    decided = await approve(caller, person, _proposal_id(form), shared, said)
    return go(f"{DESK}?done={decided.proposal_id}")


@router.post("/reject")
async def reject_one(request: Request, caller: Decider, person: Person, shared: Shared) -> Response:
    form = await filled_in(request)
    if "reason" not in form:
        raise RejectionUnexplained
    said = checked(WantedDecision, reason=form["reason"])
    decided = await reject(caller, person, _proposal_id(form), shared, said)
    return go(f"{DESK}?done={decided.proposal_id}")


def _proposal_id(form: Mapping[str, str]) -> UUID:
    try:
        return UUID(form.get("proposal_id", ""))
    except ValueError:
        raise ProposalUnknown from None


async def _waiting(
    session: ReadSession, shared: Resources, caller: Caller, share: Share, part: PageRequest
) -> Shown:
    after = cast("tuple[datetime, UUID] | None", part.after(datetime, UUID))
    found = await approvals.waiting(session, ACTS, caller, share, after=after, limit=part.limit + 1)
    rows, next_cursor = part.cut(found.proposals, key=lambda view: (view.expires_at, view.proposal_id))
    return Shown(found.number, await tell(session, shared.library, caller, _items(rows)), next_cursor)


def _items(views: Sequence[ProposalView]) -> list[ProposalItem]:
    return [ProposalItem.model_validate(view) for view in views]


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


async def _requests(session: ReadSession, caller: Caller) -> Requested | None:
    """Those that the role answers, the most urgent first; None: it answers none."""
    if caller.role not in TABLE[Action.answer_rights_request]:
        return None
    found = await requests.waiting(session, permit(caller, Action.read_rights_requests), limit=MOST)
    return Requested(found.number, [request_item(each) for each in found.requests])


async def _just_decided(
    session: ReadSession, shared: Resources, caller: Caller, proposal_id: UUID | None
) -> Told | None:
    """As it stands; None: nothing that the visitor has decided."""
    if proposal_id is None:
        return None
    try:
        item = await one_proposal(caller, session, proposal_id)
    except ProposalUnknown:
        return None
    if item.decider_id != caller.actor_id:
        return None
    (told,) = await tell(session, shared.library, caller, [item])
    return told


def _is_fresh(shared: Resources, person: Known) -> bool:
    return clock.now() <= fresh_until(shared.settings, person)
