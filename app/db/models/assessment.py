"""What the engine leaves: how each enrollment stands, final decisions, findings."""

from uuid import UUID

from sqlalchemy import Index, Text, Uuid, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base
from app.db.models.columns import (
    BigCount,
    Instant,
    Key,
    Name,
    OptionalBytes,
    OptionalJson,
    OptionalUuid,
    RequiredBigCount,
    RequiredBytes,
    RequiredCount,
    RequiredInstant,
    RequiredJson,
    RequiredText,
    RequiredUuid,
)


class Assessment(Base):
    """How an enrollment stands now; replaced by each assessment of it."""

    __tablename__ = "assessments"
    __table_args__ = (
        Index(None, "learner_id", postgresql_include=["platform", "class_group_id"]),
        Index(
            "ix_assessments_granted",
            *("platform", "class_group_id", "eligibility"),
            postgresql_include=["subsidy_fen"],
            postgresql_where=text("subsidy_fen IS NOT NULL"),
        ),
    )

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    learner_id: Mapped[Key]
    enterprise_uscc: Mapped[RequiredText]
    programme: Mapped[RequiredText]
    policy_version: Mapped[RequiredText]
    eligibility: Mapped[RequiredText]
    outlook: Mapped[Name]
    facts: Mapped[RequiredJson]
    """Exact: integers, booleans, null, or a fraction as text ("4/3"); seconds as whole microseconds."""
    rules: Mapped[RequiredJson]
    outcome_tags: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """`attendance-rate:fail`: a rule and its outcome."""
    assessed_at: Mapped[RequiredInstant]
    ledger_size: Mapped[RequiredBigCount]
    decision_id: Mapped[OptionalUuid]
    """The decision this standing rests on; null while the class group runs."""
    subsidy_fen: Mapped[BigCount]
    """Null while the class group runs, or where the policy names no amount."""
    subsidy: Mapped[OptionalJson]
    """How it was come by: `rules.subsidy.Grant`."""


class ClassGroupAssessment(Base):
    """When a class group was last assessed, and when time alone will change its figures next."""

    __tablename__ = "class_group_assessments"
    __table_args__ = (Index(None, "next_due_at", postgresql_where=text("next_due_at IS NOT NULL")),)

    platform: Mapped[Key]
    class_group_id: Mapped[Key]
    assessed_at: Mapped[RequiredInstant]
    next_due_at: Mapped[Instant]
    ledger_size: Mapped[RequiredBigCount]
    is_final: Mapped[bool]
    headcount: Mapped[RequiredCount]
    counts: Mapped[RequiredJson]
    """Enrollments by eligibility and by outcome tag: `{"eligible": 21, "attendance-rate:fail": 3}`.

    Only what occurs has a key: lists that ask for an eligibility or an outcome pass over every class group
    without it, and so need no index over all assessments.
    """
    policy_version: Mapped[RequiredText] = mapped_column(server_default="")
    facts: Mapped[RequiredJson] = mapped_column(server_default="{}")
    """Of the class group and its project, those that its policy asks for; exact, as of an enrollment."""
    rules: Mapped[RequiredJson] = mapped_column(server_default="[]")
    """What the rules on the class group and what belongs to it say; none where its policy has none."""


class AssessmentRun(Base):
    """Append-only: one run over a closed class group, with everything its decisions rest on."""

    __tablename__ = "assessment_runs"
    __table_args__ = (Index(None, "platform", "class_group_id"),)

    run_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    assessed_at: Mapped[RequiredInstant]
    batch_ids: Mapped[list[UUID]] = mapped_column(ARRAY(Uuid))
    ledger_size: Mapped[RequiredBigCount]
    policy_id: Mapped[RequiredText]
    policy_version: Mapped[RequiredText]
    policy_hash: Mapped[RequiredBytes]
    program_version: Mapped[RequiredText]
    secret_sealed: Mapped[RequiredBytes]
    """Salts the run's decisions, as a batch's secret salts its records (ledger.md)."""
    inputs_sealed: Mapped[OptionalBytes]
    """What its decisions rest on beside batches and policy (`eligibility.inputs`).

    Null: the run is older than this column.
    """
    decisions_root: Mapped[RequiredBytes]


class Decision(Base):
    """Append-only: the first final decision on an enrollment, or one whose document differs from the last."""

    __tablename__ = "decisions"
    __table_args__ = (Index(None, "platform", "class_group_id", "learner_id", "decided_at"),)

    decision_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    run_id: Mapped[RequiredUuid]
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    learner_id: Mapped[RequiredText]
    decided_at: Mapped[RequiredInstant]
    eligibility: Mapped[RequiredText]
    document: Mapped[RequiredBytes]
    """Canonical JSON of facts and outcomes: the bytes that the run's root covers."""


class Finding(Base):
    """预警 / 问题: from raised to resolved. One open finding for a subject and rule at a time."""

    __tablename__ = "findings"
    __table_args__ = (
        Index(
            "uq_findings_open",
            "platform",
            "class_group_id",
            "learner_id",
            "rule",
            unique=True,
            postgresql_where=text("state = 'open'"),
        ),
        Index(None, "state", "finding_id"),
        Index(None, "rule", "finding_id"),
        Index(None, "platform", "class_group_id", "finding_id"),
        Index("ix_findings_learner_id", "learner_id", "finding_id"),
    )

    finding_id: Mapped[RequiredUuid] = mapped_column(primary_key=True)
    platform: Mapped[RequiredText]
    class_group_id: Mapped[RequiredText]
    learner_id: Mapped[RequiredText]
    """Empty where the class group itself, or what belongs to it, is the subject."""
    subject: Mapped[RequiredText] = mapped_column(server_default="enrollment")
    rule: Mapped[RequiredText]
    outcome: Mapped[RequiredText]
    severity: Mapped[RequiredText]
    state: Mapped[RequiredText]
    evidence: Mapped[RequiredJson]
    """Observed value, threshold, shortfall and clause, as the rule stated them."""
    raised_at: Mapped[RequiredInstant]
    confirmed_at: Mapped[RequiredInstant]
    resolved_at: Mapped[Instant]
    waived_at: Mapped[Instant]
    waiver_id: Mapped[OptionalUuid]
