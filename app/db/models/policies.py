"""Versions of policies as they came into force, and the texts that they stand in."""

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    KeyNumber,
    OptionalUuid,
    RequiredBytes,
    RequiredDay,
    RequiredFlag,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
)


class PolicyText(Base):
    """Append-only: a pack word for word, proposed or in force, by the SHA-256 of its UTF-8."""

    __tablename__ = "policy_texts"
    __table_args__ = (CheckConstraint("text_hash = sha256(convert_to(text, 'UTF8'))", name="hashes_text"),)

    text_hash: Mapped[bytes] = mapped_column(primary_key=True)
    text: Mapped[RequiredText]
    stored_at: Mapped[RequiredInstant]


class PolicyRecord(Base):
    """Append-only: a version came into force. Of several of one programme and day the newest number holds.

    Numbers are given under a lock that is held until the commit, so who knows the newest has missed none.
    """

    __tablename__ = "policy_versions"
    __table_args__ = (
        CheckConstraint("source IN ('built_in', 'directory', 'published')", name="source"),
        CheckConstraint("(source = 'published') = (proposal_id IS NOT NULL)", name="published_by_proposal"),
        CheckConstraint("NOT retroactive OR source = 'published'", name="retroactive_if_published"),
        Index(None, "programme", "effective_from", "number"),
    )

    number: Mapped[KeyNumber]
    record_id: Mapped[RequiredUuid]
    """The subject of its entry in the ledger."""
    programme: Mapped[RequiredText]
    effective_from: Mapped[RequiredDay]
    content_hash: Mapped[RequiredBytes]
    text_hash: Mapped[RequiredBytes]
    source: Mapped[RequiredText]
    recorded_at: Mapped[RequiredInstant]
    proposal_id: Mapped[OptionalUuid]
    retroactive: Mapped[RequiredFlag]
    """Published on a later day than it is in force from."""
