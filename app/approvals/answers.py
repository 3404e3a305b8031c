"""Proposals as they are read: what waits, and how what was proposed has ended."""

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID

from app.accounts.authorisation import Caller
from app.approvals import repository
from app.approvals.acts import Acts
from app.approvals.errors import ProposalUnknown
from app.approvals.schemas import Arguments, ProposalState, ProposalView, Share, Waiting
from app.core import clock
from app.core.ids import ActorId
from app.db.models import Proposal
from app.db.session import ReadSession
from app.ledger.canonical import canonical_json


async def proposal(session: ReadSession, acts: Acts, caller: Caller, proposal_id: UUID) -> ProposalView:
    found = await repository.proposal(
        session, proposal_id, acts.concerning(caller.role), caller.reach.districts
    )
    if found is None:
        raise ProposalUnknown
    return view(found, clock.now())


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
    return [view(row, at) for row in rows]


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
    at, wanted = clock.now(), _wanted(acts, caller, share)
    number = await repository.count_waiting(session, wanted, at=at)
    rows = await repository.waiting(session, wanted, at=at, after=after, limit=limit)
    return Waiting(number, [view(row, at) for row in rows])


def _wanted(acts: Acts, caller: Caller, share: Share) -> repository.Wanted:
    approvable, seen = set(acts.approvable_by(caller.role)), set(acts.concerning(caller.role))
    return repository.Wanted(
        acts={Share.to_decide: approvable, Share.proposed: seen, Share.looked_at: seen - approvable}[share],
        districts=caller.reach.districts,
        proposer_id=caller.actor_id,
        is_own=share is Share.proposed,
    )


async def number_to_decide(session: ReadSession, acts: Acts, caller: Caller, *, most: int) -> int:
    """How many wait for the caller, counted no further than `most`; one statement, or none."""
    wanted = _wanted(acts, caller, Share.to_decide)
    if not wanted.acts:
        return 0
    return await repository.count_waiting(session, wanted, at=clock.now(), most=most)


async def ended(session: ReadSession, acts: Acts, caller: Caller, *, limit: int) -> Sequence[ProposalView]:
    """The caller's own that wait no longer, however they ended; what was proposed last comes first."""
    names, at = acts.concerning(caller.role), clock.now()
    rows = await repository.ended(session, names, caller.actor_id, at=at, limit=limit)
    return [view(row, at) for row in rows]


async def decided(session: ReadSession, acts: Acts, caller: Caller, *, limit: int) -> Sequence[ProposalView]:
    """The last decision first, whoever made it."""
    names, at = acts.concerning(caller.role), clock.now()
    rows = await repository.decided(session, names, caller.reach.districts, limit=limit)
    return [view(row, at) for row in rows]


async def waiting_about(
    session: ReadSession, wanted: Collection[tuple[str, Arguments]]
) -> Sequence[ProposalView]:
    """What waits of these acts on these things; as for `about`."""
    at = clock.now()
    named = [(act, written(arguments)) for act, arguments in wanted]
    return [view(row, at) for row in await repository.open_of(session, named, at=at)]


async def about(session: ReadSession, act: str, arguments: Arguments) -> Sequence[ProposalView]:
    """All that was proposed of this one thing, the oldest first; whoever asks knows that it may be told."""
    at = clock.now()
    return [view(row, at) for row in await repository.about(session, act, written(arguments))]


def written(arguments: Arguments) -> str:
    """As they are stored."""
    return canonical_json(dict(arguments)).decode()


def view(row: Proposal, at: datetime) -> ProposalView:
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
        decision_reason=row.decision_reason,
    )
