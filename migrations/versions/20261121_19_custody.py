"""Videos in custody: hosts, what is due, checks, rounds; the ledger is read from its beginning."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_19"
down_revision = "20261121_17b"
branch_labels = None
depends_on = None

APPEND_ONLY = ("video_checks", "custody_rounds")
LIVING = ("platform_hosts", "video_hosts", "video_custody", "video_checks_waiting", "custody_head")
VIDEO = ("platform", "class_group_id", "video_id")


def texts(*names):
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]


def instants(*names, nullable=True):
    return [sa.Column(name, sa.DateTime(timezone=True), nullable=nullable) for name in names]


def upgrade() -> None:
    op.create_index("ix_videos_batch_id", "videos", ["batch_id"])
    op.create_table(
        "platform_hosts",
        *texts("platform", "host"),
        *instants("registered_at", nullable=False),
        sa.PrimaryKeyConstraint("platform", "host", name="pk_platform_hosts"),
    )
    op.create_table(
        "video_hosts",
        *texts("host"),
        sa.Column("lease_id", sa.Uuid(), nullable=True),
        *instants("leased_until"),
        sa.PrimaryKeyConstraint("host", name="pk_video_hosts"),
    )
    op.create_table(
        "video_custody",
        *texts(*VIDEO, "lesson_id", "kind", "host", "hash"),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        *texts("state"),
        *instants("next_due_at"),
        sa.Column("fetch_wanted", sa.Boolean(), nullable=False, server_default=sa.text("false")),
        *instants("next_draw_at"),
        sa.Column("draw_id", sa.Uuid(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False, server_default=sa.text("0")),
        *instants("failing_since"),
        sa.Column("observed", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.Column("found", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'")),
        sa.PrimaryKeyConstraint(*VIDEO, name="pk_video_custody"),
    )
    for name, columns, known in (
        ("due", ["host", "next_due_at"], "next_due_at IS NOT NULL"),
        ("draw", ["next_draw_at", *VIDEO], "next_draw_at IS NOT NULL"),
        ("drawn", ["draw_id"], "draw_id IS NOT NULL"),
        ("hash", ["hash", "kind", "platform", "class_group_id"], None),
        ("state", ["state", *VIDEO], None),
    ):
        where = None if known is None else sa.text(known)
        op.create_index(f"ix_video_custody_{name}", "video_custody", columns, postgresql_where=where)
    op.create_table(
        "video_checks",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        *texts(*VIDEO, "kind"),
        *instants("checked_at", nullable=False),
        *texts("outcome"),
        sa.Column("figures", postgresql.JSONB(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.CheckConstraint("kind IN ('probe', 'hash', 'examination')", name=op.f("ck_video_checks_kind")),
        sa.PrimaryKeyConstraint("check_id", name="pk_video_checks"),
    )
    op.create_index("ix_video_checks_video", "video_checks", [*VIDEO, "check_id"])
    op.create_table(
        "video_checks_waiting",
        sa.Column("check_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("check_id", name="pk_video_checks_waiting"),
    )
    op.create_table(
        "custody_rounds",
        sa.Column("round_id", sa.Uuid(), nullable=False),
        *instants("closed_at", nullable=False),
        sa.Column("check_ids", postgresql.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("round_id", name="pk_custody_rounds"),
    )
    op.create_index(
        "ix_custody_rounds_check_ids", "custody_rounds", ["check_ids"], postgresql_using="gin"
    )
    op.create_table(
        "custody_head",
        sa.Column("head", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("ledger_size", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("head = 1", name=op.f("ck_custody_head_one_row")),
        sa.PrimaryKeyConstraint("head", name="pk_custody_head"),
    )
    op.execute("INSERT INTO custody_head (head, ledger_size) VALUES (1, 0)")
    op.execute(f"GRANT SELECT, INSERT ON {', '.join(APPEND_ONLY)} TO supervise_program")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON {', '.join(LIVING)} TO supervise_program")


def downgrade() -> None:
    for table in (*APPEND_ONLY, *LIVING):
        op.drop_table(table)
    op.drop_index("ix_videos_batch_id", "videos")
