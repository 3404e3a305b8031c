"""How officials answered what no data can decide."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import Name, RequiredInstant, RequiredText, RequiredUuid


class ChecklistAnswer(Base):
    """Append-only; of one item about one thing the newest counts."""

    __tablename__ = "checklist_answers"
    __table_args__ = (
        CheckConstraint("answer IN ('yes', 'no', 'not_applicable')", name="answer"),
        Index(
            "ix_checklist_answers_programme",
            *("programme", "about", "platform", "subject_id", "code", "answer_id"),
        ),
    )

    answer_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    programme: Mapped[RequiredText]
    policy_version: Mapped[RequiredText]
    code: Mapped[RequiredText]
    about: Mapped[RequiredText]
    platform: Mapped[RequiredText]
    """Empty for an enterprise, which is no platform's."""
    subject_id: Mapped[RequiredText]
    """The project, the class group or the enterprise's USCC; empty for a platform."""
    answer: Mapped[RequiredText]
    note: Mapped[Name]
    answered_by: Mapped[RequiredText]
    answered_at: Mapped[RequiredInstant]
