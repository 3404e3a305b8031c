"""How officials answer what no data can decide."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_15"
down_revision = "20261121_14"
branch_labels = None
depends_on = None

INDEXED = ["programme", "about", "platform", "subject_id", "code", "answer_id"]


def upgrade() -> None:
    texts = ("programme", "policy_version", "code", "about", "platform", "subject_id", "answer")
    op.create_table(
        "checklist_answers",
        sa.Column("answer_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in texts),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "answer IN ('yes', 'no', 'not_applicable')", name=op.f("ck_checklist_answers_answer")
        ),
        sa.PrimaryKeyConstraint("answer_id", name="pk_checklist_answers"),
    )
    op.create_index("ix_checklist_answers_programme", "checklist_answers", INDEXED)
    op.execute("GRANT SELECT, INSERT ON checklist_answers TO supervise_program")


def downgrade() -> None:
    op.drop_table("checklist_answers")
