"""What an ID number and a phone say by their form, so that rules can ask without opening them.

Rows of before have none: the rules that ask are missing for them until the enrollment is sent again.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121_09"
down_revision = "20261121_08"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("enrollments", sa.Column("id_gender", sa.Text(), nullable=True))
    op.add_column("enrollments", sa.Column("phone_valid", sa.Boolean(), nullable=True))


def downgrade() -> None:
    op.drop_column("enrollments", "phone_valid")
    op.drop_column("enrollments", "id_gender")
