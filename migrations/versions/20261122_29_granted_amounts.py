"""Amounts that are granted add up from an index: most of a standing is its facts and rules."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_29"
down_revision = "20261122_28"
branch_labels = None
depends_on = None

INDEX = "ix_assessments_granted"


def upgrade() -> None:
    op.create_index(
        INDEX,
        "assessments",
        ["platform", "class_group_id", "eligibility"],
        postgresql_include=["subsidy_fen"],
        postgresql_where=sa.text("subsidy_fen IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index(INDEX, "assessments")
