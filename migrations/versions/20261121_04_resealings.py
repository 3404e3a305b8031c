"""How far each table has been sealed anew since the last rotation of the key ring."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_04"
down_revision = "20261121_03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resealings",
        sa.Column("table_name", sa.Text(), nullable=False),
        sa.Column("key_id", sa.Text(), nullable=False),
        sa.Column("rotated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("after", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("found", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("table_name", name="pk_resealings"),
    )
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON resealings TO supervise_program")


def downgrade() -> None:
    op.drop_table("resealings")
