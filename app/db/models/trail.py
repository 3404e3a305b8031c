"""Who read or changed what, when, from where and for what purpose; and the hours that were sealed.

Entries are append-only, partitioned by month and kept at least five years. The program's role may insert and
read them, nothing else; the hour an entry belongs to is set by the database (migrations/versions/…_trail.py).
"""

from sqlalchemy import CheckConstraint, Index, PrimaryKeyConstraint, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Count,
    Name,
    OptionalUuid,
    RequiredBytes,
    RequiredCount,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class TrailEntry(Base):
    __tablename__ = "trail_entries"
    __table_args__ = (
        PrimaryKeyConstraint("entry_id", "occurred_at"),
        CheckConstraint("kind IN ('read', 'change', 'denied')", name="kind"),
        Index(None, "hour", "entry_id"),
        Index(None, "actor_id", "entry_id"),
        Index(None, "action", "entry_id"),
        Index(None, "kind", "entry_id"),
        Index(None, "address", "entry_id"),
        Index(None, "organisation", "entry_id", postgresql_ops={"organisation": "text_pattern_ops"}),
        Index(None, "subject", postgresql_using="gin", postgresql_ops={"subject": "jsonb_path_ops"}),
        {"postgresql_partition_by": "RANGE (occurred_at)"},
    )

    entry_id: Mapped[RequiredUuid]
    occurred_at: Mapped[RequiredInstant]
    hour: Mapped[RequiredInstant]
    """Its beginning: when the entry was written, by the database's clock. Sealed whole once it is over."""
    actor_id: Mapped[RequiredText]
    """A client's, a person's, `cli:<system user>`, `worker`, or `unknown` of a sign-in that failed."""
    role: Mapped[Name]
    organisation: Mapped[Name]
    """`platform:…`, `enterprise:…` or `districts:…`; null: bound to none."""
    action: Mapped[RequiredText]
    kind: Mapped[str] = mapped_column(Text, server_default="read")
    subject: Mapped[RequiredJson]
    """Platform-local ids, ids of our own, or a person key in hex; never an ID number."""
    number: Mapped[Count]
    """Persons or records concerned."""
    purpose_code: Mapped[Name]
    purpose: Mapped[Name]
    address: Mapped[Name]
    request_id: Mapped[Name]
    session_id: Mapped[OptionalUuid]


class TrailDigest(Base):
    """An hour that is over: what its entries hash to (docs/ledger-format.md, An hour of access)."""

    __tablename__ = "trail_digests"

    hour: Mapped[RequiredInstant] = mapped_column(primary_key=True)
    digest_id: Mapped[RequiredUuid] = mapped_column(unique=True)
    closed_at: Mapped[RequiredInstant]
    size: Mapped[RequiredCount]
    root: Mapped[RequiredBytes]
    secret_sealed: Mapped[RequiredBytes]


class TrailHead(Base):
    """One row: the first hour that is not closed yet. Who holds it closes hours."""

    __tablename__ = "trail_head"
    __table_args__ = (CheckConstraint("head = 1", name="one_row"),)

    head: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    next_hour: Mapped[RequiredInstant]
