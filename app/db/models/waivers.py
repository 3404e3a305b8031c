"""Findings that two officials have waived."""

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import Instant, Key, RequiredInstant, RequiredText, RequiredUuid


class Waiver(Base):
    """Holds for exactly the outcome, observed value and threshold that were found.

    The program's role may set `ended_at`, and nothing else.
    """

    __tablename__ = "waivers"
    __table_args__ = (
        Index("ix_waivers_holding", "platform", "class_group_id", postgresql_where=text("ended_at IS NULL")),
        Index("ix_waivers_waiver_id", "waiver_id"),
    )

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    """Empty: of the class group itself."""
    waiver_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    """The proposal that was approved."""
    finding_id: Mapped[RequiredUuid]
    rule: Mapped[RequiredText]
    outcome: Mapped[RequiredText]
    fact: Mapped[RequiredText]
    observed: Mapped[RequiredText]
    """JSON, exact, as the finding's evidence says it; `threshold` too."""
    threshold: Mapped[RequiredText]
    reason: Mapped[RequiredText]
    proposer_id: Mapped[RequiredText]
    approver_id: Mapped[RequiredText]
    waived_at: Mapped[RequiredInstant]
    ended_at: Mapped[Instant]
