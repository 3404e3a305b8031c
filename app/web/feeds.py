"""How a platform's feeds stand and what became of its batches: for its operator, open to officials."""

from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.authorisation import Action, Caller, permit
from app.api.assessment import assessment
from app.api.batches import BatchPath, Wanted, batch, batches
from app.api.data_freshness import platforms_freshness
from app.api.data_quality import orphan_page
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.language import Language
from app.api.pagination import Listing, PageRequest
from app.api.parameters import ID, OnlyKnown
from app.api.receipts import BatchItem
from app.api.rejection_causes import causes_of_batch, recent_causes
from app.api.visitors import own_origin
from app.core.errors import Gone
from app.core.ids import PlatformCode
from app.core.vocabulary import Feed
from app.ingest import receipts
from app.ingest.schemas import BatchFilter
from app.records.quality import platforms
from app.web import feed_words
from app.web.pages import PageRoute, go, page

router = APIRouter(include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

Reader = Annotated[Caller, Allowed(Action.read_batches)]
LAST_BATCHES, FIRST_CAUSES, CLASS_GROUPS = 8, 5, 20
PLATFORMS_TO_CHOOSE = 50


class Tab(StrEnum):
    list = "list"
    causes = "causes"


@router.get("/feeds")
async def feed_status(
    *,
    request: Request,
    caller: Reader,
    session: RepeatableUnit,
    language: Language,
    platform: Annotated[PlatformCode | None, Query(pattern=ID)] = None,
) -> Response:
    """Of one platform: who sees several chooses one first."""
    own = caller.reach.platform or platform
    if own is None:
        return go("/platforms")
    reader = permit(caller, Action.read_data_quality)
    found = await platforms_freshness(caller=reader, session=session, platform=own)
    if not found.items:
        return page(request, "feeds", found=found, own=own, lines=())
    waiting = await orphan_page(reader, session, own, PageRequest(CLASS_GROUPS, None), keys=1)
    wanted = BatchFilter(platform=own)
    newest = await receipts.batches(session, caller.reach, wanted, limit=LAST_BATCHES)
    told = feed_words.lines(found.items[0], waiting.items, since := feed_words.first_day(found.as_of))
    return page(
        request,
        "feeds",
        found=found,
        own=own,
        lines=told,
        verdict=feed_words.verdict(told, is_whole=waiting.next_cursor is None),
        since=since,
        waiting=waiting,
        progress=await assessment(caller, session),
        newest=[BatchItem.of(each) for each in newest],
        causes=await recent_causes(caller, session, language, wanted),
        first_causes=FIRST_CAUSES,
        words=feed_words,
    )


@router.get("/batches")
async def listed(
    *,
    request: Request,
    found: Annotated[Listing[BatchItem] | Response, Depends(batches)],
    caller: Reader,
    session: RepeatableUnit,
    language: Language,
    wanted: Wanted,
    tab: Annotated[Tab, Query()] = Tab.list,
) -> Response:
    if isinstance(found, Response):
        return found
    causes = await recent_causes(caller, session, language, wanted) if tab is Tab.causes else None
    known = await platforms(session, caller.reach, only=None, after=None, limit=PLATFORMS_TO_CHOOSE)
    return page(
        request,
        "batches",
        found=found,
        causes=causes,
        tab=tab,
        Feed=Feed,
        words=feed_words,
        platforms={each.code: each.name for each in known},
    )


@router.get("/batches/{batch_id}")
async def one(
    *,
    request: Request,
    caller: Reader,
    batch_id: BatchPath,
    session: RepeatableUnit,
    shared: Shared,
    language: Language,
) -> Response:
    """Counts and hashes stand for ever; what was rejected may have been disposed of."""
    receipt = await batch(caller, batch_id, session, language)
    try:
        causes = await causes_of_batch(caller, batch_id, session, language)
    except Gone:
        causes = None
    of_it = await platforms(session, caller.reach, only=PlatformCode(receipt.platform), after=None, limit=1)
    return page(
        request,
        "batch",
        platform=next((each.name for each in of_it), receipt.platform),
        batch=receipt,
        causes=causes,
        verdict=feed_words.became(receipt),
        words=feed_words,
        origin=own_origin(request, shared.settings),
    )
