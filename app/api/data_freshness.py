"""`/api/v1/data-quality/freshness`: when each feed last came, by platform and by day."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Snapshot
from app.api.parameters import ID, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Number, Shown
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.ids import PlatformCode
from app.core.vocabulary import DataHealth, Feed, PlatformKind
from app.records.errors import PlatformNotFound
from app.records.quality_freshness import (
    BATCHES_OF_A_DAY,
    BATCHES_OF_A_FEED,
    DAYS,
    DAYS_OF_ONE,
    MOST_PLATFORMS,
    feed_days,
    freshness,
)

router = APIRouter(
    prefix="/api/v1/data-quality/freshness", tags=["数据质量 / Data quality"], dependencies=[OnlyKnown]
)
Reader = Annotated[Caller, Allowed(Action.read_data_quality)]


class FeedFreshnessItem(Shown):
    """一类数据的新鲜度。How fresh a feed is."""

    feed: Feed = Field(title="数据类型 / Feed")
    is_silent: bool = Field(
        title="中断 / Silent",
        description="有班级在培训期内，却已三天未收到。"
        "Class groups are running, and nothing came for three days.",
    )
    last_batch_id: UUID | None = Field(title="最近批次 / Last batch")
    last_received_at: datetime | None = Field(
        title="最近接收时间 / Last received at", description="null 表示从未收到。Null: nothing came yet."
    )
    last_rejected: int = Field(title="最近批次的拒绝条数 / Rejected of the last batch")
    batches: int = Field(
        title="批次数 / Batches",
        description=f"以下为近 {DAYS} 天的合计，至多最近 {BATCHES_OF_A_FEED} 个批次。"
        f"What follows is of the last {DAYS} days, at most of the newest {BATCHES_OF_A_FEED} batches.",
    )
    received: int = Field(title="收到条数 / Records received")
    accepted: int = Field(title="接受条数 / Accepted")
    unchanged: int = Field(title="未变条数 / Unchanged")
    stale: int = Field(title="过期条数 / Stale")
    rejected: int = Field(title="拒绝条数 / Rejected")
    rejection_rate: Number | None = Field(title="拒绝率 / Rejection rate", examples=[0.0125])


class PlatformFreshnessItem(Shown):
    platform: str = Field(title="平台 / Platform")
    name: str = Field(title="平台名称 / Name")
    kind: PlatformKind = Field(title="平台类型 / Kind")
    health: DataHealth = Field(
        title="数据状况 / Data health",
        description="silent 有数据中断；rejecting 某类数据的最近批次有被拒记录；"
        "idle 无班级在培训期内；sound 正常。"
        "silent: a daily feed has ceased; rejecting: the newest batch of a feed had records rejected; "
        "idle: no class group runs; sound: nothing is wrong.",
    )
    feeds: Sequence[FeedFreshnessItem] = Field(title="各类数据 / Feeds")


class Freshness(Shown):
    as_of: datetime = Field(title="数据截至 / As of")
    items: Sequence[PlatformFreshnessItem] = Field(title="平台 / Platforms")
    is_whole: bool = Field(
        title="完整 / Whole",
        description=f"false：平台可能更多，只查看了按代码排序的前 {MOST_PLATFORMS} 个。"
        f"False: there may be more; the first {MOST_PLATFORMS} by code were looked at.",
    )


class DayItem(Shown):
    day: date = Field(title="日期 / Day", description="北京时间。In Shanghai.")
    batches: int = Field(title="批次数 / Batches")
    received: int = Field(title="收到条数 / Records received")
    rejected: int = Field(title="拒绝条数 / Rejected")
    last_received_at: datetime | None = Field(title="最近接收时间 / Last received at")
    is_whole: bool = Field(
        title="完整 / Whole",
        description=f"false：当日批次更多，以上为其中最近 {BATCHES_OF_A_DAY} 个的合计。"
        f"False: there were more batches; these figures are of the newest {BATCHES_OF_A_DAY}.",
    )


class FeedDaysItem(Shown):
    feed: Feed = Field(title="数据类型 / Feed")
    days: Sequence[DayItem] = Field(
        title="各日 / Days", description=f"近 {DAYS_OF_ONE} 天。The last {DAYS_OF_ONE} days."
    )


class PlatformDays(Shown):
    as_of: datetime = Field(title="数据截至 / As of")
    platform: PlatformFreshnessItem = Field(title="平台 / Platform")
    feeds: Sequence[FeedDaysItem] = Field(title="逐日 / Day by day")


@router.get("", summary="各平台的数据新鲜度 / How fresh each platform is", responses=documented(400))
async def platforms_freshness(
    *,
    caller: Reader,
    session: Snapshot,
    platform: Annotated[
        PlatformCode | None, Query(pattern=ID, title="平台代码 / Platform", examples=["live-a"])
    ] = None,
    health: Annotated[DataHealth | None, Query(title="数据状况 / Data health")] = None,
) -> Freshness:
    """When each feed last came, and what was rejected of late. Reads batches, never records.

    各类数据的最近接收时间和近期拒绝情况。
    """
    at = clock.now()
    found = await freshness(session, caller.reach, at, only=platform)
    wanted = [each for each in found if health in {None, each.health}]
    return Freshness(
        as_of=at,
        items=[PlatformFreshnessItem.model_validate(each) for each in wanted],
        is_whole=len(found) < MOST_PLATFORMS,
    )


@router.get(
    "/{platform}", summary="一个平台逐日的接收情况 / A platform day by day", responses=documented(404)
)
async def platform_days(*, caller: Reader, session: Snapshot, platform: PlatformPath) -> PlatformDays:
    """什么数据在哪天收到了多少。Which feed brought how much on which day."""
    at = clock.now()
    found = await freshness(session, caller.reach, at, only=platform)
    if not found:
        raise PlatformNotFound
    days = await feed_days(session, platform, at.astimezone(SHANGHAI).date())
    return PlatformDays(
        as_of=at,
        platform=PlatformFreshnessItem.model_validate(found[0]),
        feeds=[FeedDaysItem.model_validate(each) for each in days],
    )
