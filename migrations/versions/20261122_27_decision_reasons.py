"""Why somebody approved or rejected; null: nothing was said. One's own proposals are found by who made them."""

import sqlalchemy as sa
from alembic import op

revision = "20261122_27"
down_revision = "20261122_26"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposals", sa.Column("decision_reason", sa.Text(), nullable=True))
    op.create_check_constraint(
        op.f("ck_proposals_reason_of_a_decision"),
        "proposals",
        "decision_reason IS NULL OR state <> 'proposed'",
    )
    op.create_index("ix_proposals_proposer_id_proposal_id", "proposals", ["proposer_id", "proposal_id"])
    op.execute("GRANT UPDATE (decision_reason) ON proposals TO supervise_program")


def downgrade() -> None:
    op.drop_index("ix_proposals_proposer_id_proposal_id", "proposals")
    op.drop_column("proposals", "decision_reason")
