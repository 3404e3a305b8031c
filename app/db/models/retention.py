"""Until when what is kept: terms of policies, legal holds, and what was disposed of. All append-only.

A disposal is written by a function of the schema's owner and by nothing else (migrations/versions).
"""

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Count,
    Digest,
    Key,
    Name,
    RequiredBytes,
    RequiredInstant,
    RequiredText,
    RequiredUuid,
)


class RetentionTerm(Base):
    """How long a version of a policy has things kept, so that the database can tell by itself."""

    __tablename__ = "retention_terms"
    __table_args__ = (
        CheckConstraint("covers IN ('everything', 'videos')", name="covers"),
        CheckConstraint("(months IS NULL) = (days IS NULL)", name="length"),
    )

    content_hash: Mapped[bytes] = mapped_column(primary_key=True)
    """Of the version."""
    code: Mapped[Key]
    covers: Mapped[RequiredText]
    months: Mapped[Count]
    """Null: the text sets no length."""
    days: Mapped[Count]
    title_zh: Mapped[RequiredText]
    title_en: Mapped[RequiredText]
    clause: Mapped[RequiredText]


class LegalHold(Base):
    """Nothing that it is about is disposed of, whatever the clock says, until it is lifted."""

    __tablename__ = "legal_holds"
    __table_args__ = (
        CheckConstraint("about IN ('class_group', 'enrollment', 'platform', 'enterprise')", name="about"),
        CheckConstraint(
            "(platform IS NULL) = (about = 'enterprise') AND (uscc IS NULL) = (about <> 'enterprise')"
            " AND (class_group_id IS NULL) = (about IN ('platform', 'enterprise'))"
            " AND (learner_id IS NULL) = (about <> 'enrollment')",
            name="names_what_it_is_about",
        ),
        Index(None, "platform", "class_group_id"),
        Index(None, "uscc"),
    )

    hold_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    about: Mapped[RequiredText]
    platform: Mapped[Name]
    class_group_id: Mapped[Name]
    learner_id: Mapped[Name]
    uscc: Mapped[Name]
    reason: Mapped[RequiredText]
    placed_by: Mapped[RequiredText]
    placed_at: Mapped[RequiredInstant]


class LiftedHold(Base):
    """By two persons: the database looks for their proposal."""

    __tablename__ = "lifted_holds"

    hold_id: Mapped[RequiredUuid] = mapped_column(ForeignKey("legal_holds.hold_id"), primary_key=True)
    proposal_id: Mapped[RequiredUuid]
    lifted_at: Mapped[RequiredInstant]


class DisposalRecord(Base):
    """What a disposal leaves for ever: canonical JSON, whose hash is in the ledger."""

    __tablename__ = "disposal_records"
    __table_args__ = (CheckConstraint("document_hash = sha256(document)", name="hashes_document"),)

    disposal_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    document: Mapped[RequiredBytes]
    document_hash: Mapped[RequiredBytes]


class Disposal(Base):
    """A class group was disposed of. The database looks at clock, holds and persons as it is written."""

    __tablename__ = "disposals"
    __table_args__ = (Index(None, "platform", "class_group_id"), Index(None, "xact"))

    disposal_id: Mapped[RequiredUuid] = mapped_column(
        ForeignKey("disposal_records.disposal_id", initially="DEFERRED", deferrable=True), primary_key=True
    )
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    district: Mapped[Name]
    """Of its enterprise, as the class group said last."""
    proposal_id: Mapped[RequiredUuid] = mapped_column(unique=True)
    disposed_at: Mapped[RequiredInstant]
    xact: Mapped[RequiredText]
    """Of the database: in this transaction, and in no other, rows of the class group may be deleted."""


class DisposedObject(Base):
    """One object that is gone, and the hash that stays of it."""

    __tablename__ = "disposed_objects"
    __table_args__ = (
        CheckConstraint("kind IN ('batch', 'decision', 'report', 'run')", name="kind"),
        Index(None, "disposal_id"),
    )

    kind: Mapped[Key]
    object_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    hash: Mapped[Digest]
    """Leaf hash of a batch; of a run, and of each of its decisions, their root; null: none."""
    disposal_id: Mapped[RequiredUuid]


class DisposalNeighbour(Base):
    """A class group that was judged with hours of one that is gone: its figures cannot be computed again."""

    __tablename__ = "disposal_neighbours"

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    disposal_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
