"""What was proposed of one thing is found by it, and what waits by the day on which it lapses.

The first index is not unique: of a proposal that has lapsed the state is still `proposed`, and the same act
may have been proposed twice before. Proposing asks under a lock (app/approvals/service.py).
"""

import sqlalchemy as sa
from alembic import op

revision = "20261122_26"
down_revision = "20261122_25"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_proposals_act_arguments", "proposals", ["act", "arguments"])
    op.create_index(
        "ix_proposals_expires_at_proposal_id",
        "proposals",
        ["expires_at", "proposal_id"],
        postgresql_where=sa.text("state = 'proposed'"),
    )


def downgrade() -> None:
    for name in ("ix_proposals_act_arguments", "ix_proposals_expires_at_proposal_id"):
        op.drop_index(name, "proposals")
