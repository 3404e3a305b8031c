"""Rules on class groups: what they say of each, whose findings are nobody's, and indexes to judge them by.

Findings of before, and those of programs that do not know the column yet, are about enrollments.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_13"
down_revision = "20261121_12"
branch_labels = None
depends_on = None

OF_A_CLASS_GROUP = (
    ("policy_version", sa.Text(), "''"),
    ("facts", postgresql.JSONB(), "'{}'"),
    ("rules", postgresql.JSONB(), "'[]'"),
)
LONGER_THAN_A_DAY = "NOT deleted AND ended_at AT TIME ZONE 'UTC' > started_at AT TIME ZONE 'UTC' + interval '24:00:00'"


def upgrade() -> None:
    for name, kind, default in OF_A_CLASS_GROUP:
        op.add_column(
            "class_group_assessments",
            sa.Column(name, kind, nullable=False, server_default=sa.text(default)),
        )
    op.add_column(
        "findings", sa.Column("subject", sa.Text(), nullable=False, server_default=sa.text("'enrollment'"))
    )
    # Hashed, so that they answer for a project and tempt no question about a whole platform.
    for table in ("courses", "class_groups"):
        op.create_index(f"ix_{table}_project_id", table, ["project_id"], postgresql_using="hash")
    op.create_index(
        "ix_teaching_records_instructor",
        "teaching_records",
        ["platform", "instructor_id", "started_at"],
        postgresql_where=sa.text("NOT deleted"),
    )
    op.create_index(
        "ix_teaching_records_long",
        "teaching_records",
        ["platform", "instructor_id"],
        postgresql_where=sa.text(LONGER_THAN_A_DAY),
    )


def downgrade() -> None:
    for name in ("ix_teaching_records_long", "ix_teaching_records_instructor"):
        op.drop_index(name, "teaching_records")
    op.drop_index("ix_class_groups_project_id", "class_groups")
    op.drop_index("ix_courses_project_id", "courses")
    op.drop_column("findings", "subject")
    for name, *_ in reversed(OF_A_CLASS_GROUP):
        op.drop_column("class_group_assessments", name)
