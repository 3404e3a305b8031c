"""For an enterprise: what to do next and until when, its class groups, its learners, links to hand out."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, NamedTuple

import segno
from fastapi import APIRouter, Depends, Request, Response

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import EnrollmentDetail
from app.api.deps import Allowed, RepeatableUnit, Shared, Within
from app.api.eligibility import ProgressItem, WholeClassGroup, eligibility, progress
from app.api.followed import FollowedItem, followed, followed_item, followed_learner
from app.api.learner_links import WantedLink, issue_learner_link
from app.api.pagination import Listing, PageRequest
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.rights_schemas import RightsRequestItem, request_item
from app.api.visitors import whole_address
from app.core.vocabulary import Eligibility, Outcome, Outlook, Role
from app.db.session import reading
from app.eligibility.errors import ClassGroupNotFound
from app.eligibility.followed import overview
from app.records.selection import Selection
from app.rights import requests
from app.rights.schemas import RevealPurpose
from app.rules.fact_names import FactName
from app.web import sheet_words
from app.web.forms import checked, filled_in
from app.web.pages import PageRoute, go, page
from app.web.rulebook import Rulebook

router = APIRouter(
    prefix="/enterprise", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)

FEW, MORE = 10, 20
"""Of each kind of thing to do, and of lists that go on elsewhere."""
Follower = Annotated[Caller, Allowed(Action.read_progress, Audited.nothing)]
Reader = Annotated[Caller, Allowed(Action.read_progress)]
Told = Annotated[Caller, Allowed(Action.read_eligibility)]
Asked = Annotated[Caller, Allowed(Action.read_rights_requests, Audited.nothing)]
Issuer = Annotated[Caller, Allowed(Action.issue_learner_link)]
MENDABLE = (Outlook.at_risk, Outlook.lost, Outlook.on_track)
"""Who can still be helped comes first."""


@router.get("")
async def start(
    *,
    request: Request,
    caller: Follower,
    asked: Asked,
    shared: Shared,
    within: Within,
) -> Response:
    """What to do next and until when; what runs out first stands first. Officials have lists of their own."""
    if caller.role is not Role.agent:
        return go("/class-groups")
    async with reading(shared.database) as session:
        waiting = await requests.waiting(session, asked, limit=FEW)
    async with reading(shared.database, repeatable=True, within=within) as session:
        stands = await overview(session, Selection().within(caller.reach), few=FEW, more=MORE)
    shown = {
        name: [followed_item(each) for each in getattr(stands, name)]
        for name in ("at_risk", "lost", "lacking", "running", "closed")
    }
    answers = [request_item(each) for each in waiting.requests]
    return page(
        request,
        "enterprise",
        todo=todo(answers, shown),
        tally=stands.tally,
        stands=stands.stands,
        number_of_requests=waiting.number,
        running=shown["running"],
        closed=shown["closed"],
        Outlook=Outlook,
    )


class Todo(NamedTuple):
    kind: str
    """`answer`, `at_risk`, `lost` or `lacking`: the words for it stand in the template."""
    until: date | None
    number: int
    """Of learners."""
    of: FollowedItem | RightsRequestItem


def todo(answers: Sequence[RightsRequestItem], shown: Mapping[str, Sequence[FollowedItem]]) -> list[Todo]:
    """By the day until which it must be done; what has none comes last."""
    found = [Todo("answer", each.due_on, 1, each) for each in answers]
    for outlook in (Outlook.at_risk, Outlook.lost):
        of = shown[outlook.value]
        found += [Todo(outlook.value, each.ends_on, each.outlooks[outlook], each) for each in of]
    lacks = Eligibility.insufficient_evidence
    found += [Todo("lacking", None, each.counts[lacks], each) for each in shown["lacking"] if not each.open]
    return sorted(found, key=lambda each: (each.until is None, each.until or date.max))


@router.get("/class-groups")
async def class_groups(
    request: Request, caller: Follower, found: Annotated[Listing[FollowedItem], Depends(followed)]
) -> Response:
    """All of them, as they are filtered."""
    if caller.role is not Role.agent:
        return go("/class-groups")
    return page(request, "enterprise_class_groups", found=found, Outlook=Outlook)


@router.get("/class-groups/{platform}/{class_group_id}")
async def class_group(
    *,
    request: Request,
    caller: Reader,
    told: Told,
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    wanted: WholeClassGroup,
) -> Response:
    """While it runs who misses what, then who is eligible; in between why that is not final."""
    one = Selection(platform, class_group_id)
    found = await followed(caller=caller, session=session, selection=one, page=PageRequest(1, None))
    if not found.items:
        raise ClassGroupNotFound
    (standing,) = found.items
    book = await Rulebook.open(session, shared.library)
    place: dict[str, Any] = {
        "session": session,
        "shared": shared,
        "platform": platform,
        "class_group_id": class_group_id,
    }
    shown: dict[str, Any] = {
        "standing": standing,
        "book": book,
        "FactName": FactName,
        "Outlook": Outlook,
        "Eligibility": Eligibility,
    }
    if standing.closed_at is None:
        listed = await progress(caller=caller, page=wanted, **place)
        items = sorted(listed.items, key=_urgency)
        return page(request, "enterprise_progress", items=items, next_cursor=listed.next_cursor, **shown)
    if standing.open:
        return page(request, "enterprise_waiting", status=409, **shown)
    return page(
        request, "enterprise_eligibility", found=await eligibility(caller=told, page=wanted, **place), **shown
    )


def _urgency(item: ProgressItem) -> tuple[int, int]:
    """Who can still be helped first, and among them who misses most; who has withdrawn last."""
    place = len(MENDABLE) if item.outlook is None or item.is_withdrawn else MENDABLE.index(item.outlook)
    return place, -sum(rule.outcome in {Outcome.failed, Outcome.missing} for rule in item.rules)


@router.get("/class-groups/{platform}/{class_group_id}/learners/{learner_id}")
async def learner(
    request: Request,
    sheet: Annotated[EnrollmentDetail, Depends(followed_learner)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    rules = (await Rulebook.open(session, shared.library)).of(sheet.programme, sheet.policy_version)
    return page(
        request,
        "enterprise_learner",
        sheet=sheet,
        words=sheet_words,
        minutes_per_hour=rules.minutes_per_hour,
        purposes=list(RevealPurpose),
    )


@router.post("/learner-links")
async def hand_out(request: Request, caller: Issuer, shared: Shared) -> Response:
    """Shown once, in the answer to the form."""
    wanted = checked(WantedLink, **await filled_in(request))
    issued = await issue_learner_link(caller, wanted, shared)
    link = whole_address(request, shared.settings, issued.link)
    qr = segno.make(link, error="m").svg_data_uri(scale=4, border=2)
    back = f"/enterprise/class-groups/{wanted.platform}/{wanted.class_group_id}/learners/{wanted.learner_id}"
    response = page(request, "learner_link", link=link, issued=issued, wanted=wanted, qr=qr, back=back)
    response.headers["HX-Push-Url"] = "false"
    return response
