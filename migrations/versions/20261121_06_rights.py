"""What people have asked to be put right or objected to, and what they were answered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_06"
down_revision = "20261121_05"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "rights_requests",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("addressee", sa.Text(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=True),
        sa.Column("record_key", postgresql.JSONB(), nullable=True),
        sa.Column("field", sa.Text(), nullable=True),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("finding_id", sa.Uuid(), nullable=True),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('correction', 'objection')", name=op.f("ck_rights_requests_kind")),
        sa.CheckConstraint(
            "addressee IN ('platform', 'enterprise', 'regulator')", name=op.f("ck_rights_requests_addressee")
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_rights_requests"),
    )
    op.create_index(
        "ix_rights_requests_person_key_request_id", "rights_requests", ["person_key", "request_id"]
    )
    op.create_index(
        "ix_rights_requests_platform_class_group_id_request_id",
        "rights_requests",
        ["platform", "class_group_id", "request_id"],
    )
    op.create_index("ix_rights_requests_addressee_request_id", "rights_requests", ["addressee", "request_id"])
    op.create_table(
        "rights_answers",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "outcome IN ('accepted', 'declined', 'withdrawn')", name=op.f("ck_rights_answers_outcome")
        ),
        sa.CheckConstraint(
            "outcome = 'withdrawn' OR reason IS NOT NULL", name=op.f("ck_rights_answers_reason_is_given")
        ),
        sa.PrimaryKeyConstraint("request_id", name="pk_rights_answers"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON rights_requests TO supervise_program")
    op.execute("GRANT SELECT, INSERT ON rights_answers TO supervise_program")


def downgrade() -> None:
    op.drop_table("rights_answers")
    op.drop_table("rights_requests")
