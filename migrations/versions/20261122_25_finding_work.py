"""Who takes care of a finding, and what officials say about it. Append-only; gone with its class group."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_25"
down_revision = "20261121_24"
branch_labels = None
depends_on = None

TABLES = ("finding_assignments", "finding_comments")
DISPOSE = "dispose_class_group(uuid,uuid,text,text,timestamptz)"
GOES = "'findings', 'waivers',"
GOES_TOO = "'findings', 'finding_assignments', 'finding_comments', 'waivers',"
OF_CLASS_GROUP = """
    EXISTS (
        SELECT FROM public.disposals AS disposal
        WHERE disposal.xact = pg_current_xact_id()::text
          AND disposal.platform = gone.platform AND disposal.class_group_id = gone.class_group_id
    )
"""


def upgrade() -> None:
    _table(
        "finding_assignments",
        "assignment_id",
        sa.Column("assignee_id", sa.Text(), nullable=True),
        sa.Column("assigned_by", sa.Text(), nullable=False),
        sa.Column("assigned_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index(
        "ix_finding_assignments_assignee_id_finding_id", "finding_assignments", ["assignee_id", "finding_id"]
    )
    _table(
        "finding_comments",
        "comment_id",
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Text(), nullable=False),
        sa.Column("commented_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "length(text) BETWEEN 1 AND 1000 AND text ~ '[^[:space:]]'", name=op.f("ck_finding_comments_text")
        ),
    )
    for table in TABLES:
        op.execute(f"GRANT SELECT, INSERT ON {table} TO supervise_program")
        op.execute(f"""
            CREATE TRIGGER kept AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone
            FOR EACH STATEMENT EXECUTE FUNCTION keep_until_disposed($${OF_CLASS_GROUP}$$)
        """)
        op.execute(_refusing("kept_whole", "TRUNCATE", table))
        op.execute(_refusing("kept_as_it_is", "UPDATE", table))
    _dispose_of(GOES, GOES_TOO)


def _table(name: str, key: str, *columns: sa.Column[str] | sa.CheckConstraint) -> None:
    """`columns`: beside whose it is, and the finding."""
    op.create_table(
        name,
        sa.Column(key, sa.Uuid(), nullable=False),
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("class_group_id", sa.Text(), nullable=False),
        *columns,
        sa.PrimaryKeyConstraint(key, name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_finding_id_{key}", name, ["finding_id", key])
    op.create_index(f"ix_{name}_platform_class_group_id", name, ["platform", "class_group_id"])


def _refusing(name: str, acts: str, table: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE {acts} ON {table} EXECUTE FUNCTION refuse_loss()"


def _dispose_of(before: str, after: str) -> None:
    """The function as it stands, with other tables in its list; whoever may call it still may."""
    op.execute(f"""
        DO $do$
        DECLARE
            body text := pg_get_functiondef('{DISPOSE}'::regprocedure);
        BEGIN
            IF strpos(body, $${before}$$) = 0 THEN
                RAISE EXCEPTION 'dispose_class_group is not as it was';
            END IF;
            EXECUTE replace(body, $${before}$$, $${after}$$);
        END
        $do$
    """)


def downgrade() -> None:
    _dispose_of(GOES_TOO, GOES)
    for table in TABLES:
        op.drop_table(table)
