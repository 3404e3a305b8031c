"""What ingest leaves beside the rows: batch, archive, rejections, ledger, links, touches.

Archive, rejections and ledger entries are append-only and partitioned by month of receipt; the program's role
may insert and read them, nothing else.
"""

from sqlalchemy import BigInteger, CheckConstraint, Identity, Index, PrimaryKeyConstraint, SmallInteger
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Key,
    KeyNumber,
    Names,
    OptionalUuid,
    RequiredBytes,
    RequiredCount,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)

LEAF_HASHES_ENVELOPE = "leaf_hash = sha256(decode('00', 'hex') || envelope)"
"""The database computes it again when an entry is written: a flipped bit never gets an index."""


class Batch(Base):
    """One accepted batch: the receipt without its rejections. Written once, with its rows."""

    __tablename__ = "batches"
    __table_args__ = (
        Index(None, "platform", "feed", "received_at"),
        Index("ix_batches_platform_batch_id", "platform", "batch_id"),
        CheckConstraint("received = accepted + unchanged + stale + rejected", name="counts_add_up"),
    )

    batch_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    platform: Mapped[RequiredText]
    feed: Mapped[RequiredText]
    client_id: Mapped[RequiredText]
    credential: Mapped[RequiredText] = mapped_column(server_default="secret:1")
    """What the client showed: `key:<kid>` or `secret:<number>`. Older batches came with the first secret."""
    received_at: Mapped[RequiredInstant]
    received: Mapped[RequiredCount]
    accepted: Mapped[RequiredCount]
    unchanged: Mapped[RequiredCount]
    stale: Mapped[RequiredCount]
    rejected: Mapped[RequiredCount]
    records_root: Mapped[RequiredBytes]
    leaf_hash: Mapped[RequiredBytes]


class BatchArchive(Base):
    """The batch's own bytes (decoded body, zstd, sealed), its secret (sealed) and each record's outcome."""

    __tablename__ = "batch_archives"
    __table_args__ = (
        PrimaryKeyConstraint("batch_id", "received_at"),
        {"postgresql_partition_by": "RANGE (received_at)"},
    )

    batch_id: Mapped[RequiredUuid]
    received_at: Mapped[RequiredInstant]
    media_type: Mapped[RequiredText]
    body_sealed: Mapped[RequiredBytes]
    secret_sealed: Mapped[RequiredBytes]
    outcomes: Mapped[RequiredBytes]
    """One byte a record in line order: 1 accepted, 2 unchanged, 3 stale, 4 rejected (ledger.md)."""


class Rejection(Base):
    __tablename__ = "rejections"
    __table_args__ = (
        PrimaryKeyConstraint("batch_id", "line", "received_at"),
        {"postgresql_partition_by": "RANGE (received_at)"},
    )

    batch_id: Mapped[RequiredUuid]
    line: Mapped[RequiredCount]
    received_at: Mapped[RequiredInstant]
    record_key: Mapped[RequiredJson]
    errors: Mapped[RequiredJson]
    """Numbers of the batch's reasons; in rows older than those, the reasons themselves."""


class RejectionReason(Base):
    """Ten thousand records of a batch are wrong in few ways: each is told once, and by number."""

    __tablename__ = "rejection_reasons"

    batch_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    number: Mapped[KeyNumber]
    error: Mapped[RequiredJson]
    """`{"pointer", "code", "message": {"zh", "en"}, "current_revision"}`; never a value."""


class BatchClassGroup(Base):
    """Which batches had a record accepted for a class group: what a decision rests on."""

    __tablename__ = "batch_class_groups"

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    batch_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)


class IdempotencyKey(Base):
    """Kept 7 days per client and feed. The unique key makes a second request wait for the first."""

    __tablename__ = "idempotency_keys"
    __table_args__ = (Index(None, "created_at"),)

    client_id: Mapped[Key]
    feed: Mapped[Key]
    key: Mapped[Key]
    fingerprint: Mapped[RequiredBytes]
    batch_id: Mapped[RequiredUuid]
    created_at: Mapped[RequiredInstant]


class Touch(Base):
    """Mark of what a batch (or the passing of time) changed; deleted by the assessment that covers it."""

    __tablename__ = "touches"
    __table_args__ = (Index(None, "platform", "class_group_id"), Index(None, "batch_id"))

    touch_id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    learner_ids: Mapped[Names]
    """Null: every enrollment of the class group."""
    batch_id: Mapped[OptionalUuid]
    """Null: the passing of time, or a hand's `reassess`."""
    touched_at: Mapped[RequiredInstant]


class LedgerPending(Base):
    """Leaves that wait for their index. Written with what they attest, in the same transaction."""

    __tablename__ = "ledger_pending"
    __table_args__ = (CheckConstraint(LEAF_HASHES_ENVELOPE, name="leaf_hashes_envelope"),)

    subject_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    kind: Mapped[RequiredText]
    recorded_at: Mapped[RequiredInstant]
    leaf_hash: Mapped[RequiredBytes]
    envelope: Mapped[RequiredBytes]
    """Canonical JSON, stored verbatim and never serialised again."""


class LedgerEntry(Base):
    __tablename__ = "ledger_entries"
    __table_args__ = (
        PrimaryKeyConstraint("index", "recorded_at"),
        Index(None, "subject_id"),
        CheckConstraint(LEAF_HASHES_ENVELOPE, name="leaf_hashes_envelope"),
        {"postgresql_partition_by": "RANGE (recorded_at)"},
    )

    index: Mapped[int] = mapped_column(BigInteger)
    subject_id: Mapped[RequiredUuid]
    kind: Mapped[RequiredText]
    recorded_at: Mapped[RequiredInstant]
    leaf_hash: Mapped[RequiredBytes]
    envelope: Mapped[RequiredBytes]


class LedgerHead(Base):
    """One row: the size of the ledger. Updated with the entries, so indexes are gapless and unique."""

    __tablename__ = "ledger_head"
    __table_args__ = (CheckConstraint("head = 1", name="one_row"),)

    head: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
