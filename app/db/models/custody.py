"""Videos in custody: which hosts may be asked, when each is due, what checks found, and their rounds."""

from uuid import UUID

from sqlalchemy import CheckConstraint, Index, SmallInteger, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Instant,
    Key,
    OptionalUuid,
    RequiredBigCount,
    RequiredBytes,
    RequiredCount,
    RequiredFlag,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class PlatformHost(Base):
    """A host that may be asked for the videos of a platform."""

    __tablename__ = "platform_hosts"

    platform: Mapped[Key]
    host: Mapped[Key]
    registered_at: Mapped[RequiredInstant]


class VideoHost(Base):
    """Whose turn it is at a host: one program at a time asks it, until the lease ends."""

    __tablename__ = "video_hosts"

    host: Mapped[Key]
    lease_id: Mapped[OptionalUuid]
    leased_until: Mapped[Instant]


class VideoCustody(Base):
    """How a registered video stands, and when it is looked at next; replaced by each look."""

    __tablename__ = "video_custody"
    __table_args__ = (
        Index(
            "ix_video_custody_due", "host", "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")
        ),
        Index(
            "ix_video_custody_draw",
            *("next_draw_at", "platform", "class_group_id", "video_id"),
            postgresql_where=text("next_draw_at IS NOT NULL"),
        ),
        Index("ix_video_custody_drawn", "draw_id", postgresql_where=text("draw_id IS NOT NULL")),
        Index("ix_video_custody_hash", "hash", "kind", "platform", "class_group_id"),
        Index("ix_video_custody_state", "state", "platform", "class_group_id", "video_id"),
    )

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    video_id: Mapped[Key]
    lesson_id: Mapped[RequiredText]
    kind: Mapped[RequiredText]
    host: Mapped[RequiredText]
    """Of its link; empty where the link has a user name or a port."""
    hash: Mapped[RequiredText]
    """`sha256:` or `sm3:` and what was registered."""
    content_hash: Mapped[RequiredBytes]
    """Of the record as it was registered: another one begins anew."""
    state: Mapped[RequiredText]
    next_due_at: Mapped[Instant]
    """Null: not looked at, its host is not registered or its time is over."""
    fetch_wanted: Mapped[RequiredFlag] = mapped_column(server_default=text("false"))
    """At the next look it is fetched whole: it was drawn, or its length is not what was registered."""
    next_draw_at: Mapped[Instant]
    draw_id: Mapped[OptionalUuid]
    """The draw it stands in, until that is decided."""
    failures: Mapped[RequiredCount] = mapped_column(server_default=text("0"))
    """Looks in a row that found no answer."""
    failing_since: Mapped[Instant]
    observed: Mapped[RequiredJson] = mapped_column(server_default=text("'{}'"))
    """What the last look of each kind saw."""
    found: Mapped[RequiredJson] = mapped_column(server_default=text("'{}'"))
    """What is wrong with it, by the code of the finding."""


class VideoCheck(Base):
    """Append-only: one look at a video, and what it saw."""

    __tablename__ = "video_checks"
    __table_args__ = (
        CheckConstraint("kind IN ('probe', 'hash', 'examination')", name="kind"),
        Index("ix_video_checks_video", "platform", "class_group_id", "video_id", "check_id"),
    )

    check_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    video_id: Mapped[RequiredText]
    kind: Mapped[RequiredText]
    checked_at: Mapped[RequiredInstant]
    outcome: Mapped[RequiredText]
    figures: Mapped[RequiredJson]
    batch_id: Mapped[RequiredUuid]
    """With the line: the record that registered what it was held against."""
    line: Mapped[RequiredCount]


class VideoCheckWaiting(Base):
    """Checks that are in no round yet."""

    __tablename__ = "video_checks_waiting"

    check_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)


class CustodyRound(Base):
    """Append-only: checks that went into the ledger together (docs/ledger-format.md, A round of custody)."""

    __tablename__ = "custody_rounds"
    __table_args__ = (Index(None, "check_ids", postgresql_using="gin"),)

    round_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    closed_at: Mapped[RequiredInstant]
    check_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    """In the order of the leaves."""
    secret_sealed: Mapped[RequiredBytes]
    root: Mapped[RequiredBytes]


class CustodyHead(Base):
    """One row: how far the ledger was read for batches of videos. Who holds it reads on."""

    __tablename__ = "custody_head"
    __table_args__ = (CheckConstraint("head = 1", name="one_row"),)

    head: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    ledger_size: Mapped[RequiredBigCount]
