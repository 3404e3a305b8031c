"""Proposing, approving and rejecting sensitive acts.

Two persons, always: the API, this room and the table each refuse that one does both. Of several who decide at
the same time one is first, and the others are told.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.approvals import repository
from app.approvals.errors import (
    ActUnknown,
    AlreadyProposed,
    ProposalDecided,
    ProposalExpired,
    ProposalUnknown,
    ProposerWithoutRight,
    SecondPersonNeeded,
    UnusableArguments,
)
from app.approvals.schemas import Act, Approved, Arguments, ProposalState, ProposalView, Share, Waiting
from app.core import clock
from app.core.ids import ActorId, new_uuid
from app.core.vocabulary import Role
from app.db.models import Proposal
from app.db.session import ReadSession, WriteSession
from app.ledger.canonical import canonical_json
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


class Acts:
    """The sensitive acts there are, by name."""

    def __init__(self, *acts: Act) -> None:
        self._by_name: Mapping[str, Act] = {act.name: act for act in acts}

    def __iter__(self) -> Iterator[Act]:
        return iter(self._by_name.values())

    def named(self, name: str) -> Act:
        if name not in self._by_name:
            raise ActUnknown(sorted(self._by_name))
        return self._by_name[name]

    def concerning(self, role: Role) -> list[str]:
        """Those that the role takes part in; auditors look on at all."""
        return [
            act.name
            for act in self
            if role is Role.auditor or role in TABLE[act.proposing] or role in TABLE[act.approving]
        ]

    def approvable_by(self, role: Role) -> list[str]:
        return [act.name for act in self if role in TABLE[act.approving] and role in TABLE[Action.decide_act]]


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
        "arguments": _written(arguments),
        "reason": redact_text(reason),
        "district": district,
        "proposer_id": caller.actor_id,
        "proposed_at": at,
        "expires_at": at + LIFETIME,
        "state": ProposalState.proposed.value,
        "decider_id": None,
        "decided_at": None,
    }
    await repository.add(session, row)
    await _record(session, caller, act.proposing, proposal_id, arguments)
    return _view(Proposal(**row), at)


async def approve(session: WriteSession, acts: Acts, caller: Caller, proposal_id: UUID) -> ProposalView:
    """Carries the act out, in this transaction: where it fails, nothing was approved."""
    held = await _hold(session, acts, caller, proposal_id)
    found, act = held.proposal, held.act
    await _assert_proposer_may_still(session, act, found.proposer_id)
    await act.locate(session, permit(caller, act.approving).reach, held.arguments)
    approved = Approved(proposal_id, ActorId(found.proposer_id), caller.actor_id, found.reason, held.at)
    await _decide(session, caller, held, ProposalState.carried_out)
    await act.carry_out(session, held.arguments, approved)
    return await proposal(session, acts, caller, proposal_id)


async def reject(session: WriteSession, acts: Acts, caller: Caller, proposal_id: UUID) -> ProposalView:
    held = await _hold(session, acts, caller, proposal_id)
    await _decide(session, caller, held, ProposalState.rejected)
    return await proposal(session, acts, caller, proposal_id)


async def proposal(session: ReadSession, acts: Acts, caller: Caller, proposal_id: UUID) -> ProposalView:
    found = await repository.proposal(
        session, proposal_id, acts.concerning(caller.role), caller.reach.districts
    )
    if found is None:
        raise ProposalUnknown
    return _view(found, clock.now())


async def proposals(
    session: ReadSession,
    acts: Acts,
    caller: Caller,
    *,
    state: ProposalState | None,
    before: UUID | None,
    limit: int,
) -> Sequence[ProposalView]:
    """The newest first."""
    names, at = acts.concerning(caller.role), clock.now()
    rows = await repository.proposals(
        session, names, caller.reach.districts, state=state, at=at, before=before, limit=limit
    )
    return [_view(row, at) for row in rows]


async def waiting(
    session: ReadSession,
    acts: Acts,
    caller: Caller,
    share: Share,
    *,
    after: tuple[datetime, UUID] | None = None,
    limit: int,
) -> Waiting:
    """`after`: when the last one that was seen lapses, and its id."""
    at, approvable = clock.now(), set(acts.approvable_by(caller.role))
    seen = set(acts.concerning(caller.role))
    wanted = repository.Wanted(
        acts={Share.to_decide: approvable, Share.proposed: seen, Share.looked_at: seen - approvable}[share],
        districts=caller.reach.districts,
        proposer_id=caller.actor_id,
        is_own=share is Share.proposed,
    )
    number = await repository.count_waiting(session, wanted, at=at)
    rows = await repository.waiting(session, wanted, at=at, after=after, limit=limit)
    return Waiting(number, [_view(row, at) for row in rows])


async def decided(session: ReadSession, acts: Acts, caller: Caller, *, limit: int) -> Sequence[ProposalView]:
    """The last decision first, whoever made it."""
    names, at = acts.concerning(caller.role), clock.now()
    rows = await repository.decided(session, names, caller.reach.districts, limit=limit)
    return [_view(row, at) for row in rows]


async def about(session: ReadSession, act: str, arguments: Arguments) -> Sequence[ProposalView]:
    """All that was proposed of this one thing, the oldest first; whoever asks knows that it may be told."""
    at = clock.now()
    return [_view(row, at) for row in await repository.about(session, act, _written(arguments))]


def _written(arguments: Arguments) -> str:
    return canonical_json(dict(arguments)).decode()


def _check(act: Act, arguments: Arguments) -> None:
    are_ids = all(_ID.fullmatch(value) and redact_text(value) == value for value in arguments.values())
    if arguments.keys() != set(act.arguments) or not are_ids:
        raise UnusableArguments(act.arguments)


async def _assert_none_waits(session: WriteSession, act: Act, arguments: Arguments) -> None:
    written = _written(arguments)
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


async def _decide(session: WriteSession, caller: Caller, held: _Held, state: ProposalState) -> None:
    """The decision, its entry in the trail and its leaf in the ledger are one."""
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
    await repository.decide(session, found.proposal_id, state, by=caller.actor_id, at=at)
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


def _view(row: Proposal, at: datetime) -> ProposalView:
    has_expired = row.state == ProposalState.proposed and row.expires_at <= at
    return ProposalView(
        proposal_id=row.proposal_id,
        act=row.act,
        arguments=json.loads(row.arguments),
        reason=row.reason,
        district=row.district,
        proposer_id=ActorId(row.proposer_id),
        proposed_at=row.proposed_at,
        expires_at=row.expires_at,
        state=ProposalState.expired if has_expired else ProposalState(row.state),
        decider_id=None if row.decider_id is None else ActorId(row.decider_id),
        decided_at=row.decided_at,
    )
