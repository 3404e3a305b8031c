"""Deep checks that were made, and what each found."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_24"
down_revision = "20261121_23"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "deep_checks",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("platform", sa.Text(), nullable=True),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.Column("differences", postgresql.JSONB(), nullable=False),
        sa.Column("program_version", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", name="pk_deep_checks"),
    )
    op.execute("GRANT SELECT, INSERT ON deep_checks TO supervise_program")


def downgrade() -> None:
    op.drop_table("deep_checks")
