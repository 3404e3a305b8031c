"""All SQL that adds rejections up: the same error in the same place of a feed's records is one cause."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.core.errors import FieldError, Text
from app.core.ids import BatchId
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver
from app.ingest.schemas import BatchSummary, Cause

MOST = 200

CAUSES = """
    WITH told AS (
        SELECT newest.feed, newest.batch_id, rejected.line, rejected.record_key,
               coalesce(reason.error, each.error) AS error
        FROM unnest($1::uuid[], $2::timestamptz[], $3::text[]) AS newest (batch_id, received_at, feed)
        CROSS JOIN LATERAL (
            SELECT line, record_key, errors FROM rejections
            WHERE rejections.batch_id = newest.batch_id AND rejections.received_at = newest.received_at
            ORDER BY line
            LIMIT $4
        ) AS rejected
        CROSS JOIN LATERAL jsonb_array_elements(rejected.errors) AS each (error)
        LEFT JOIN rejection_reasons AS reason
            ON reason.batch_id = newest.batch_id
            AND reason.number = CASE jsonb_typeof(each.error) WHEN 'number' THEN each.error::int END
    )
    SELECT feed, count(DISTINCT (batch_id, line)) AS records,
           (array_agg(error ORDER BY batch_id DESC, line))[1] AS error,
           (array_agg(batch_id ORDER BY batch_id DESC, line))[1] AS batch_id,
           (array_agg(line ORDER BY batch_id DESC, line))[1] AS line,
           (array_agg(record_key ORDER BY batch_id DESC, line))[1] AS record_key
    FROM told
    GROUP BY feed, error ->> 'code', error ->> 'pointer'
    ORDER BY records DESC, feed, error ->> 'code', error ->> 'pointer'
    LIMIT $5
"""


async def causes(session: ReadSession, batches: Sequence[BatchSummary], *, lines: int) -> list[Cause]:
    """The most frequent first; of each batch as many rejected lines as that."""
    rows = await (await driver(session)).fetch(
        CAUSES,
        [batch.batch_id for batch in batches],
        [batch.received_at for batch in batches],
        [batch.feed.value for batch in batches],
        lines,
        MOST,
    )
    return [_cause(row) for row in rows]


def _cause(row: Mapping[str, Any]) -> Cause:
    error = row["error"]
    return Cause(
        Feed(row["feed"]),
        FieldError(**{**error, "message": Text(**error["message"])}),
        row["records"],
        BatchId(row["batch_id"]),
        row["line"],
        row["record_key"],
    )
