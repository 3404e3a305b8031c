"""Class groups: which there are and how they stand; one of them in its parts."""

from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from app.accounts.authorisation import TABLE, Action, Caller, permit
from app.api.checklists import WantedAnswer, answer_item, checklist_of_class_group
from app.api.class_group_corrections import corrections_of_class_group, versions_of_record
from app.api.class_group_history import history_of_class_group
from app.api.class_group_sheets import (
    attendance_of_class_group,
    hours_of_class_group,
    teaching_of_class_group,
)
from app.api.compliance import listing_of
from app.api.compliance_class_groups import ClassGroupItem, list_class_groups, one_class_group
from app.api.deps import Allowed, RepeatableUnit, Resources, Shared
from app.api.form import form_fields
from app.api.language import language_of
from app.api.pagination import Cursor, Listing, PageRequest
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.retention import until_when
from app.api.rule_titles import OF_CUSTODY
from app.api.videos import videos
from app.core.errors import Text
from app.core.ids import ClassGroupKey
from app.core.vocabulary import Eligibility, Outlook
from app.db.session import WriteSession
from app.eligibility.answers_repository import EnrollmentFilter
from app.records.quality import platforms
from app.records.selection import Selection
from app.web import attendance_cells, class_group_words, correction_words
from app.web.pages import PageRoute, go, page
from app.web.rulebook import Rulebook

router = APIRouter(
    prefix="/class-groups", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)

Reader = Annotated[Caller, Allowed(Action.read_compliance)]
PLATFORMS_TO_CHOOSE = 50
IN_TROUBLE = 30
"""Learners whom the overview names."""


class Tab(StrEnum):
    overview = "overview"
    attendance = "attendance"
    hours = "hours"
    learners = "learners"
    videos = "videos"
    history = "history"
    corrections = "corrections"


PAGES = {Tab.attendance: 200, Tab.learners: 100, Tab.videos: 200, Tab.history: 50, Tab.corrections: 50}
"""How much of a part a page shows."""


@router.get("")
async def class_groups(
    request: Request,
    found: Annotated[Listing[ClassGroupItem] | Response, Depends(list_class_groups)],
    caller: Reader,
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    if isinstance(found, Response):
        return found
    known = await platforms(session, caller.reach, only=None, after=None, limit=PLATFORMS_TO_CHOOSE)
    choices = [(each.code, Text(each.name, each.name)) for each in known]
    book = await Rulebook.open(session, shared.library)
    return page(request, "class_groups", found=found, book=book, platforms=choices, Outlook=Outlook)


class ClassGroupPage:
    """What the parts of a class group's page ask for, each as the API answers it."""

    def __init__(
        self, request: Request, caller: Caller, session: WriteSession, shared: Resources, key: ClassGroupKey
    ) -> None:
        self.request = request
        self.caller = caller
        self.session = session
        self.shared = shared
        self.key = key

    def may(self, action: Action) -> bool:
        return self.caller.role in TABLE[action]

    def asked(self, **more: Any) -> dict[str, Any]:  # noqa: ANN401 (whatever the API's function takes)
        return {"caller": self.caller, "session": self.session, **self.key._asdict(), **more}

    def on(self, tab: Tab) -> PageRequest:
        return PageRequest(PAGES[tab], self.request.query_params.get("cursor"))

    async def overview(self) -> dict[str, Any]:
        found: dict[str, Any] = {"checklist": None, "clock": None, "troubled": {}}
        found["hours"] = await hours_of_class_group(**self.asked())
        found["troubled"] = {
            outlook: await self._learners(EnrollmentFilter(outlook=outlook), PageRequest(IN_TROUBLE, None))
            for outlook in (Outlook.lost, Outlook.at_risk)
        }
        if self.may(Action.read_checklist):
            asked = self.asked(caller=permit(self.caller, Action.read_checklist), shared=self.shared)
            found["checklist"] = await checklist_of_class_group(**asked)
        return found | await self._clock()

    async def attendance(self) -> dict[str, Any]:
        found = await attendance_of_class_group(**self.asked(page=self.on(Tab.attendance)))
        language = language_of(self.request)
        rows = [(each, attendance_cells.row(each, found.lessons, language)) for each in found.items]
        return {"sheet": found, "rows": rows, "legend": attendance_cells.LEGEND}

    async def hours(self) -> dict[str, Any]:
        return {"hours": await hours_of_class_group(**self.asked())}

    async def learners(self, wanted: EnrollmentFilter) -> dict[str, Any]:
        found = await self._learners(wanted, self.on(Tab.learners))
        return {"found": found, "Eligibility": Eligibility, "Outlook": Outlook}

    async def videos(self) -> dict[str, Any]:
        teaching = await teaching_of_class_group(**self.asked())
        titles = {each.lesson_id: each.title for each in teaching.items}
        found: dict[str, Any] = {"teaching": teaching, "lessons": titles, "found": None}
        if self.may(Action.read_videos):
            found["found"] = await videos(
                caller=permit(self.caller, Action.read_videos),
                session=self.session,
                selection=Selection(*self.key),
                page=self.on(Tab.videos),
            )
        return found | {"custody_titles": OF_CUSTODY}

    async def history(self) -> dict[str, Any]:
        found = await history_of_class_group(**self.asked(page=self.on(Tab.history)))
        return {"found": found, **await self._clock()}

    async def corrections(self, batch_id: UUID | None, line: int | None) -> dict[str, Any]:
        """All of them, or what became of the record that one line brought."""
        words: dict[str, Any] = {"versions": None, "found": None, "words_of_record": correction_words}
        if batch_id is None or line is None:
            asked = self.asked(page=self.on(Tab.corrections))
            return words | {"found": await corrections_of_class_group(**asked)}
        asked = self.asked(shared=self.shared, batch_id=batch_id, line=line)
        return words | {"versions": await versions_of_record(**asked)}

    async def _learners(self, wanted: EnrollmentFilter, wanted_page: PageRequest) -> Listing[Any]:
        visible = Selection(*self.key).within(self.caller.reach)
        return await listing_of(self.session, self.caller, visible, wanted, wanted_page)

    async def _clock(self) -> dict[str, Any]:
        if not self.may(Action.read_retention):
            return {"clock": None}
        return {"clock": await until_when(**self.asked(caller=permit(self.caller, Action.read_retention)))}


@router.get("/{platform}/{class_group_id}")
async def class_group(
    *,
    request: Request,
    caller: Reader,
    session: RepeatableUnit,
    shared: Shared,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    tab: Annotated[Tab, Query()] = Tab.overview,
    cursor: Cursor = None,  # noqa: ARG001 (declared: the parts read it)
    eligibility: Annotated[Eligibility | None, Query()] = None,
    outlook: Annotated[Outlook | None, Query()] = None,
    batch_id: Annotated[UUID | None, Query()] = None,
    line: Annotated[int | None, Query(ge=1, le=10**9)] = None,
) -> Response:
    part = ClassGroupPage(request, caller, session, shared, ClassGroupKey(platform, class_group_id))
    group = await one_class_group(**part.asked())
    match tab:
        case Tab.overview:
            told = await part.overview()
        case Tab.attendance:
            told = await part.attendance()
        case Tab.hours:
            told = await part.hours()
        case Tab.learners:
            told = await part.learners(EnrollmentFilter(eligibility=eligibility, outlook=outlook))
        case Tab.videos:
            told = await part.videos()
        case Tab.history:
            told = await part.history()
        case Tab.corrections:
            told = await part.corrections(batch_id, line)
    book = await Rulebook.open(session, shared.library)
    words = class_group_words.Words(group, book)
    return page(request, f"class_group_{tab}", group=group, book=book, words=words, tab=tab, **told)


@router.post("/checklist")
async def answer(
    request: Request, caller: Annotated[Caller, Allowed(Action.answer_checklist)], shared: Shared
) -> Response:
    form = await form_fields(request)
    named = ("platform", "class_group_id", "code", "answer", "note")
    try:
        wanted = WantedAnswer.model_validate({name: form[name] for name in named if form.get(name)})
    except ValidationError as fault:
        raise RequestValidationError(fault.errors()) from None
    await answer_item(caller=caller, shared=shared, wanted=wanted)
    return go(f"/class-groups/{wanted.platform}/{wanted.class_group_id}#checklist")
