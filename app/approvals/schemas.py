"""What passes in and out of this room."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.accounts.authorisation import Action, Reach
from app.approvals.errors import UnusableArguments
from app.core.errors import Text
from app.core.ids import ActorId
from app.db.session import ReadSession, WriteSession

Arguments = Mapping[str, str]
"""Ids of what an act is done to, by name."""


def uuid_in(arguments: Arguments, name: str) -> UUID:
    """Raises `UnusableArguments` where it is none."""
    try:
        return UUID(arguments[name])
    except ValueError as no_id:
        raise UnusableArguments((name,)) from no_id


class ProposalState(StrEnum):
    proposed = "proposed"
    rejected = "rejected"
    expired = "expired"
    carried_out = "carried_out"


class Share(StrEnum):
    """Of what waits: to whom of those who see it."""

    to_decide = "to_decide"
    """Somebody else's, which the caller's role may approve."""
    proposed = "proposed"
    """The caller's own."""
    looked_at = "looked_at"
    """Somebody else's, for others to decide."""


class Waiting(NamedTuple):
    """The first to lapse come first."""

    number: int
    """Of all, however few are here."""
    proposals: Sequence["ProposalView"]


class Approved(NamedTuple):
    """By whom and why an act is carried out."""

    proposal_id: UUID
    proposer_id: ActorId
    approver_id: ActorId
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Act:
    """A sensitive act. Who may propose it and who may approve it stands in the authorisation table."""

    name: str
    title: Text
    proposing: Action
    approving: Action
    arguments: tuple[str, ...]
    locate: Callable[[ReadSession, Reach, Arguments], Awaitable[str | None]]
    """The district code of what it is done to, None where it has none; raises where it is out of reach."""
    carry_out: Callable[[WriteSession, Arguments, Approved], Awaitable[None]]
    """In the transaction of the approval: raises, and nothing was approved."""


class ProposalView(NamedTuple):
    proposal_id: UUID
    act: str
    arguments: Arguments
    reason: str
    district: str | None
    proposer_id: ActorId
    proposed_at: datetime
    expires_at: datetime
    state: ProposalState
    decider_id: ActorId | None
    decided_at: datetime | None
    decision_reason: str | None
    """Of whoever decided; None: nothing was said."""
