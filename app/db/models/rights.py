"""What people have asked to be put right or objected to, and what they were answered."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Name,
    OptionalUuid,
    RequiredBytes,
    RequiredDay,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
)


class RightsRequest(Base):
    """A correction or an objection. What it says in words is sealed; only a rotation changes a row."""

    __tablename__ = "rights_requests"
    __table_args__ = (
        CheckConstraint("kind IN ('correction', 'objection')", name="kind"),
        CheckConstraint("addressee IN ('platform', 'enterprise', 'regulator')", name="addressee"),
        Index(None, "person_key", "request_id"),
        Index(None, "platform", "class_group_id", "request_id"),
        Index(None, "addressee", "request_id"),
    )

    request_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    kind: Mapped[RequiredText]
    addressee: Mapped[RequiredText]
    person_key: Mapped[RequiredBytes]
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    learner_id: Mapped[RequiredText]
    feed: Mapped[Name]
    record_key: Mapped[dict[str, str] | None] = mapped_column(JSONB)
    field: Mapped[Name]
    decision_id: Mapped[OptionalUuid]
    finding_id: Mapped[OptionalUuid]
    content_sealed: Mapped[RequiredBytes]
    """JSON: what is right, and why."""
    submitted_at: Mapped[RequiredInstant]
    due_on: Mapped[RequiredDay]
    """The last day on which it is answered in time."""


class RightsAnswer(Base):
    """Append-only, one for each request at most: accepted, declined with a reason, or withdrawn."""

    __tablename__ = "rights_answers"
    __table_args__ = (
        CheckConstraint("outcome IN ('accepted', 'declined', 'withdrawn')", name="outcome"),
        CheckConstraint("outcome = 'withdrawn' OR reason IS NOT NULL", name="reason_is_given"),
    )

    request_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    outcome: Mapped[RequiredText]
    reason: Mapped[Name]
    answered_by: Mapped[RequiredText]
    role: Mapped[RequiredText]
    answered_at: Mapped[RequiredInstant]
