"""What the program's own role may do: everything where rows live, only add where nothing may ever change.

The role belongs to the whole server, so the way back takes its rights and leaves the role.
"""

from alembic import op

revision = "20261120_07"
down_revision = "20261120_06"
branch_labels = None
depends_on = None

APPEND_ONLY = (
    "access_log",
    "assessment_runs",
    "batch_archives",
    "batch_class_groups",
    "batches",
    "decisions",
    "eligibility_reports",
    "ledger_entries",
    "rejections",
)
LIVING = (
    "assessments",
    "attendance",
    "class_group_assessments",
    "class_groups",
    "clients",
    "courses",
    "enrollments",
    "enterprises",
    "evaluations",
    "exam_scores",
    "findings",
    "idempotency_keys",
    "institutions",
    "learning_records",
    "ledger_head",
    "ledger_pending",
    "lessons",
    "platform_logs",
    "platforms",
    "projects",
    "quiz_answers",
    "signing_keys",
    "teaching_records",
    "touches",
    "verifications",
    "videos",
)

MAKE_ROLE = """
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'supervise_program') THEN
        CREATE ROLE supervise_program NOLOGIN;
    END IF;
    IF NOT pg_has_role(current_user, 'supervise_program', 'SET') THEN
        GRANT supervise_program TO CURRENT_USER;
    END IF;
END
$$
"""


def upgrade() -> None:
    op.execute(MAKE_ROLE)
    op.execute("GRANT USAGE ON SCHEMA public TO supervise_program")
    op.execute("GRANT SELECT ON alembic_version TO supervise_program")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO supervise_program")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(LIVING)} TO supervise_program")


def downgrade() -> None:
    op.execute(f"REVOKE ALL ON {', '.join(APPEND_ONLY + LIVING)} FROM supervise_program")
    op.execute("REVOKE ALL ON alembic_version FROM supervise_program")
    op.execute("REVOKE USAGE ON SCHEMA public FROM supervise_program")
