"""Findings that two officials have waived. Findings of before know of none."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_14"
down_revision = "20261121_13"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "waivers",
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("platform", "class_group_id", "learner_id")
        ),
        sa.Column("waiver_id", sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in (
                "rule",
                "outcome",
                "fact",
                "observed",
                "threshold",
                "reason",
                "proposer_id",
                "approver_id",
            )
        ),
        sa.Column("waived_at", MOMENT, nullable=False),
        sa.Column("ended_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "learner_id", "waiver_id", name="pk_waivers"),
    )
    op.create_index(
        "ix_waivers_holding",
        "waivers",
        ["platform", "class_group_id"],
        postgresql_where=sa.text("ended_at IS NULL"),
    )
    op.create_index("ix_waivers_waiver_id", "waivers", ["waiver_id"])
    op.add_column("findings", sa.Column("waiver_id", sa.Uuid(), nullable=True))
    op.add_column("findings", sa.Column("waived_at", MOMENT, nullable=True))
    op.execute("GRANT SELECT, INSERT ON waivers TO supervise_program")
    op.execute("GRANT UPDATE (ended_at) ON waivers TO supervise_program")


def downgrade() -> None:
    op.drop_column("findings", "waived_at")
    op.drop_column("findings", "waiver_id")
    op.drop_table("waivers")
