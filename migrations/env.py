"""Tells Alembic which tables the program knows, and lets app.db.migrate hand over the connection."""

from alembic import context
from sqlalchemy import Connection

from app.core.config import Settings
from app.db.migrate import as_only_migrator, is_ours
from app.db.models import Base


def run(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_name=is_ours(connection),
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def owner_url() -> str:
    settings = Settings()
    url = settings.migration_url or settings.database_url
    if url is None:
        raise SystemExit("Set DATABASE_URL, or use `supervise migrate` for the embedded server.")
    return url


handed_over = context.config.attributes.get("connection")
if handed_over is not None:
    run(handed_over)
else:
    as_only_migrator(owner_url(), run)
