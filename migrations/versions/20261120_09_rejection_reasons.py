"""What the rejections of a batch say is stored once for each batch, and they name it by number.

Rejections of before keep their errors themselves; both kinds are read.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "20261120_09"
down_revision = "20261120_08"
branch_labels = None
depends_on = None

TELL_AGAIN = """
UPDATE rejections
SET errors = (
    SELECT jsonb_agg(coalesce(reason.error, told.error) ORDER BY told.place)
    FROM jsonb_array_elements(rejections.errors) WITH ORDINALITY AS told (error, place)
    LEFT JOIN rejection_reasons AS reason
        ON reason.batch_id = rejections.batch_id AND to_jsonb(reason.number) = told.error
)
WHERE EXISTS (SELECT FROM rejection_reasons AS reason WHERE reason.batch_id = rejections.batch_id)
"""


def upgrade() -> None:
    op.create_table(
        "rejection_reasons",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("error", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("batch_id", "number", name="pk_rejection_reasons"),
    )
    op.execute("GRANT SELECT, INSERT ON rejection_reasons TO supervise_program")


def downgrade() -> None:
    op.execute(TELL_AGAIN)
    op.drop_table("rejection_reasons")
