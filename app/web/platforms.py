"""Platforms: how fresh and whole what they push is. Each part of a platform's page loads what it shows."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, NamedTuple

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.authorisation import Action, Caller
from app.api.data_freshness import Freshness, PlatformDays, platform_days, platforms_freshness
from app.api.data_quality import orphan_page
from app.api.data_quality_schemas import DifferenceItem, Times, UnattendedLesson, UnknownReference
from app.api.deps import Allowed, Resources, Shared, Snapshot
from app.api.language import Language, LanguageTag
from app.api.pagination import PageRequest
from app.api.parameters import OnlyKnown
from app.api.rejection_causes import recent_causes
from app.core.errors import Text
from app.core.ids import PlatformCode
from app.core.vocabulary import DataHealth, Feed
from app.db.session import ReadSession
from app.ingest.schemas import BatchFilter
from app.records import quality, quality_gaps
from app.records.quality_freshness import MOST_PLATFORMS
from app.records.quality_moments import Patience, moments
from app.records.selection import Selection
from app.web import feed_words
from app.web.pages import PageRoute, page

router = APIRouter(
    prefix="/platforms", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)

Tab = Literal["days", "rejections", "orphans", "gaps", "corrections", "times"]
TABS: Mapping[Tab, Text] = {
    "days": Text("逐日接收", "Day by day"),
    "rejections": Text("拒绝原因", "Rejections"),
    "orphans": Text("等待关联", "Waiting"),
    "gaps": Text("缺口", "Gaps"),
    "corrections": Text("重报与不一致", "Sent again, and disagreements"),
    "times": Text("时间的可信程度", "What times are worth"),
}
CLASS_GROUPS_OF_A_PAGE, CLASS_GROUPS_OF_A_SAMPLE = 20, 10


class Asked(NamedTuple):
    session: ReadSession
    caller: Caller
    shared: Resources
    platform: PlatformCode
    at: datetime
    language: LanguageTag
    cursor: str | None

    @property
    def selection(self) -> Selection:
        return Selection(platform=self.platform).within(self.caller.reach)


@router.get("")
async def platforms(request: Request, found: Annotated[Freshness, Depends(platforms_freshness)]) -> Response:
    return page(request, "platforms", found=found, DataHealth=DataHealth, Feed=Feed, most=MOST_PLATFORMS)


@router.get("/{platform}")
async def platform(
    *,
    request: Request,
    found: Annotated[PlatformDays, Depends(platform_days)],
    caller: Annotated[Caller, Allowed(Action.read_data_quality)],
    session: Snapshot,
    shared: Shared,
    language: Language,
    tab: Annotated[Tab, Query()] = "days",
    cursor: Annotated[str | None, Query(max_length=2000)] = None,
) -> Response:
    asked = Asked(
        session, caller, shared, PlatformCode(found.platform.platform), found.as_of, language, cursor
    )
    part = PARTS.get(tab)
    told = {} if part is None else await part(asked)
    told["since"] = feed_words.first_day(found.as_of)
    return page(request, "platform", found=found, tab=tab, tabs=list(TABS.items()), **told)


async def _rejections(asked: Asked) -> dict[str, Any]:
    causes = await recent_causes(
        caller=asked.caller,
        session=asked.session,
        language=asked.language,
        wanted=BatchFilter(asked.platform),
    )
    return {"causes": causes}


async def _orphans(asked: Asked) -> dict[str, Any]:
    """A page of class groups is examined, however many there are; of each feed one example."""
    wanted = PageRequest(CLASS_GROUPS_OF_A_PAGE, asked.cursor)
    found = await orphan_page(asked.caller, asked.session, asked.platform, wanted, keys=1)
    return {"orphans": found}


async def _gaps(asked: Asked) -> dict[str, Any]:
    session, selection = asked.session, asked.selection
    lessons = await quality_gaps.unattended_lessons(session, selection, asked.at)
    references = await quality_gaps.unknown_references(session, selection)
    return {
        "lessons": [UnattendedLesson.model_validate(each) for each in lessons],
        "references": [UnknownReference.model_validate(each) for each in references],
        "not_arrived": await quality.not_arrived(session, asked.platform, asked.caller.reach),
        "most": quality_gaps.LISTED,
    }


async def _corrections(asked: Asked) -> dict[str, Any]:
    found = await quality_gaps.differences(asked.session, asked.platform, asked.caller.reach.districts)
    hidden = {} if asked.caller.reach.platform is None else {"deciding_platform": None}
    return {
        "differences": [DifferenceItem.model_validate({**each._asdict(), **hidden}) for each in found],
        "most": quality_gaps.LISTED,
    }


async def _times(asked: Asked) -> dict[str, Any]:
    patience = Patience.of(asked.shared.settings)
    found = await moments(asked.session, asked.selection, patience, CLASS_GROUPS_OF_A_SAMPLE)
    return {"times": Times.of(found)}


PARTS: Mapping[Tab, Callable[[Asked], Awaitable[dict[str, Any]]]] = {
    "rejections": _rejections,
    "orphans": _orphans,
    "gaps": _gaps,
    "corrections": _corrections,
    "times": _times,
}
