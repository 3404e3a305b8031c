"""Versions of policies as they came into force. Only added to: what was judged by stays readable."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_08"
down_revision = "20261121_07"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "policy_texts",
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("stored_at", MOMENT, nullable=False),
        sa.CheckConstraint(
            "text_hash = sha256(convert_to(text, 'UTF8'))", name=op.f("ck_policy_texts_hashes_text")
        ),
        sa.PrimaryKeyConstraint("text_hash", name="pk_policy_texts"),
    )
    op.create_table(
        "policy_versions",
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("programme", sa.Text(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(), nullable=False),
        sa.Column("text_hash", sa.LargeBinary(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("recorded_at", MOMENT, nullable=False),
        sa.Column("proposal_id", sa.Uuid(), nullable=True),
        sa.Column("retroactive", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "source IN ('built_in', 'directory', 'published')", name=op.f("ck_policy_versions_source")
        ),
        sa.CheckConstraint(
            "(source = 'published') = (proposal_id IS NOT NULL)",
            name=op.f("ck_policy_versions_published_by_proposal"),
        ),
        sa.CheckConstraint(
            "NOT retroactive OR source = 'published'",
            name=op.f("ck_policy_versions_retroactive_if_published"),
        ),
        sa.PrimaryKeyConstraint("number", name="pk_policy_versions"),
    )
    op.create_index(
        "ix_policy_versions_programme_effective_from_number",
        "policy_versions",
        ["programme", "effective_from", "number"],
    )
    op.execute("GRANT SELECT, INSERT ON policy_texts, policy_versions TO supervise_program")


def downgrade() -> None:
    op.drop_table("policy_versions")
    op.drop_table("policy_texts")
