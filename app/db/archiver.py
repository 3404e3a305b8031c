"""How the archiving of the write-ahead log goes, by what PostgreSQL itself counts (pg_stat_archiver)."""

import asyncio

from sqlalchemy import text

from app.core.errors import Unavailable
from app.core.exposition import Archived
from app.db.session import Database, reading

PATIENCE_S = 2.0

# A name of the archive's own (a history, a backup's) holds the name of a segment in its first 24 characters.
ARCHIVED = text("""
    SELECT coalesce(last_failed_time > coalesce(last_archived_time, '-infinity'), false),
           coalesce(extract(epoch FROM now() - last_archived_time), 0),
           coalesce(pg_current_wal_lsn() - '0/0' - CASE
               WHEN last_archived_wal ~ '^[0-9A-F]{24}'
               THEN (SELECT (segment_number + 1) * pg_size_bytes(current_setting('wal_segment_size'))
                     FROM pg_split_walfile_name(left(last_archived_wal, 24)))
           END, 0)
    FROM pg_stat_archiver
    WHERE current_setting('archive_mode') <> 'off' AND NOT pg_is_in_recovery()
""")


async def archived(database: Database) -> Archived | None:
    """None where nothing is archived, or where the database does not tell in time."""
    try:
        async with asyncio.timeout(PATIENCE_S), reading(database) as session:
            row = (await session.execute(ARCHIVED)).one_or_none()
    except (Unavailable, TimeoutError):
        return None
    if row is None:
        return None
    is_failing, age_s, lag_bytes = row
    return Archived(is_failing=is_failing, age_s=float(age_s), lag_bytes=max(int(lag_bytes), 0))
