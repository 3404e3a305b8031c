"""What a batch leaves beside its rows."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_04"
down_revision = "20261120_03"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "batches",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received", sa.Integer(), nullable=False),
        sa.Column("accepted", sa.Integer(), nullable=False),
        sa.Column("unchanged", sa.Integer(), nullable=False),
        sa.Column("stale", sa.Integer(), nullable=False),
        sa.Column("rejected", sa.Integer(), nullable=False),
        sa.Column("records_root", sa.LargeBinary(), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "received = accepted + unchanged + stale + rejected", name=op.f("ck_batches_counts_add_up")
        ),
        sa.PrimaryKeyConstraint("batch_id", name="pk_batches"),
    )
    op.create_index("ix_batches_platform_batch_id", "batches", ["platform", "batch_id"])
    op.create_index("ix_batches_platform_feed_received_at", "batches", ["platform", "feed", "received_at"])
    op.create_table(
        "batch_archives",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("media_type", sa.Text(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("outcomes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "received_at", name="pk_batch_archives"),
        postgresql_partition_by="RANGE (received_at)",
    )
    op.create_table(
        "rejections",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("record_key", postgresql.JSONB(), nullable=False),
        sa.Column("errors", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "line", "received_at", name="pk_rejections"),
        postgresql_partition_by="RANGE (received_at)",
    )
    op.create_table(
        "batch_class_groups",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "class_group_id", "batch_id", name="pk_batch_class_groups"),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("client_id", "feed", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
    op.create_table(
        "touches",
        sa.Column("touch_id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        sa.Column("learner_ids", postgresql.ARRAY(sa.Text()), nullable=True),
        sa.Column("batch_id", sa.Uuid(), nullable=True),
        sa.Column("touched_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("touch_id", name="pk_touches"),
    )
    op.create_index("ix_touches_batch_id", "touches", ["batch_id"])
    op.create_index("ix_touches_platform_class_group_id", "touches", ["platform", "class_group_id"])
    op.create_table(
        "ledger_pending",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "leaf_hash = sha256(decode('00', 'hex') || envelope)",
            name=op.f("ck_ledger_pending_leaf_hashes_envelope"),
        ),
        sa.PrimaryKeyConstraint("subject_id", name="pk_ledger_pending"),
    )
    op.create_table(
        "ledger_entries",
        sa.Column("index", sa.BigInteger(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary(), nullable=False),
        sa.Column("envelope", sa.LargeBinary(), nullable=False),
        sa.CheckConstraint(
            "leaf_hash = sha256(decode('00', 'hex') || envelope)",
            name=op.f("ck_ledger_entries_leaf_hashes_envelope"),
        ),
        sa.PrimaryKeyConstraint("index", "recorded_at", name="pk_ledger_entries"),
        postgresql_partition_by="RANGE (recorded_at)",
    )
    op.create_index("ix_ledger_entries_subject_id", "ledger_entries", ["subject_id"])
    op.create_table(
        "ledger_head",
        sa.Column("head", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("head = 1", name=op.f("ck_ledger_head_one_row")),
        sa.PrimaryKeyConstraint("head", name="pk_ledger_head"),
    )
    for table in ("batch_archives", "rejections", "ledger_entries"):
        op.execute(f"CREATE TABLE {table}_default PARTITION OF {table} DEFAULT")
    # Sealed bytes do not shrink; trying would only cost time.
    op.execute("ALTER TABLE batch_archives ALTER body_sealed SET STORAGE EXTERNAL")
    op.execute("INSERT INTO ledger_head (head, size) VALUES (1, 0)")


def downgrade() -> None:
    op.drop_table("ledger_head")
    op.drop_table("ledger_entries")
    op.drop_table("ledger_pending")
    op.drop_table("touches")
    op.drop_table("idempotency_keys")
    op.drop_table("batch_class_groups")
    op.drop_table("rejections")
    op.drop_table("batch_archives")
    op.drop_table("batches")
