"""What the engine leaves."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_05"
down_revision = "20261120_04"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assessments",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("enterprise_uscc", sa.Text(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("eligibility", sa.Text(), nullable=False),
        sa.Column("outlook", sa.Text(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("rules", postgresql.JSONB(), nullable=False),
        sa.Column("outcome_tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ledger_size", sa.BigInteger(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "learner_id", name="pk_assessments"),
    )
    op.create_index(
        "ix_assessments_learner_id",
        "assessments",
        ["learner_id"],
        postgresql_include=["platform", "class_group_id"],
    )
    op.create_table(
        "class_group_assessments",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ledger_size", sa.BigInteger(), nullable=False),
        sa.Column("is_final", sa.Boolean(), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "class_group_id", name="pk_class_group_assessments"),
    )
    op.create_index(
        "ix_class_group_assessments_next_due_at",
        "class_group_assessments",
        ["next_due_at"],
        postgresql_where=sa.text("next_due_at IS NOT NULL"),
    )
    op.create_table(
        "assessment_runs",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("batch_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("ledger_size", sa.BigInteger(), nullable=False),
        sa.Column("policy_id", sa.Text(), nullable=False),
        sa.Column("policy_version", sa.Text(), nullable=False),
        sa.Column("policy_hash", sa.LargeBinary(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("decisions_root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("run_id", name="pk_assessment_runs"),
    )
    op.create_index(
        "ix_assessment_runs_platform_class_group_id", "assessment_runs", ["platform", "class_group_id"]
    )
    op.create_table(
        "decisions",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("eligibility", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("decision_id", name="pk_decisions"),
    )
    op.create_index(
        "ix_decisions_platform_class_group_id_learner_id_decided_at",
        "decisions",
        ["platform", "class_group_id", "learner_id", "decided_at"],
    )
    op.create_table(
        "findings",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("finding_id", name="pk_findings"),
    )
    op.create_index("ix_findings_learner_id", "findings", ["learner_id", "finding_id"])
    op.create_index(
        "ix_findings_platform_class_group_id_finding_id",
        "findings",
        ["platform", "class_group_id", "finding_id"],
    )
    op.create_index("ix_findings_rule_finding_id", "findings", ["rule", "finding_id"])
    op.create_index("ix_findings_state_finding_id", "findings", ["state", "finding_id"])
    op.create_index(
        "uq_findings_open",
        "findings",
        ["platform", "class_group_id", "learner_id", "rule"],
        unique=True,
        postgresql_where=sa.text("state = 'open'"),
    )


def downgrade() -> None:
    op.drop_table("findings")
    op.drop_table("decisions")
    op.drop_table("assessment_runs")
    op.drop_table("class_group_assessments")
    op.drop_table("assessments")
