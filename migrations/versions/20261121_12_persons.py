"""One person in several class groups: summaries of time and money, and decisions that changed after a report.

Enrollments of persons who are in several class groups already are touched: each leaves its summary. A report
that was issued names its class groups beside its entries, so that one statement finds who was told of one.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_12"
down_revision = "20261121_09"
branch_labels = None
depends_on = None

TOUCH_SHARED_PERSONS = """
    INSERT INTO touches (platform, class_group_id, learner_ids, touched_at)
    SELECT platform, class_group_id, array_agg(learner_id), now()
    FROM enrollments
    WHERE NOT deleted AND person_key IN (
        SELECT person_key FROM enrollments WHERE NOT deleted GROUP BY person_key HAVING count(*) > 1
    )
    GROUP BY platform, class_group_id
"""
NAME_REPORTED_CLASS_GROUPS = """
    UPDATE eligibility_reports
    SET class_groups = ARRAY(
        SELECT entry ->> 'platform' || ' ' || (entry ->> 'class_group_id')
        FROM jsonb_array_elements(entries) AS entry
    )
    WHERE jsonb_typeof(entries) = 'array'
"""


def upgrade() -> None:
    op.create_table(
        "person_times",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("person_key", sa.LargeBinary(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.BigInteger(), nullable=True),
        sa.Column("own_spans", sa.LargeBinary(), nullable=True),
        sa.Column("taken_spans", sa.LargeBinary(), nullable=True),
        sa.Column("capped_fen", sa.BigInteger(), nullable=False),
        sa.Column("before_spans", sa.LargeBinary(), nullable=False),
        sa.Column("at_once_spans", sa.LargeBinary(), nullable=False),
        sa.Column("granted_before_fen", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "learner_id", name="pk_person_times"),
    )
    op.create_table(
        "changed_decisions",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("report_id", sa.Uuid(), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_eligibility", sa.Text(), nullable=False),
        sa.Column("reported_subsidy_fen", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "learner_id", name="pk_changed_decisions"),
    )
    for table in ("person_times", "changed_decisions"):
        op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {table} TO supervise_program")
    op.add_column("assessments", sa.Column("subsidy_fen", sa.BigInteger(), nullable=True))
    op.add_column("assessments", sa.Column("subsidy", postgresql.JSONB(), nullable=True))
    op.add_column(
        "eligibility_reports",
        sa.Column("class_groups", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    op.execute(NAME_REPORTED_CLASS_GROUPS)
    op.create_index(
        "ix_eligibility_reports_class_groups",
        "eligibility_reports",
        ["class_groups"],
        postgresql_using="gin",
    )
    op.execute(TOUCH_SHARED_PERSONS)


def downgrade() -> None:
    op.drop_column("eligibility_reports", "class_groups")
    op.drop_column("assessments", "subsidy")
    op.drop_column("assessments", "subsidy_fen")
    op.drop_table("changed_decisions")
    op.drop_table("person_times")
