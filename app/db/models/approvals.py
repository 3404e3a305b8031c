"""Sensitive acts that wait for a second person, and what became of them."""

from sqlalchemy import CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import Instant, Name, RequiredInstant, RequiredText, RequiredUuid


class Proposal(Base):
    """Decided once: the database refuses a change of a decided one, and one person in both places.

    The program's role may change `state`, `decider_id`, `decided_at` and `decision_reason`, and nothing else.
    """

    __tablename__ = "proposals"
    __table_args__ = (
        CheckConstraint("state IN ('proposed', 'rejected', 'carried_out')", name="state"),
        CheckConstraint("decider_id <> proposer_id", name="second_person"),
        CheckConstraint("(state = 'proposed') = (decider_id IS NULL)", name="decided_by_somebody"),
        CheckConstraint("(decider_id IS NULL) = (decided_at IS NULL)", name="decided_at_some_time"),
        CheckConstraint("decision_reason IS NULL OR state <> 'proposed'", name="reason_of_a_decision"),
        Index(None, "act", "proposal_id"),
        Index(None, "act", "arguments"),
        Index(None, "proposer_id", "proposal_id"),
        Index(None, "expires_at", "proposal_id", postgresql_where=text("state = 'proposed'")),
    )

    proposal_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    act: Mapped[RequiredText]
    arguments: Mapped[RequiredText]
    """Canonical JSON (RFC 8785): ids of what the act is done to."""
    reason: Mapped[RequiredText]
    district: Mapped[Name]
    """Of the enterprise concerned (GB/T 2260); null: of none."""
    proposer_id: Mapped[RequiredText]
    proposed_at: Mapped[RequiredInstant]
    expires_at: Mapped[RequiredInstant]
    state: Mapped[RequiredText]
    """`proposed` past `expires_at` has expired. Approving and carrying out are one transaction."""
    decider_id: Mapped[Name]
    decided_at: Mapped[Instant]
    decision_reason: Mapped[Name]
    """Null: whoever decided said nothing about it."""
