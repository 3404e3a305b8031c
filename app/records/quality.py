"""The quality of what platforms push: freshness, rejections, orphans, gaps, disagreements.

What an answer costs grows with the class groups of the platforms shown, never with what learners did.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import exists, select

from app.accounts.authorisation import Reach
from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed, PlatformKind
from app.db.models import BatchClassGroup, ClassGroup, Platform
from app.db.session import ReadSession
from app.records import quality_gaps as gaps
from app.records.quality_gaps import Difference, UnattendedLesson, UnknownReference
from app.records.quality_intake import FeedIntake, intake
from app.records.quality_moments import UNBOUNDED, Moments, Patience, moments
from app.records.quality_orphans import KEYS_OF_A_FEED, Orphans, orphans
from app.records.selection import Selection

CLASS_GROUPS_EXAMINED = 100
"""By one question, shared among the platforms it is about."""


class OrphanPage(NamedTuple):
    """What the class groups examined this time hold."""

    items: Sequence[Orphans]
    examined_class_groups: int
    last_examined: ClassGroupId | None
    """Behind which to go on; None: all have been examined."""


class PlatformQuality(NamedTuple):
    platform: PlatformCode
    name: str
    kind: PlatformKind
    feeds: Sequence[FeedIntake]
    silent_feeds: Sequence[Feed]
    orphans: OrphanPage
    class_groups_not_arrived: Sequence[ClassGroupId]
    unknown_references: Sequence[UnknownReference]
    lessons_without_attendance: Sequence[UnattendedLesson]
    enterprise_differences: Sequence[Difference]
    moments: Moments


async def platforms(
    session: ReadSession, reach: Reach, *, only: PlatformCode | None, after: str | None, limit: int
) -> list[Platform]:
    statement = select(Platform).order_by(Platform.code).limit(limit)
    for code in (reach.platform, only):
        if code is not None:
            statement = statement.where(Platform.code == code)
    if after is not None:
        statement = statement.where(Platform.code > after)
    return list(await session.scalars(statement))


async def quality_of(
    session: ReadSession,
    platforms_asked: Sequence[Platform],
    reach: Reach,
    as_of: datetime,
    patience: Patience = UNBOUNDED,
) -> list[PlatformQuality]:
    """`patience`: after which records are late."""
    budget = CLASS_GROUPS_EXAMINED // max(len(platforms_asked), 1) or 1
    return [
        await _quality(session, platform, reach, as_of, budget=budget, patience=patience)
        for platform in platforms_asked
    ]


async def is_known(session: ReadSession, key: ClassGroupKey, reach: Reach) -> bool:
    """Whether the caller may know of the class group: it has arrived, or at least a record that names it."""
    selection = Selection(*key).within(reach)
    has_arrived = exists().where(~ClassGroup.deleted, *selection.conditions())
    if await session.scalar(select(has_arrived)):
        return True
    is_named = exists().where(
        BatchClassGroup.platform == key.platform, BatchClassGroup.class_group_id == key.class_group_id
    )
    may_know = reach.districts is None and reach.platform in {None, key.platform}
    return may_know and bool(await session.scalar(select(is_named)))


async def orphan_page(
    session: ReadSession,
    platform: PlatformCode,
    reach: Reach,
    *,
    after: str,
    limit: int,
    keys: int = KEYS_OF_A_FEED,
) -> OrphanPage:
    """Examines the next `limit` class groups that the caller may see, in the order of their ids."""
    found = await _class_groups(session, platform, reach, after=after, limit=limit + 1)
    examined = found[:limit]
    there_is_more = len(found) > limit
    return OrphanPage(
        await orphans(session, platform, examined, keys=keys),
        len(examined),
        examined[-1] if there_is_more else None,
    )


async def _quality(
    session: ReadSession,
    platform: Platform,
    reach: Reach,
    as_of: datetime,
    *,
    budget: int,
    patience: Patience,
) -> PlatformQuality:
    code, kind = PlatformCode(platform.code), PlatformKind(platform.kind)
    selection = Selection(platform=code).within(reach)
    feeds = await intake(session, code)
    teaches = await gaps.is_teaching(session, code, as_of.astimezone(SHANGHAI).date())
    return PlatformQuality(
        platform=code,
        name=platform.name,
        kind=kind,
        feeds=feeds,
        silent_feeds=gaps.silent_feeds(feeds, kind, as_of) if teaches else [],
        class_groups_not_arrived=await not_arrived(session, code, reach),
        orphans=await orphan_page(session, code, reach, after="", limit=budget),
        unknown_references=await gaps.unknown_references(session, selection),
        lessons_without_attendance=await gaps.unattended_lessons(session, selection, as_of),
        enterprise_differences=await gaps.differences(session, code, reach.districts),
        moments=await moments(session, selection, patience, budget),
    )


async def not_arrived(session: ReadSession, platform: PlatformCode, reach: Reach) -> list[ClassGroupId]:
    """Nobody knows yet in which district they lie, so who is bound to districts is not told."""
    return await gaps.class_groups_not_arrived(session, platform) if reach.districts is None else []


async def _class_groups(
    session: ReadSession, platform: PlatformCode, reach: Reach, *, after: str, limit: int
) -> list[ClassGroupId]:
    if reach.districts is None:
        return await gaps.named_class_groups(session, platform, after=after, limit=limit)
    statement = (
        select(ClassGroup.class_group_id)
        .where(~ClassGroup.deleted, ClassGroup.class_group_id > after)
        .where(*Selection(platform=platform).within(reach).conditions())
        .order_by(ClassGroup.class_group_id)
        .limit(limit)
    )
    return [ClassGroupId(found) for found in await session.scalars(statement)]
