"""Deep checks, each kept with what it found."""

from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Instant,
    Name,
    RequiredBigCount,
    RequiredBytes,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class DeepCheck(Base):
    """Append-only. Differences name tables and keys, never what stands there."""

    __tablename__ = "deep_checks"

    check_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    started_at: Mapped[RequiredInstant]
    finished_at: Mapped[RequiredInstant]
    size: Mapped[RequiredBigCount]
    """Entries of the ledger, and the root over them."""
    root: Mapped[RequiredBytes]
    since: Mapped[Instant]
    """Only what was recorded or assessed then or later; null: everything."""
    platform: Mapped[Name]
    """Only this one's; null: all."""
    counts: Mapped[RequiredJson]
    differences: Mapped[RequiredJson]
    program_version: Mapped[RequiredText]
