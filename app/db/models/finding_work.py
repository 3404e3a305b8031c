"""What officials do about findings, beside waiving them."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import Name, RequiredInstant, RequiredText, RequiredUuid


class FindingAssignment(Base):
    """Append-only; of a finding the newest counts. A finding that is raised anew is another one."""

    __tablename__ = "finding_assignments"
    __table_args__ = (
        Index(None, "finding_id", "assignment_id"),
        Index(None, "platform", "class_group_id"),
        Index(None, "assignee_id", "finding_id"),
    )

    assignment_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    finding_id: Mapped[RequiredUuid]
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    assignee_id: Mapped[Name]
    """Null: nobody any more."""
    assigned_by: Mapped[RequiredText]
    assigned_at: Mapped[RequiredInstant]


class FindingComment(Base):
    """Append-only."""

    __tablename__ = "finding_comments"
    __table_args__ = (
        CheckConstraint("length(text) BETWEEN 1 AND 1000 AND text ~ '[^[:space:]]'", name="text"),
        Index(None, "finding_id", "comment_id"),
        Index(None, "platform", "class_group_id"),
    )

    comment_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    finding_id: Mapped[RequiredUuid]
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    text: Mapped[RequiredText]
    author_id: Mapped[RequiredText]
    commented_at: Mapped[RequiredInstant]
