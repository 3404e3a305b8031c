"""Reports that left the house, so that the next one can say what changed."""

from sqlalchemy import Index, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    Count,
    Digest,
    OptionalUuid,
    RequiredBigCount,
    RequiredDay,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class EligibilityReport(Base):
    """Append-only: what an enterprise report said."""

    __tablename__ = "eligibility_reports"
    __table_args__ = (
        Index(None, "uscc", "created_at"),
        Index(
            "ix_eligibility_reports_edition",
            *("created_by", "uscc", "closed_from", "closed_to", "edition"),
            unique=True,
        ),
        Index(None, "class_groups", postgresql_using="gin"),
    )

    report_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    uscc: Mapped[RequiredText]
    closed_from: Mapped[RequiredDay]
    closed_to: Mapped[RequiredDay]
    created_at: Mapped[RequiredInstant]
    created_by: Mapped[RequiredText]
    ledger_size: Mapped[RequiredBigCount]
    policy_versions: Mapped[RequiredJson]
    entries: Mapped[RequiredJson]
    """Eligibility by platform, class group and learner id; no names, since nothing here can be cleaned."""
    class_groups: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    """Those that `entries` hold, `platform class_group_id`: finds the reports that told of one."""
    edition: Mapped[Count]
    """Counted from 1 for each caller, enterprise and period; null: issued before editions were counted."""
    last_report_id: Mapped[OptionalUuid]
    """The report that this one was compared with, where editions are counted."""
    contents_sha256: Mapped[Digest]
    """Of all that it tells of class groups that are final, names aside."""
