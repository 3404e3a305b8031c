"""All SQL that finds what was corrected of a class group, and the batches that may hold what stood before."""

from datetime import datetime
from functools import cache
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.core.ids import BatchId, ClassGroupKey
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver
from app.ingest.definition import DELETED, REVISION, FeedDefinition
from app.ingest.feeds import DEFINITIONS
from app.ingest.replay_repository import STORED, Stored

CLASS_GROUP = "class_group_id"
BEFORE = f"""
    SELECT {STORED}
    FROM batch_class_groups AS concerned
    JOIN batches AS stored ON stored.batch_id = concerned.batch_id
    WHERE concerned.platform = $1 AND concerned.class_group_id = $2 AND stored.feed = $3
      AND stored.batch_id <= $4
    ORDER BY stored.batch_id DESC
    LIMIT $5
"""  # noqa: S608 (put together from constants)
_CORRECTED = f"""
    (SELECT '{{feed}}' AS feed, jsonb_build_object({{keys}})::text AS key, {REVISION.name} AS revision,
            {DELETED.name} AS deleted, batch_id, line
     FROM {{table}}
     WHERE platform = $1 AND {CLASS_GROUP} = $2 AND ({REVISION.name} > 0 OR {DELETED.name})
       AND ($3::uuid IS NULL OR (batch_id, line) < ($3, $4::int))
     ORDER BY batch_id DESC, line DESC
     LIMIT $5)
"""  # noqa: S608 (put together from constants)


class Correction(NamedTuple):
    """What stands of a record that was corrected."""

    feed: Feed
    key: dict[str, str]
    """The fields that name it within the class group."""
    revision: int
    deleted: bool
    batch_id: BatchId
    line: int
    received_at: datetime
    is_after_closing: bool | None
    """None: the class group runs."""


async def corrections(
    session: ReadSession, key: ClassGroupKey, *, before: tuple[UUID, int] | None, limit: int
) -> list[Correction]:
    """The last batch first, and of one batch the last line."""
    batch_id, line = before or (None, None)
    rows = await (await driver(session)).fetch(_statement(), *key, batch_id, line, limit)
    return [Correction(Feed(row[0]), msgspec.json.decode(row[1]), *row[2:]) for row in rows]


async def correction(
    session: ReadSession, key: ClassGroupKey, batch_id: UUID, line: int
) -> Correction | None:
    """The one that this line of the batch brought; None: it brought none, or another stands by now."""
    found = await corrections(session, key, before=(batch_id, line + 1), limit=1)
    return next((each for each in found if (each.batch_id, each.line) == (batch_id, line)), None)


async def batches_until(
    session: ReadSession, key: ClassGroupKey, feed: Feed, batch_id: BatchId, *, limit: int
) -> list[Stored]:
    """Those of a feed with records for the class group, this one and what came before; the last one first."""
    rows = await (await driver(session)).fetch(BEFORE, *key, feed, batch_id, limit)
    return [Stored.of(row) for row in rows]


@cache
def _statement() -> str:
    """Of the feeds whose records name a class group; each brings a page at most."""
    parts = " UNION ALL ".join(
        _CORRECTED.format(feed=each.feed.value, keys=_keys(each), table=each.table.name)
        for each in DEFINITIONS.values()
        if CLASS_GROUP in each.table.columns
    )
    return f"""
        SELECT found.*, batches.received_at, batches.received_at > closed.closed_at
        FROM ({parts}) AS found
        JOIN batches ON batches.batch_id = found.batch_id
        LEFT JOIN class_groups AS closed ON closed.platform = $1 AND closed.{CLASS_GROUP} = $2
        ORDER BY found.batch_id DESC, found.line DESC
        LIMIT $5
    """  # noqa: S608 (put together from constants)


def _keys(definition: FeedDefinition) -> str:
    named = [field for field in definition.keys if field.name != CLASS_GROUP]
    return ", ".join(f"'{field.name}', {field.column}::text" for field in named)
