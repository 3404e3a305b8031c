"""Sensitive acts that wait for a second person. What was decided stays as it was decided."""

import sqlalchemy as sa
from alembic import op

revision = "20261121_05"
down_revision = "20261121_04"
branch_labels = None
depends_on = None

KEEP_DECIDED = """
CREATE FUNCTION proposals_keep_decided() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'proposal % is decided', OLD.proposal_id USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$
"""
TRIGGER = """
CREATE TRIGGER keep_decided BEFORE UPDATE ON proposals
FOR EACH ROW EXECUTE FUNCTION proposals_keep_decided()
"""


def upgrade() -> None:
    op.create_table(
        "proposals",
        sa.Column("proposal_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("arguments", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("district", sa.Text(), nullable=True),
        sa.Column("proposer_id", sa.Text(), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decider_id", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('proposed', 'rejected', 'carried_out')", name=op.f("ck_proposals_state")
        ),
        sa.CheckConstraint("decider_id <> proposer_id", name=op.f("ck_proposals_second_person")),
        sa.CheckConstraint(
            "(state = 'proposed') = (decider_id IS NULL)", name=op.f("ck_proposals_decided_by_somebody")
        ),
        sa.CheckConstraint(
            "(decider_id IS NULL) = (decided_at IS NULL)", name=op.f("ck_proposals_decided_at_some_time")
        ),
        sa.PrimaryKeyConstraint("proposal_id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_act_proposal_id", "proposals", ["act", "proposal_id"])
    op.execute(KEEP_DECIDED)
    op.execute(TRIGGER)
    op.execute("GRANT SELECT, INSERT ON proposals TO supervise_program")
    op.execute("GRANT UPDATE (state, decider_id, decided_at) ON proposals TO supervise_program")


def downgrade() -> None:
    op.drop_table("proposals")
    op.execute("DROP FUNCTION proposals_keep_decided")
