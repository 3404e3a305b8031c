"""What a run's decisions rest on beside batches and policy."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_17b"
down_revision = "20261121_17"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("assessment_runs", sa.Column("inputs_sealed", sa.LargeBinary(), nullable=True))


def downgrade() -> None:
    op.drop_column("assessment_runs", "inputs_sealed")
