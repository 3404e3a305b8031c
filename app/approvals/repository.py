"""All SQL of proposals."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert

from app.approvals.schemas import ProposalState
from app.db.models import Proposal
from app.db.session import ReadSession, WriteSession

PROPOSERS = 7_362_012  # the advisory locks of acts that are being proposed


class Wanted(NamedTuple):
    """Whose of what waits."""

    acts: Collection[str]
    districts: Sequence[str] | None
    proposer_id: str
    is_own: bool
    """Proposed by this person, or by anybody else."""


async def add(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(insert(Proposal).values(row))


async def proposal(
    session: ReadSession, proposal_id: UUID, acts: Collection[str], districts: Sequence[str] | None
) -> Proposal | None:
    statement = select(Proposal).where(Proposal.proposal_id == proposal_id, *_visible(acts, districts))
    return (await session.scalars(statement)).one_or_none()


async def proposal_to_decide(
    session: WriteSession, proposal_id: UUID, acts: Collection[str], districts: Sequence[str] | None
) -> Proposal | None:
    """Nobody else decides on it until this transaction ends; as it stands after whoever did before."""
    statement = select(Proposal).where(Proposal.proposal_id == proposal_id, *_visible(acts, districts))
    locked = statement.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).one_or_none()


async def decide(
    session: WriteSession,
    proposal_id: UUID,
    state: ProposalState,
    *,
    by: str,
    at: datetime,
    reason: str | None,
) -> None:
    statement = update(Proposal).where(Proposal.proposal_id == proposal_id)
    values = {"state": state.value, "decider_id": by, "decided_at": at, "decision_reason": reason}
    await session.execute(statement.values(**values))


async def proposals(
    session: ReadSession,
    acts: Collection[str],
    districts: Sequence[str] | None,
    *,
    state: ProposalState | None,
    at: datetime,
    before: UUID | None,
    limit: int,
) -> Sequence[Proposal]:
    """The newest first."""
    statement = select(Proposal).where(*_visible(acts, districts), *_in_state(state, at))
    if before is not None:
        statement = statement.where(Proposal.proposal_id < before)
    rows = await session.scalars(statement.order_by(Proposal.proposal_id.desc()).limit(limit))
    return rows.all()


async def waiting(
    session: ReadSession, wanted: Wanted, *, at: datetime, after: tuple[datetime, UUID] | None, limit: int
) -> Sequence[Proposal]:
    """The first to lapse come first."""
    key = Proposal.expires_at, Proposal.proposal_id
    statement = select(Proposal).where(*_waiting(wanted, at))
    if after is not None:
        statement = statement.where(tuple_(*key) > after)
    return (await session.scalars(statement.order_by(*key).limit(limit))).all()


async def count_waiting(
    session: ReadSession, wanted: Wanted, *, at: datetime, most: int | None = None
) -> int:
    """No further than `most`."""
    found = select(Proposal.proposal_id).where(*_waiting(wanted, at)).limit(most).subquery()
    return await session.scalar(select(func.count()).select_from(found)) or 0


async def decided(
    session: ReadSession, acts: Collection[str], districts: Sequence[str] | None, *, limit: int
) -> Sequence[Proposal]:
    """The last decision first."""
    statement = select(Proposal).where(*_visible(acts, districts), Proposal.decided_at.is_not(None))
    newest_first = statement.order_by(Proposal.decided_at.desc(), Proposal.proposal_id.desc())
    return (await session.scalars(newest_first.limit(limit))).all()


async def ended(
    session: ReadSession, acts: Collection[str], proposer_id: str, *, at: datetime, limit: int
) -> Sequence[Proposal]:
    """Decided or lapsed, of one person; what was proposed last comes first."""
    waits = and_(*_in_state(ProposalState.proposed, at))
    own = Proposal.proposer_id == proposer_id, Proposal.act.in_(acts)
    statement = select(Proposal).where(*own, ~waits).order_by(Proposal.proposal_id.desc())
    return (await session.scalars(statement.limit(limit))).all()


async def lock_act(session: WriteSession, act: str, arguments: str) -> None:
    """Until the transaction ends: of two who propose the same at once, the second finds the first."""
    of_both = func.hashtext(f"{act} {arguments}")
    await session.execute(select(func.pg_advisory_xact_lock(PROPOSERS, of_both)))


async def open_about(session: ReadSession, act: str, arguments: str, *, at: datetime) -> Proposal | None:
    """The oldest that still waits; `arguments`: as they are stored."""
    same = Proposal.act == act, Proposal.arguments == arguments
    statement = select(Proposal).where(*same, *_in_state(ProposalState.proposed, at))
    return (await session.scalars(statement.order_by(Proposal.proposal_id).limit(1))).one_or_none()


async def open_of(
    session: ReadSession, wanted: Collection[tuple[str, str]], *, at: datetime
) -> Sequence[Proposal]:
    """What waits of these acts and their arguments as they are stored, the oldest first."""
    named = tuple_(Proposal.act, Proposal.arguments).in_(wanted)
    statement = select(Proposal).where(named, *_in_state(ProposalState.proposed, at))
    return (await session.scalars(statement.order_by(Proposal.proposal_id))).all()


async def about(session: ReadSession, act: str, arguments: str) -> Sequence[Proposal]:
    """`arguments`: as they are stored."""
    statement = select(Proposal).where(Proposal.act == act, Proposal.arguments == arguments)
    return (await session.scalars(statement.order_by(Proposal.proposal_id))).all()


def _visible(acts: Collection[str], districts: Sequence[str] | None) -> list[ColumnElement[bool]]:
    """What has no district is for those who are bound to none."""
    of_acts = Proposal.act.in_(acts)
    if districts is None:
        return [of_acts]
    return [of_acts, or_(*(Proposal.district.startswith(code, autoescape=True) for code in districts))]


def _waiting(wanted: Wanted, at: datetime) -> list[ColumnElement[bool]]:
    is_own = Proposal.proposer_id == wanted.proposer_id
    return [
        *_visible(wanted.acts, wanted.districts),
        *_in_state(ProposalState.proposed, at),
        is_own if wanted.is_own else ~is_own,
    ]


def _in_state(state: ProposalState | None, at: datetime) -> list[ColumnElement[bool]]:
    match state:
        case None:
            return []
        case ProposalState.proposed:
            return [Proposal.state == state.value, Proposal.expires_at > at]
        case ProposalState.expired:
            return [Proposal.state == ProposalState.proposed.value, Proposal.expires_at <= at]
        case _:
            return [Proposal.state == state.value]
