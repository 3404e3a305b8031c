"""${message}."""

# A migration is small and dated, and it can be reversed. It works with yesterday's code, which still runs
# while the new one starts: add first, move, and take away a release later. It waits at most five seconds for
# a lock (app.db.migrate sees to that) and fails then, rather than letting everybody queue behind it: an index
# on a large table is built CONCURRENTLY, in a migration of its own. A new table says what the program's role
# may do with it: INSERT and SELECT where nothing may ever change, UPDATE and DELETE too where rows live.
# Take this away when you have read it.

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision = "${up_revision}"
down_revision = ${f'"{down_revision}"' if down_revision else None}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
