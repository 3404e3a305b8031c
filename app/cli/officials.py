"""Officials who have told whoever calls a command what they propose, approve or place."""

from typing import NamedTuple

from app.accounts.authorisation import Action, Caller, permit
from app.approvals import service as approvals
from app.approvals.acts import Acts
from app.approvals.schemas import Arguments, ProposalView
from app.db.session import ReadSession, WriteSession
from app.people import service as people
from app.people.errors import UserUnknown


class Said(NamedTuple):
    """What two officials have said; the first two are logins."""

    proposed_by: str
    approved_by: str
    reason: str


async def official(session: ReadSession, login: str, action: Action) -> Caller:
    """As if signed in, at the door of this action; a disabled account is none."""
    account = await people.account_of(session, await people.user_by_login(session, login))
    if account.disabled_at is not None:
        raise UserUnknown
    caller = Caller(
        actor_id=account.user_id,
        role=account.role,
        platform=account.platform,
        uscc=account.uscc,
        districts=account.districts,
    )
    return permit(caller, action)


async def carried_out(
    session: WriteSession, acts: Acts, act: str, arguments: Arguments, said: Said
) -> ProposalView:
    """Proposed by one and approved by the other, in one transaction."""
    proposer = await official(session, said.proposed_by, Action.propose_act)
    made = await approvals.propose(session, acts, proposer, act, arguments, reason=said.reason)
    approver = await official(session, said.approved_by, Action.decide_act)
    return await approvals.approve(session, acts, approver, made.proposal_id)


def subject_of(decided: ProposalView) -> dict[str, str]:
    """What the trail says of it."""
    return {
        **decided.arguments,
        "proposal_id": str(decided.proposal_id),
        "proposer_id": decided.proposer_id,
        "approver_id": str(decided.decider_id),
    }
