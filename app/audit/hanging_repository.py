"""All SQL of what hangs on batches and rows: links to class groups, rejections, districts."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

import asyncpg
from sqlalchemy import select

from app.audit.rows_repository import LINKED, Source
from app.audit.schemas import Since
from app.db.models import ClassGroup
from app.db.session import ReadSession, driver
from app.ingest.replay_repository import Stored
from app.records.districts import district_of

LINKS_GONE = f"""
    SELECT 'missing', class_group_id, batch_id FROM {LINKED}
    WHERE is_certain AND NOT EXISTS (
        SELECT FROM batch_class_groups AS kept
        WHERE kept.platform = $1 AND kept.class_group_id = {LINKED}.class_group_id
          AND kept.batch_id = {LINKED}.batch_id
    )
    UNION ALL
    SELECT 'added', kept.class_group_id, kept.batch_id
    FROM batch_class_groups AS kept JOIN batches AS stored USING (batch_id)
    WHERE kept.platform = $1 AND stored.feed = $2 AND $3 AND stored.batch_id <> ALL ($4)
      AND ($5::timestamptz IS NULL OR stored.received_at >= $5)
      AND NOT EXISTS (
          SELECT FROM {LINKED} WHERE {LINKED}.class_group_id = kept.class_group_id
            AND {LINKED}.batch_id = kept.batch_id
      )
"""  # noqa: S608 (put together from constants)

LOST_LINKS = """
    SELECT platform, class_group_id, batch_id FROM batch_class_groups
    WHERE NOT EXISTS (SELECT FROM batches WHERE batches.batch_id = batch_class_groups.batch_id)
"""

REJECTIONS = """
    SELECT line, record_key, errors FROM rejections WHERE batch_id = $1 AND received_at = $2 ORDER BY line
"""
REASONS = "SELECT number, error FROM rejection_reasons WHERE batch_id = $1"

# A batch whose outcomes reject nothing has none.
LOST_REJECTIONS = """
    SELECT 'rejections', batch_id, line FROM rejections AS kept
    WHERE NOT EXISTS (SELECT FROM batches WHERE batches.batch_id = kept.batch_id AND rejected > 0)
       OR NOT EXISTS (
           SELECT FROM batches WHERE batches.batch_id = kept.batch_id
             AND batches.received_at = kept.received_at
       )
    UNION ALL
    SELECT 'rejection_reasons', batch_id, number FROM rejection_reasons AS kept
    WHERE NOT EXISTS (SELECT FROM batches WHERE batches.batch_id = kept.batch_id AND rejected > 0)
"""


async def links_apart(
    session: ReadSession, source: Source, since: Since, unreadable: Collection[UUID], *, all_told: bool
) -> list[tuple[str, str, UUID]]:
    """`missing` or `added`, class group, batch. `all_told`: its batches link no other class groups."""
    rows = await (await driver(session)).fetch(
        LINKS_GONE, source.platform, source.feed, all_told, list(unreadable), since.moment
    )
    return [tuple(row) for row in rows]


async def lost_links(session: ReadSession) -> list[tuple[str, str, UUID]]:
    return [tuple(row) for row in await (await driver(session)).fetch(LOST_LINKS)]


async def rejections(session: ReadSession, batch: Stored) -> list[asyncpg.Record]:
    return list(await (await driver(session)).fetch(REJECTIONS, batch.batch_id, batch.received_at))


async def reasons(session: ReadSession, batch: Stored) -> dict[int, Any]:
    return dict(map(tuple, await (await driver(session)).fetch(REASONS, batch.batch_id)))


async def lost_rejections(session: ReadSession) -> list[tuple[str, UUID, int]]:
    """Table, batch, line or number."""
    return [tuple(row) for row in await (await driver(session)).fetch(LOST_REJECTIONS)]


async def districts_apart(session: ReadSession) -> list[tuple[str, str]]:
    """Class groups that do not bear the district of their enterprise."""
    statement = select(ClassGroup.platform, ClassGroup.class_group_id).where(
        ClassGroup.district_code.is_distinct_from(district_of(ClassGroup.enterprise_uscc))
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]
