"""Where checkpoints go, the cosignatures that come back, and checkpoints by their root."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_23"
down_revision = "20261121_22"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ledger_cosignatures",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("line", sa.Text(), nullable=False),
        sa.Column("cosigned_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness", name="pk_ledger_cosignatures"),
    )
    op.create_table(
        "ledger_outlets",
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("root", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("told", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("kind", "name", name="pk_ledger_outlets"),
    )
    op.create_index("ix_ledger_cosignatures_witness", "ledger_cosignatures", ["witness", "size"])
    op.create_index("ix_ledger_checkpoints_root", "ledger_checkpoints", ["root"])
    op.execute("GRANT SELECT, INSERT ON ledger_cosignatures TO supervise_program")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON ledger_outlets TO supervise_program")


def downgrade() -> None:
    op.drop_index("ix_ledger_checkpoints_root", "ledger_checkpoints")
    op.drop_table("ledger_outlets")
    op.drop_table("ledger_cosignatures")
