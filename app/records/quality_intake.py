"""How fresh each feed is, and how much of it was rejected, as far as the newest batches tell."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from uuid import UUID

from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver
from app.rules.figures import shown_ratio

BATCHES_OF_A_FEED = 1000
"""So the answer costs the same after a day and after years, and says how things are now."""
REJECTIONS_OF_A_FEED = 1000

NEWEST = """
    SELECT wanted.feed, batch.*
    FROM unnest($2::text[]) AS wanted (feed)
    CROSS JOIN LATERAL (
        SELECT batch_id, received_at, received, accepted, unchanged, stale, rejected
        FROM batches
        WHERE batches.platform = $1 AND batches.feed = wanted.feed
        ORDER BY received_at DESC
        LIMIT $3
    ) AS batch
"""

INTAKE = f"""
    SELECT feed, (array_agg(batch_id ORDER BY received_at DESC))[1], max(received_at), min(received_at),
           count(*), sum(received), sum(accepted), sum(unchanged), sum(stale), sum(rejected)
    FROM ({NEWEST}) AS newest
    GROUP BY feed
"""  # noqa: S608 (put together from constants)

CODES = f"""
    WITH newest AS ({NEWEST}), told AS (
        SELECT wanted.feed, rejection.batch_id, error, count(*) AS times
        FROM unnest($2::text[]) AS wanted (feed)
        CROSS JOIN LATERAL (
            SELECT rejections.batch_id, rejections.errors
            FROM newest
            JOIN rejections USING (batch_id, received_at)
            WHERE newest.feed = wanted.feed AND newest.rejected > 0
            ORDER BY received_at DESC
            LIMIT $4
        ) AS rejection
        CROSS JOIN LATERAL jsonb_array_elements(rejection.errors) AS error
        GROUP BY 1, 2, 3
    )
    SELECT feed, coalesce(reason.error, told.error) ->> 'code', sum(times)::bigint
    FROM told
    LEFT JOIN rejection_reasons AS reason
        ON reason.batch_id = told.batch_id
        AND reason.number = CASE jsonb_typeof(told.error) WHEN 'number' THEN told.error::int END
    GROUP BY 1, 2
    ORDER BY 3 DESC, 2
"""  # noqa: S608


class CodeCount(NamedTuple):
    code: str
    errors: int


class FeedIntake(NamedTuple):
    """What came on a feed; of one that nothing came on yet, all is None or 0."""

    feed: Feed
    last_batch_id: UUID | None
    last_received_at: datetime | None
    counted_from: datetime | None
    batches: int
    received: int
    accepted: int
    unchanged: int
    stale: int
    rejected: int
    codes: Sequence[CodeCount] = ()

    @property
    def rejection_rate(self) -> Decimal | None:
        return shown_ratio(Fraction(self.rejected, self.received)) if self.received else None


async def intake(session: ReadSession, platform: PlatformCode) -> list[FeedIntake]:
    """One for each feed there is, in the order of the contract."""
    connection = await driver(session)
    feeds = [feed.value for feed in Feed]
    rows = await connection.fetch(INTAKE, platform, feeds, BATCHES_OF_A_FEED)
    codes = await _codes(session, platform, feeds) if any(row[-1] for row in rows) else {}
    found = {row[0]: row[1:] for row in rows}
    nothing = (None, None, None, 0, 0, 0, 0, 0, 0)
    return [FeedIntake._make((feed, *found.get(feed, nothing), codes.get(feed, ()))) for feed in Feed]


async def _codes(
    session: ReadSession, platform: PlatformCode, feeds: Sequence[str]
) -> dict[str, list[CodeCount]]:
    connection = await driver(session)
    rows = await connection.fetch(CODES, platform, feeds, BATCHES_OF_A_FEED, REJECTIONS_OF_A_FEED)
    codes: dict[str, list[CodeCount]] = defaultdict(list)
    for feed, code, errors in rows:
        codes[feed].append(CodeCount(code, errors))
    return codes
