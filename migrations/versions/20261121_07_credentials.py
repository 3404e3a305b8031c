"""Keys of clients, secrets that overlap, quotas, what is distrusted; a batch remembers what it came with.

Batches of before, and those of programs that do not know the column yet, came with the client's first secret.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121_07"
down_revision = "20261121_06"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
OF_A_CLIENT = (
    ("secret_number", sa.Integer(), "1"),
    ("former_secret_hash", sa.LargeBinary(), None),
    ("former_secret_until", MOMENT, None),
    ("secret_off_at", MOMENT, None),
    ("records_a_day", sa.BigInteger(), None),
    ("requests_a_minute", sa.Integer(), None),
)


def upgrade() -> None:
    for name, kind, default in OF_A_CLIENT:
        column = sa.Column(name, kind, nullable=default is None, server_default=default)
        op.add_column("clients", column)
    op.add_column(
        "batches", sa.Column("credential", sa.Text(), nullable=False, server_default=sa.text("'secret:1'"))
    )
    _keys()
    _distrust()
    _usage()
    op.execute("GRANT SELECT, INSERT ON distrusts TO supervise_program")
    op.execute(
        "GRANT SELECT, INSERT, UPDATE, DELETE ON client_keys, used_assertions, distrusted_batches, client_usage "
        "TO supervise_program"
    )


def _keys() -> None:
    op.create_table(
        "client_keys",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("kid", sa.Text(), nullable=False),
        sa.Column("algorithm", sa.Text(), nullable=False),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("created_with", sa.Text(), nullable=True),
        sa.Column("not_after", MOMENT, nullable=True),
        sa.Column("retired_at", MOMENT, nullable=True),
        sa.CheckConstraint("algorithm IN ('EdDSA', 'ES256')", name=op.f("ck_client_keys_algorithm")),
        sa.CheckConstraint("kid ~ '^[A-Za-z0-9_-]{1,64}$'", name=op.f("ck_client_keys_kid")),
        sa.PrimaryKeyConstraint("client_id", "kid", name="pk_client_keys"),
    )
    op.create_index("uq_client_keys_public_key", "client_keys", ["public_key"], unique=True)
    op.create_table(
        "used_assertions",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("jti_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("client_id", "jti_hash", name="pk_used_assertions"),
    )
    op.create_index("ix_used_assertions_expires_at", "used_assertions", ["expires_at"])


def _distrust() -> None:
    op.create_table(
        "distrusts",
        sa.Column("distrust_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("credential", sa.Text(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("distrust_id", name="pk_distrusts"),
    )
    op.create_index("ix_distrusts_client_id_credential", "distrusts", ["client_id", "credential"])
    op.create_table(
        "distrusted_batches",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("feed", sa.Text(), nullable=False),
        sa.Column("distrust_id", sa.Uuid(), nullable=False),
        sa.Column("withdrawn_at", MOMENT, nullable=True),
        sa.PrimaryKeyConstraint("batch_id", name="pk_distrusted_batches"),
    )
    op.create_index(
        "ix_distrusted_batches_waiting",
        "distrusted_batches",
        ["platform", "feed", "batch_id"],
        postgresql_where=sa.text("withdrawn_at IS NULL"),
    )


def _usage() -> None:
    op.create_table(
        "client_usage",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("quota", sa.Text(), nullable=False),
        sa.Column("starts_at", MOMENT, nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "quota IN ('records_a_day', 'requests_a_minute')", name=op.f("ck_client_usage_quota")
        ),
        sa.PrimaryKeyConstraint("client_id", "quota", "starts_at", name="pk_client_usage"),
    )
    op.create_index("ix_client_usage_starts_at", "client_usage", ["starts_at"])


def downgrade() -> None:
    for table in ("client_usage", "distrusted_batches", "distrusts", "used_assertions", "client_keys"):
        op.drop_table(table)
    op.drop_column("batches", "credential")
    for name, *_ in reversed(OF_A_CLIENT):
        op.drop_column("clients", name)
