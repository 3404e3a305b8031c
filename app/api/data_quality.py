"""`/api/v1/data-quality`: how fresh and complete what platforms push is, and what hangs in the air."""

from typing import Annotated, Any

from fastapi import APIRouter, Query

from app.accounts.authorisation import Action, Caller
from app.api.data_quality_schemas import (
    ClassGroupQuality,
    CompletenessItem,
    DifferenceItem,
    FeedItem,
    Gaps,
    OrphanGroup,
    OrphanPage,
    Orphans,
    PlatformItem,
    Times,
    UnknownReference,
)
from app.api.deps import Allowed, Shared, Snapshot
from app.api.pagination import Listing, Page, PageRequest, cursor_of
from app.api.parameters import ID, ClassGroupPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.core import clock
from app.core.ids import ClassGroupKey, PlatformCode
from app.db.session import ReadSession
from app.eligibility.errors import ClassGroupNotFound
from app.records import quality, quality_orphans
from app.records.errors import PlatformNotFound
from app.records.quality import PlatformQuality
from app.records.quality_completeness import completeness
from app.records.quality_moments import Patience

router = APIRouter(prefix="/api/v1/data-quality", tags=["数据质量 / Data quality"], dependencies=[OnlyKnown])
Reader = Annotated[Caller, Allowed(Action.read_data_quality)]
CLASS_GROUPS_OF_A_PAGE = quality.CLASS_GROUPS_EXAMINED


@router.get("", summary="各平台的数据质量 / Data quality by platform", responses=documented(400))
async def data_quality(
    *,
    caller: Reader,
    session: Snapshot,
    shared: Shared,
    platform: Annotated[
        PlatformCode | None, Query(pattern=ID, title="平台代码 / Platform", examples=["live-a"])
    ] = None,
    page: Page,
) -> Listing[PlatformItem]:
    """Freshness, rejections, orphans, gaps. Of each kind the first are listed, with the way to the rest.

    数据新鲜度、拒绝率、无着落的记录和缺口。各类问题列出前若干条，其余见相应接口。
    """
    key = page.after(str)
    after = None if key is None else str(key[0])
    found = await quality.platforms(session, caller.reach, only=platform, after=after, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda row: (row.code,))
    patience = Patience.of(shared.settings)
    answers = await quality.quality_of(session, rows, caller.reach, clock.now(), patience)
    return Listing(items=[_platform(answer, caller) for answer in answers], next_cursor=next_cursor)


@router.get("/orphans", summary="等待关联的记录 / Orphans", responses=documented(400, 404))
async def orphans(
    *,
    caller: Reader,
    session: Snapshot,
    platform: Annotated[PlatformCode, Query(pattern=ID, title="平台代码 / Platform", examples=["live-a"])],
    page: Page,
) -> OrphanPage:
    """Examines class groups one after the other; a page may be empty and not be the last.

    逐个检查班级；某页可能为空而后面仍有内容，以 next_cursor 为准。
    """
    return await orphan_page(caller, session, platform, page)


async def orphan_page(
    caller: Caller,
    session: ReadSession,
    platform: PlatformCode,
    page: PageRequest,
    *,
    keys: int = quality_orphans.KEYS_OF_A_FEED,
) -> OrphanPage:
    """`keys`: how many records of each feed and class group are told of; all are counted."""
    if not await quality.platforms(session, caller.reach, only=platform, after=None, limit=1):
        raise PlatformNotFound
    key = page.after(str)
    found = await quality.orphan_page(
        session,
        platform,
        caller.reach,
        after="" if key is None else str(key[0]),
        limit=min(page.limit, CLASS_GROUPS_OF_A_PAGE),
        keys=keys,
    )
    return OrphanPage(**_page(found))


@router.get(
    "/class-groups/{platform}/{class_group_id}",
    summary="一个班级的数据质量 / Data quality of a class group",
    responses=documented(404),
)
async def class_group_quality(
    *, caller: Reader, session: Snapshot, platform: PlatformPath, class_group_id: ClassGroupPath
) -> ClassGroupQuality:
    """What is still missing before it is closed; also of one that has not arrived itself.

    结班前还缺什么。班级本身尚未上报时也可查询。
    """
    key = ClassGroupKey(platform, class_group_id)
    if not await quality.is_known(session, key, caller.reach):
        raise ClassGroupNotFound
    orphans_of_it = await quality_orphans.orphans(session, platform, [class_group_id])
    return ClassGroupQuality(
        completeness=CompletenessItem.model_validate(await completeness(session, key, clock.now())),
        orphans=[OrphanGroup.model_validate(found) for found in orphans_of_it],
    )


def _platform(answer: PlatformQuality, caller: Caller) -> PlatformItem:
    """Which platform decides about an enterprise is told to regulators only."""
    hidden = {} if caller.reach.platform is None else {"deciding_platform": None}
    return PlatformItem(
        platform=answer.platform,
        name=answer.name,
        kind=answer.kind,
        feeds=[FeedItem.model_validate(feed) for feed in answer.feeds],
        orphans=Orphans(
            **_page(answer.orphans),
            class_groups=answer.class_groups_not_arrived,
            references=[UnknownReference.model_validate(each) for each in answer.unknown_references],
        ),
        gaps=Gaps.model_validate(answer),
        times=Times.of(answer.moments),
        enterprise_differences=[
            DifferenceItem.model_validate({**each._asdict(), **hidden})
            for each in answer.enterprise_differences
        ],
    )


def _page(page: quality.OrphanPage) -> dict[str, Any]:
    return {
        "items": [OrphanGroup.model_validate(each) for each in page.items],
        "examined_class_groups": page.examined_class_groups,
        "next_cursor": None if page.last_examined is None else cursor_of((page.last_examined,)),
    }
