"""`/api/v1/approvals`: sensitive acts, proposed by one person and carried out when another one approves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Resources, Shared
from app.api.pagination import Listing, Page
from app.api.parameters import OnlyKnown
from app.api.problems import documented
from app.api.standings import Shown
from app.api.visitors import Person
from app.approvals import answers, service
from app.approvals.acts import Acts
from app.approvals.clients import DISTRUST_CREDENTIAL, REVOKE_CLIENT
from app.approvals.schemas import ProposalState, ProposalView
from app.core import clock
from app.db.session import transaction
from app.eligibility.waiver_acts import END_WAIVER, WAIVE_FINDING
from app.people.schemas import Known
from app.people.sessions import assert_fresh
from app.policies.publication import PUBLISH_POLICY
from app.retention.acts import DISPOSE_CLASS_GROUP, LIFT_HOLD

router = APIRouter(prefix="/api/v1/approvals", tags=["审批 / Approvals"], dependencies=[OnlyKnown])
ACTS = Acts(
    REVOKE_CLIENT,
    DISTRUST_CREDENTIAL,
    WAIVE_FINDING,
    END_WAIVER,
    PUBLISH_POLICY,
    DISPOSE_CLASS_GROUP,
    LIFT_HOLD,
)

MOST_OF_A_REASON = 500
Reason = Annotated[str, StringConstraints(min_length=1, max_length=MOST_OF_A_REASON, pattern=r"\S")]
"""Why one proposes, or decides so."""
ProposalPath = Annotated[UUID, Path(title="提请编号 / Proposal")]
Reader = Annotated[Caller, Allowed(Action.read_approvals)]
Decider = Annotated[Caller, Allowed(Action.decide_act)]


class WantedAct(BaseModel):
    """提请一项敏感操作。A sensitive act that is to be carried out."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    act: str = Field(max_length=64, title="操作 / Act", examples=["client:revoke"])
    arguments: Mapping[str, str] = Field(
        max_length=10,
        title="参数 / Arguments",
        description="操作对象的编号。Ids of what it is done to.",
        examples=[{"client_id": "platform-0f1e2d3c4b5a6978"}],
    )
    reason: Reason = Field(
        title="理由 / Reason",
        description="请勿写入个人信息；形似身份证号码、电话者不予保存。"
        "No personal data; what looks like it is struck out.",
        examples=["平台已停止运营"],
    )


class WantedDecision(BaseModel):
    """审批意见，可不写。Why one decides so; the proposer reads it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    reason: Reason | None = Field(
        default=None,
        title="审批意见 / Reason",
        description="提请人和有权查看提请的人员可见。请勿写入个人信息；形似身份证号码、电话者不予保存。"
        "Read by the proposer and who sees proposals. No personal data: what looks like it is struck out.",
        examples=["证明材料齐全，同意。"],
    )


NOTHING_SAID = WantedDecision()


class ProposalItem(Shown):
    """一条提请及其结果。A proposal, and what became of it."""

    proposal_id: UUID = Field(title="提请编号 / Proposal")
    act: str = Field(title="操作 / Act", examples=["client:revoke"])
    arguments: Mapping[str, str] = Field(title="参数 / Arguments")
    reason: str = Field(title="理由 / Reason")
    district: str | None = Field(title="行政区划 / District")
    proposer_id: str = Field(title="提请人 / Proposed by")
    proposed_at: datetime = Field(title="提请时间 / Proposed at")
    expires_at: datetime = Field(title="失效时间 / Expires at")
    state: ProposalState = Field(
        title="状态 / State",
        description="proposed 待审批，rejected 已驳回，expired 已过期，carried_out 已批准并执行。"
        "Approving carries out.",
    )
    decider_id: str | None = Field(title="审批人 / Decided by")
    decided_at: datetime | None = Field(title="审批时间 / Decided at")
    decision_reason: str | None = Field(
        title="审批意见 / Why it was decided so",
        description="审批人未写时为 null。Null where nothing was said.",
        examples=["证明材料齐全，同意。"],
    )


@router.post("", summary="提请 / Propose", status_code=201, responses=documented(404, 422))
async def propose(
    caller: Annotated[Caller, Allowed(Action.propose_act)], person: Person, wanted: WantedAct, shared: Shared
) -> ProposalItem:
    """Carried out once another person with the right to approves, within seven days.

    须由另一位有权限的人员在七日内批准，批准即执行。
    """
    _assert_fresh(shared, person)
    async with transaction(shared.database) as session:
        made = await service.propose(
            session, ACTS, caller, wanted.act, wanted.arguments, reason=wanted.reason
        )
    return _item(made)


@router.get("", summary="提请列表 / Proposals", responses=documented(400))
async def list_proposals(
    caller: Reader,
    session: Reading,
    page: Page,
    state: Annotated[ProposalState | None, Query(title="状态 / State")] = None,
) -> Listing[ProposalItem]:
    """本人可提请、审批或审计的，最新的在前。Those one may propose, approve or audit, newest first."""
    key = page.after(UUID)
    before = None if key is None else UUID(str(key[0]))
    found = await answers.proposals(session, ACTS, caller, state=state, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(list(found), key=lambda view: (view.proposal_id,))
    return Listing(items=_items(rows), next_cursor=next_cursor)


@router.get("/{proposal_id}", summary="一条提请 / One proposal", responses=documented(404))
async def one_proposal(caller: Reader, session: Reading, proposal_id: ProposalPath) -> ProposalItem:
    """提请的操作、理由和结果。The act, the reason, and what became of it."""
    return _item(await answers.proposal(session, ACTS, caller, proposal_id))


@router.post(
    "/{proposal_id}/approve", summary="批准并执行 / Approve", responses=documented(400, 404, 409, 415)
)
async def approve(
    caller: Decider,
    person: Person,
    proposal_id: ProposalPath,
    shared: Shared,
    decision: WantedDecision = NOTHING_SAID,
) -> ProposalItem:
    """Carries the act out; never by who proposed it. A reason may be given.

    批准即执行；提请人不得审批；意见可不写。
    """
    _assert_fresh(shared, person)
    async with transaction(shared.database) as session:
        decided = await service.approve(session, ACTS, caller, proposal_id, reason=decision.reason)
    return _item(decided)


@router.post("/{proposal_id}/reject", summary="驳回 / Reject", responses=documented(400, 404, 409, 415))
async def reject(
    caller: Decider,
    person: Person,
    proposal_id: ProposalPath,
    shared: Shared,
    decision: WantedDecision = NOTHING_SAID,
) -> ProposalItem:
    """For good; the act may be proposed anew. Say why, for the proposer.

    驳回后不能再批准；可另行提请。请写明意见，提请人可见。
    """
    _assert_fresh(shared, person)
    async with transaction(shared.database) as session:
        decided = await service.reject(session, ACTS, caller, proposal_id, reason=decision.reason)
    return _item(decided)


def _assert_fresh(shared: Resources, person: Known) -> None:
    assert_fresh(shared.settings, person, clock.now())


def _items(views: Sequence[ProposalView]) -> list[ProposalItem]:
    return [_item(view) for view in views]


def _item(view: ProposalView) -> ProposalItem:
    return ProposalItem.model_validate(view)
