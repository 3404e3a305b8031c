"""The audit trail takes the place of the access log, whose rows move over.

Each row is given its hour by the database, under a lock that is shared by all who write in that hour and held
until they commit: who closes the hour takes the lock alone, so that no entry can come late. Not even the
program's role can add to an hour that is closed. Yesterday's code writes and reads through a view.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261121_02"
down_revision = "20261121_01"
branch_labels = None
depends_on = None

SET_HOUR = """
CREATE FUNCTION trail_set_hour() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    LOOP
        NEW.hour := date_trunc('hour', clock_timestamp(), 'UTC');
        PERFORM pg_advisory_xact_lock_shared(7362003, (extract(epoch FROM NEW.hour) / 3600)::int);
        EXIT WHEN NEW.hour = date_trunc('hour', clock_timestamp(), 'UTC');
    END LOOP;
    RETURN NEW;
END
$$
"""
TRIGGER = """
CREATE TRIGGER set_hour BEFORE INSERT ON trail_entries FOR EACH ROW EXECUTE FUNCTION trail_set_hour()
"""
FIRST_PARTITIONS = """
SELECT make_partition('trail_entries', (current_date + make_interval(months => ahead))::date)
FROM generate_series(0, 3) AS ahead
"""
MOVE_OVER = """
INSERT INTO trail_entries (entry_id, occurred_at, actor_id, role, action, kind, subject)
SELECT access_id, accessed_at, client_id, clients.role, action, 'read', subject
FROM access_log LEFT JOIN clients USING (client_id)
"""
VIEW = """
CREATE VIEW access_log AS
SELECT entry_id AS access_id, occurred_at AS accessed_at, actor_id AS client_id, action, subject
FROM trail_entries
"""
MOVE_BACK = """
INSERT INTO access_log (access_id, accessed_at, client_id, action, subject)
SELECT entry_id, occurred_at, actor_id, action, subject FROM trail_entries WHERE kind = 'read'
"""
INDEXES = ("hour", "actor_id", "action", "kind", "address")


def upgrade() -> None:
    op.create_table(
        "trail_entries",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=True),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), server_default="read", nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("purpose_code", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=True),
        sa.Column("session_id", sa.Uuid(), nullable=True),
        sa.CheckConstraint("kind IN ('read', 'change', 'denied')", name=op.f("ck_trail_entries_kind")),
        sa.PrimaryKeyConstraint("entry_id", "occurred_at", name="pk_trail_entries"),
        postgresql_partition_by="RANGE (occurred_at)",
    )
    _index()
    op.create_table(
        "trail_digests",
        sa.Column("hour", sa.DateTime(timezone=True), nullable=False),
        sa.Column("digest_id", sa.Uuid(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hour", name="pk_trail_digests"),
        sa.UniqueConstraint("digest_id", name="uq_trail_digests_digest_id"),
    )
    op.create_table(
        "trail_head",
        sa.Column("head", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("next_hour", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("head = 1", name=op.f("ck_trail_head_one_row")),
        sa.PrimaryKeyConstraint("head", name="pk_trail_head"),
    )
    op.execute("INSERT INTO trail_head VALUES (1, date_trunc('hour', clock_timestamp(), 'UTC'))")
    op.execute("CREATE TABLE trail_entries_default PARTITION OF trail_entries DEFAULT")
    op.execute(SET_HOUR)
    op.execute(TRIGGER)
    op.execute(FIRST_PARTITIONS)
    op.execute(MOVE_OVER)
    op.drop_table("access_log")
    op.execute(VIEW)
    op.execute("GRANT SELECT, INSERT ON trail_entries, trail_digests, access_log TO supervise_program")
    op.execute("GRANT SELECT, INSERT, UPDATE, DELETE ON trail_head TO supervise_program")


def _index() -> None:
    for column in INDEXES:
        op.create_index(f"ix_trail_entries_{column}_entry_id", "trail_entries", [column, "entry_id"])
    op.create_index(
        "ix_trail_entries_organisation_entry_id",
        "trail_entries",
        ["organisation", "entry_id"],
        postgresql_ops={"organisation": "text_pattern_ops"},
    )
    op.create_index(
        "ix_trail_entries_subject",
        "trail_entries",
        ["subject"],
        postgresql_using="gin",
        postgresql_ops={"subject": "jsonb_path_ops"},
    )


def downgrade() -> None:
    """The access log knows only who read what and when; the rest of the trail goes."""
    op.execute("DROP VIEW access_log")
    op.create_table(
        "access_log",
        sa.Column("access_id", sa.Uuid(), nullable=False),
        sa.Column("accessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("access_id", name="pk_access_log"),
    )
    op.create_index("ix_access_log_client_id_accessed_at", "access_log", ["client_id", "accessed_at"])
    op.execute("GRANT SELECT, INSERT ON access_log TO supervise_program")
    op.execute(MOVE_BACK)
    op.drop_table("trail_head")
    op.drop_table("trail_digests")
    op.drop_table("trail_entries")
    op.execute("DROP FUNCTION trail_set_hour")
