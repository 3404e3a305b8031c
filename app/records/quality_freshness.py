"""How fresh what platforms push is: feed by platform, and feed by day. Bounded where batches are many."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select

from app.accounts.authorisation import Reach
from app.core.clock import SHANGHAI
from app.core.ids import PlatformCode
from app.core.vocabulary import DataHealth, Feed, PlatformKind
from app.db.models import ClassGroup, Platform
from app.db.session import ReadSession, driver
from app.records.quality import platforms
from app.records.quality_gaps import DAILY_FEEDS, SILENCE
from app.rules.figures import shown_ratio

DAYS = 7
"""Back from now, over which batches are added up."""
DAYS_OF_ONE = 14
BATCHES_OF_A_FEED = 200
"""The newest of these days."""
BATCHES_OF_A_DAY = 100
MOST_PLATFORMS = 200

FRESHNESS = """
    SELECT platform, feed, newest.batch_id, newest.received_at, newest.rejected,
           coalesce(lately.batches, 0), coalesce(lately.received, 0), coalesce(lately.accepted, 0),
           coalesce(lately.unchanged, 0), coalesce(lately.stale, 0), coalesce(lately.rejected, 0)
    FROM unnest($1::text[]) AS platform CROSS JOIN unnest($2::text[]) AS feed
    CROSS JOIN LATERAL (
        SELECT batch_id, received_at, rejected FROM batches
        WHERE batches.platform = platform.platform AND batches.feed = feed.feed
        ORDER BY received_at DESC
        LIMIT 1
    ) AS newest
    CROSS JOIN LATERAL (
        SELECT count(*) AS batches, sum(received) AS received, sum(accepted) AS accepted,
               sum(unchanged) AS unchanged, sum(stale) AS stale, sum(rejected) AS rejected
        FROM (
            SELECT received, accepted, unchanged, stale, rejected FROM batches
            WHERE batches.platform = platform.platform AND batches.feed = feed.feed AND received_at >= $3
            ORDER BY received_at DESC
            LIMIT $4
        ) AS batch
    ) AS lately
"""

BY_DAY = """
    SELECT feed, day, found.*
    FROM unnest($2::text[]) AS feed CROSS JOIN unnest($3::date[]) AS day
    CROSS JOIN LATERAL (
        SELECT count(*) AS batches, coalesce(sum(received), 0), coalesce(sum(rejected), 0), max(received_at)
        FROM (
            SELECT received, rejected, received_at FROM batches
            WHERE batches.platform = $1 AND batches.feed = feed.feed
              AND received_at >= day.day::timestamp AT TIME ZONE 'Asia/Shanghai'
              AND received_at < (day.day + 1)::timestamp AT TIME ZONE 'Asia/Shanghai'
            ORDER BY received_at DESC
            LIMIT $4
        ) AS batch
    ) AS found
    WHERE found.batches > 0
"""


class FeedFreshness(NamedTuple):
    """Of one that nothing ever came on, all is None or 0. Counts are of the newest batches of these days."""

    feed: Feed
    is_silent: bool
    """Class groups run, and nothing came for longer than is usual."""
    last_batch_id: UUID | None = None
    last_received_at: datetime | None = None
    last_rejected: int = 0
    """Records rejected of the newest batch."""
    batches: int = 0
    received: int = 0
    accepted: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0

    @property
    def rejection_rate(self) -> Decimal | None:
        return shown_ratio(Fraction(self.rejected, self.received)) if self.received else None


class PlatformFreshness(NamedTuple):
    platform: PlatformCode
    name: str
    kind: PlatformKind
    health: DataHealth
    feeds: Sequence[FeedFreshness]


class DayIntake(NamedTuple):
    """What came on a feed on a day in Shanghai."""

    day: date
    batches: int
    received: int
    rejected: int
    last_received_at: datetime | None
    is_whole: bool
    """False: there were more batches; received and rejected are of the newest of them."""


class FeedDays(NamedTuple):
    feed: Feed
    days: Sequence[DayIntake]


async def freshness(
    session: ReadSession, reach: Reach, at: datetime, *, only: PlatformCode | None = None
) -> list[PlatformFreshness]:
    """Of the platforms that the caller may see, by code."""
    known = await platforms(session, reach, only=only, after=None, limit=MOST_PLATFORMS)
    codes = [PlatformCode(each.code) for each in known]
    teaching = await _teaching(session, codes, at.astimezone(SHANGHAI).date())
    rows = await (await driver(session)).fetch(
        FRESHNESS, codes, [feed.value for feed in Feed], at - timedelta(days=DAYS), BATCHES_OF_A_FEED
    )
    found: dict[str, dict[str, tuple[Any, ...]]] = defaultdict(dict)
    for platform, feed, *rest in rows:
        found[platform][feed] = tuple(rest)
    return [_freshness(each, found[each.code], at, is_teaching=each.code in teaching) for each in known]


async def feed_days(session: ReadSession, platform: PlatformCode, today: date) -> list[FeedDays]:
    """Of the last two weeks, the oldest day first; a day on which nothing came is there too."""
    days = [today - timedelta(days=number) for number in reversed(range(DAYS_OF_ONE))]
    rows = await (await driver(session)).fetch(
        BY_DAY, platform, [feed.value for feed in Feed], days, BATCHES_OF_A_DAY
    )
    found = {(row[0], row[1]): row[2:] for row in rows}
    return [FeedDays(feed, [_day(day, found.get((feed, day))) for day in days]) for feed in Feed]


async def _teaching(session: ReadSession, codes: Sequence[PlatformCode], today: date) -> set[str]:
    """Those with a class group that is not closed and has its period today."""
    statement = (
        select(Platform.code)
        .where(Platform.code.in_(codes))
        .where(
            select(ClassGroup.class_group_id)
            .where(
                ClassGroup.platform == Platform.code,
                ClassGroup.closed_at.is_(None),
                ~ClassGroup.deleted,
                ClassGroup.starts_on <= today,
                ClassGroup.ends_on >= today,
            )
            .exists()
        )
    )
    return set(await session.scalars(statement))


def _freshness(
    platform: Platform, found: dict[str, tuple[Any, ...]], at: datetime, *, is_teaching: bool
) -> PlatformFreshness:
    kind = PlatformKind(platform.kind)
    feeds = [
        FeedFreshness(feed, is_teaching and feed in DAILY_FEEDS[kind] and _is_late(found.get(feed), at))
        for feed in Feed
    ]
    told = [each._replace(**_told(found.get(each.feed))) for each in feeds]
    return PlatformFreshness(
        PlatformCode(platform.code), platform.name, kind, _health(told, is_teaching=is_teaching), told
    )


def _told(row: tuple[Any, ...] | None) -> dict[str, Any]:
    return {} if row is None else dict(zip(FeedFreshness._fields[2:], row, strict=True))


def _is_late(row: tuple[Any, ...] | None, at: datetime) -> bool:
    return row is None or not isinstance(row[1], datetime) or at - row[1] > SILENCE


def _health(feeds: Sequence[FeedFreshness], *, is_teaching: bool) -> DataHealth:
    if any(each.is_silent for each in feeds):
        return DataHealth.silent
    if any(each.last_rejected for each in feeds):
        return DataHealth.rejecting
    return DataHealth.sound if is_teaching else DataHealth.idle


def _day(day: date, row: tuple[int, int, int, datetime] | None) -> DayIntake:
    if row is None:
        return DayIntake(day, 0, 0, 0, None, is_whole=True)
    batches, received, rejected, last = row
    return DayIntake(day, batches, int(received), int(rejected), last, is_whole=batches < BATCHES_OF_A_DAY)
