"""A report that says the same is given again: each edition is counted once, and knows what it tells.

Reports that are there have no edition, and are given to nobody again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_28"
down_revision = "20261122_27"
branch_labels = None
depends_on = None

COLUMNS = (
    sa.Column("edition", sa.Integer(), nullable=True),
    sa.Column("last_report_id", sa.Uuid(), nullable=True),
    sa.Column("contents_sha256", sa.LargeBinary(), nullable=True),
)
INDEX = "ix_eligibility_reports_edition"


def upgrade() -> None:
    for column in COLUMNS:
        op.add_column("eligibility_reports", column)
    op.create_index(
        INDEX,
        "eligibility_reports",
        ["created_by", "uscc", "closed_from", "closed_to", "edition"],
        unique=True,
    )


def downgrade() -> None:
    op.drop_index(INDEX, "eligibility_reports")
    for column in COLUMNS:
        op.drop_column("eligibility_reports", column.name)
