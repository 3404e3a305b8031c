"""Each class group keeps the district of its enterprise, so that lists of a district find it by index.

Those stored already are given theirs here: that of the entry whose platform named the enterprise first.
"""

import sqlalchemy as sa
from alembic import op

revision = "20261121_03"
down_revision = "20261121_02"
branch_labels = None
depends_on = None

PLACE_CLASS_GROUPS = """
UPDATE class_groups
SET district_code = (
    SELECT district_code FROM enterprises
    WHERE uscc = class_groups.enterprise_uscc AND NOT deleted
    ORDER BY first_batch_id, platform
    LIMIT 1
)
WHERE enterprise_uscc IS NOT NULL
"""

# Of a partial index the planner takes no measure of what its expression holds.
MEASURE = "CREATE STATISTICS class_groups_{name} ON ({begin}) FROM class_groups"


def upgrade() -> None:
    op.add_column("class_groups", sa.Column("district_code", sa.Text(), nullable=True))
    op.execute(PLACE_CLASS_GROUPS)
    for name, begin, column in (
        ("programme", "programme", "programme"),
        ("province", '"left"(district_code, 2)', "district_code"),
        ("city", '"left"(district_code, 4)', "district_code"),
        ("county", "district_code", "district_code"),
    ):
        op.create_index(
            f"ix_class_groups_{name}",
            "class_groups",
            [sa.text(begin), "platform", "class_group_id"],
            postgresql_where=sa.text(f"{column} IS NOT NULL"),  # so that only who asks for it goes this way
        )
        if begin != column:
            op.execute(MEASURE.format(name=name, begin=begin))


def downgrade() -> None:
    op.drop_index("ix_class_groups_programme", "class_groups")
    op.drop_column("class_groups", "district_code")
