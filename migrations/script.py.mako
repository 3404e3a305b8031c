"""${message}.

A migration is small and dated, and it can be reversed. It works with yesterday's code, which still runs while
the new one starts: add first, move, and take away a release later. It waits at most five seconds for a lock
(set by app.db.migrate) and fails then, rather than letting everybody queue behind it: an index on a large
table is built CONCURRENTLY, in a migration of its own. A new table names what the program's role may do with
it: INSERT and SELECT where nothing may ever change, all four where rows live.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op
${imports if imports else ""}
revision: str = ${repr(up_revision)}
down_revision: str | None = ${repr(down_revision)}
branch_labels: str | Sequence[str] | None = ${repr(branch_labels)}
depends_on: str | Sequence[str] | None = ${repr(depends_on)}


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}
