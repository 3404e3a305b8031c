"""The ledger's tree: tiles, size and root, its name and keys, checkpoints, alarms."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_17"
down_revision = "20261121_16"
branch_labels = None
depends_on = None

APPEND_ONLY = ("ledger_tiles", "ledger_origin", "ledger_checkpoints", "ledger_alarms")
LIVING = ("ledger_tree", "ledger_log_keys")


def upgrade() -> None:
    op.create_table(
        "ledger_tiles",
        sa.Column("level", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("tile", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "octet_length(hashes) = 8192 AND octet_length(root) = 32", name=op.f("ck_ledger_tiles_is_full")
        ),
        sa.PrimaryKeyConstraint("level", "tile", name="pk_ledger_tiles"),
    )
    # Hashes cannot be compressed: nothing is tried.
    op.execute("ALTER TABLE ledger_tiles ALTER COLUMN hashes SET STORAGE EXTERNAL")
    op.create_table(
        "ledger_tree",
        sa.Column("tree", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("integrated_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("tree = 1", name=op.f("ck_ledger_tree_one_row")),
        sa.PrimaryKeyConstraint("tree", name="pk_ledger_tree"),
    )
    op.execute("INSERT INTO ledger_tree (tree, size, root) VALUES (1, 0, sha256(''))")
    op.create_table(
        "ledger_origin",
        sa.Column("log", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.CheckConstraint("log = 1", name=op.f("ck_ledger_origin_one_row")),
        sa.PrimaryKeyConstraint("log", name="pk_ledger_origin"),
    )
    op.create_table(
        "ledger_log_keys",
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("private_key_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name="pk_ledger_log_keys"),
    )
    op.create_table(
        "ledger_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("size", name="pk_ledger_checkpoints"),
    )
    op.create_table(
        "ledger_alarms",
        sa.Column("alarm_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("checkpoint_size", sa.BigInteger(), nullable=True),
        sa.Column("details", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("alarm_id", name="pk_ledger_alarms"),
    )
    op.create_index("ix_ledger_alarms_raised_at", "ledger_alarms", ["raised_at"])
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO supervise_program")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(LIVING)} TO supervise_program")


def downgrade() -> None:
    for table in (*APPEND_ONLY, *LIVING):
        op.drop_table(table)
