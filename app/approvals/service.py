"""Proposing, approving and rejecting sensitive acts.

Two persons, always: the API, this room and the table each refuse that one does both. Of several who decide at
the same time one is first, and the others are told.
"""

import json
import re
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.approvals import answers, repository
from app.approvals.acts import Acts
from app.approvals.errors import (
    AlreadyProposed,
    ProposalDecided,
    ProposalExpired,
    ProposalUnknown,
    ProposerWithoutRight,
    SecondPersonNeeded,
    UnusableArguments,
)
from app.approvals.schemas import Act, Approved, Arguments, ProposalState, ProposalView
from app.core import clock
from app.core.ids import ActorId, new_uuid
from app.db.models import Proposal
from app.db.session import ReadSession, WriteSession
from app.ledger.envelope import EntryKind, approval_envelope
from app.ledger.sequence import enqueue
from app.people import directory
from app.people.errors import UserUnknown
from app.people.service import account_of
from app.privacy.redaction import redact_text
from app.trail.schemas import Kind
from app.trail.service import record

LIFETIME = timedelta(days=7)
_ID = re.compile("[A-Za-z0-9_.:-]{1,64}")


async def propose(
    session: WriteSession, acts: Acts, caller: Caller, name: str, arguments: Arguments, *, reason: str
) -> ProposalView:
    """Waits for a second person until it expires. The reason is kept without what looks like an ID number.

    Raises `AlreadyProposed` where the same waits already.
    """
    act = acts.named(name)
    permitted = permit(caller, act.proposing)
    _check(act, arguments)
    district = await act.locate(session, permitted.reach, arguments)
    await _assert_none_waits(session, act, arguments)
    at = clock.now()
    proposal_id = new_uuid(at)
    row = {
        "proposal_id": proposal_id,
        "act": act.name,
        "arguments": answers.written(arguments),
        "reason": redact_text(reason),
        "district": district,
        "proposer_id": caller.actor_id,
        "proposed_at": at,
        "expires_at": at + LIFETIME,
        "state": ProposalState.proposed.value,
        "decider_id": None,
        "decided_at": None,
        "decision_reason": None,
    }
    await repository.add(session, row)
    await _record(session, caller, act.proposing, proposal_id, arguments)
    return answers.view(Proposal(**row), at)


async def approve(
    session: WriteSession, acts: Acts, caller: Caller, proposal_id: UUID, *, reason: str | None = None
) -> ProposalView:
    """Carries the act out, in this transaction: where it fails, nothing was approved.

    `reason`: what the proposer reads of it, kept like the one of the proposal.
    """
    held = await _hold(session, acts, caller, proposal_id)
    found, act = held.proposal, held.act
    await _assert_proposer_may_still(session, act, found.proposer_id)
    await act.locate(session, permit(caller, act.approving).reach, held.arguments)
    approved = Approved(proposal_id, ActorId(found.proposer_id), caller.actor_id, found.reason, held.at)
    await _decide(session, caller, held, ProposalState.carried_out, reason)
    await act.carry_out(session, held.arguments, approved)
    return await answers.proposal(session, acts, caller, proposal_id)


async def reject(
    session: WriteSession, acts: Acts, caller: Caller, proposal_id: UUID, *, reason: str | None = None
) -> ProposalView:
    """`reason` as for `approve`."""
    held = await _hold(session, acts, caller, proposal_id)
    await _decide(session, caller, held, ProposalState.rejected, reason)
    return await answers.proposal(session, acts, caller, proposal_id)


def _check(act: Act, arguments: Arguments) -> None:
    are_ids = all(_ID.fullmatch(value) and redact_text(value) == value for value in arguments.values())
    if arguments.keys() != set(act.arguments) or not are_ids:
        raise UnusableArguments(act.arguments)


async def _assert_none_waits(session: WriteSession, act: Act, arguments: Arguments) -> None:
    written = answers.written(arguments)
    await repository.lock_act(session, act.name, written)
    found = await repository.open_about(session, act.name, written, at=clock.now())
    if found is not None:
        named = await directory.named(session, [ActorId(found.proposer_id)])
        proposer = named.get(ActorId(found.proposer_id))
        raise AlreadyProposed(
            by=proposer.display_name if proposer else found.proposer_id,
            at=found.proposed_at,
            proposal_id=found.proposal_id,
            about=arguments,
        )


class _Held(NamedTuple):
    proposal: Proposal
    act: Act
    arguments: Arguments
    at: datetime


async def _hold(session: WriteSession, acts: Acts, caller: Caller, proposal_id: UUID) -> _Held:
    """Until the transaction ends. It is still open, and somebody else's."""
    names = acts.concerning(caller.role)
    found = await repository.proposal_to_decide(session, proposal_id, names, caller.reach.districts)
    if found is None:
        raise ProposalUnknown
    act, at = acts.named(found.act), clock.now()
    permit(caller, act.approving)
    if found.proposer_id == caller.actor_id:
        raise SecondPersonNeeded
    if found.state != ProposalState.proposed:
        raise ProposalDecided(found.decided_at)
    if found.expires_at <= at:
        raise ProposalExpired
    return _Held(found, act, json.loads(found.arguments), at)


async def _assert_proposer_may_still(session: ReadSession, act: Act, proposer_id: str) -> None:
    """Who was disabled since, or has other duties now, has proposed nothing."""
    try:
        account = await account_of(session, proposer_id)
    except UserUnknown as unknown:
        raise ProposerWithoutRight from unknown
    if account.disabled_at is not None or account.role not in TABLE[act.proposing]:
        raise ProposerWithoutRight


async def _decide(
    session: WriteSession, caller: Caller, held: _Held, state: ProposalState, reason: str | None
) -> None:
    """The decision, its entry in the trail and its leaf in the ledger are one; the reason is in neither."""
    found, act, arguments, at = held
    envelope = approval_envelope(
        proposal_id=found.proposal_id,
        act=act.name,
        arguments=arguments,
        outcome=state.value,
        proposer_id=found.proposer_id,
        proposed_at=found.proposed_at,
        decider_id=caller.actor_id,
        decided_at=at,
    )
    said = None if reason is None else redact_text(reason)
    await repository.decide(session, found.proposal_id, state, by=caller.actor_id, at=at, reason=said)
    await _record(session, caller, act.approving, found.proposal_id, arguments, outcome=state.value)
    await enqueue(
        session,
        kind=EntryKind.approval,
        subject_id=found.proposal_id,
        recorded_at=at,
        envelope=envelope,
    )


async def _record(
    session: WriteSession,
    caller: Caller,
    action: Action,
    proposal_id: UUID,
    arguments: Arguments,
    **more: str,
) -> None:
    subject = {**arguments, **more, "proposal_id": str(proposal_id)}
    await record(session, caller, action, subject, kind=Kind.change)
