"""A learner's own pages, made for a phone: what counted, who looked, corrections and objections."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.accounts.authorisation import Action, Caller
from app.api.decision_sheet import EnrollmentDetail
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.form import form_fields
from app.api.me import OwnEnrollment, own_enrollment, own_enrollments
from app.api.my_rights import (
    AccessItem,
    own_accesses,
    own_export,
    own_requests,
    submit_correction,
    submit_objection,
    withdraw_request,
)
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.rights_schemas import CorrectionRequest, ObjectionRequest, RightsRequestItem
from app.core.errors import Invalid, Text
from app.core.vocabulary import Role
from app.rules.fact_names import FactName
from app.web import sheet_words
from app.web.audit_words import organisation_text
from app.web.forms import filled_in
from app.web.pages import PageRoute, go, page
from app.web.request_words import SIDES, STATES
from app.web.rulebook import Rulebook
from app.web.terms import term

router = APIRouter(prefix="/my", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

REQUESTS = "/my/requests"
Claimant = Annotated[Caller, Allowed(Action.submit_rights_request)]


class RequestIncomplete(Invalid):
    code = "request_incomplete"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "请说明理由（至少 4 个字），并从本人的培训页面进入，以便指明是哪一条记录。",
                "Say why, in 4 characters or more, and start from your training page: it names the record.",
            )
        )


@router.get("/record")
async def record(
    request: Request,
    found: Annotated[Listing[OwnEnrollment], Depends(own_enrollments)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    book = await Rulebook.open(session, shared.library)
    return page(request, "my_record", found=found, book=book, FactName=FactName)


@router.get("/record/{platform}/{class_group_id}/{learner_id}")
async def sheet(
    request: Request,
    sheet: Annotated[EnrollmentDetail, Depends(own_enrollment)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    rules = (await Rulebook.open(session, shared.library)).of(sheet.programme, sheet.policy_version)
    return page(request, "my_sheet", sheet=sheet, words=sheet_words, minutes_per_hour=rules.minutes_per_hour)


@router.get("/accesses")
async def accesses(
    request: Request, found: Annotated[Listing[AccessItem], Depends(own_accesses)]
) -> Response:
    return page(request, "my_accesses", found=found, who=who)


def who(access: AccessItem) -> Text:
    """By role and organisation; which officer it was is not told."""
    role = next((term(each).text for each in Role if each == access.role), Text("", ""))
    side = organisation_text(access.organisation or "")
    return Text(f"{role.zh} · {side.zh}".strip(" ·"), f"{role.en} · {side.en}".strip(" ·"))


@router.get("/requests")
async def requests(
    request: Request, found: Annotated[Listing[RightsRequestItem], Depends(own_requests)]
) -> Response:
    return page(request, "my_requests", found=found, states=STATES, sides=SIDES)


@router.get("/export")
async def export(file: Annotated[Response, Depends(own_export)]) -> Response:
    return file


@router.post("/corrections")
async def correct(request: Request, caller: Claimant, shared: Shared) -> Response:
    await submit_correction(caller=caller, wanted=claim(await filled_in(request)), shared=shared)
    return go(REQUESTS)


def claim(said: dict[str, str]) -> CorrectionRequest:
    """Of a record of a lesson; raises `RequestIncomplete`."""
    told = {name: value for name, value in said.items() if name != "lesson_id"}
    lesson = {"lesson_id": said["lesson_id"]} if "lesson_id" in said else {}
    try:
        return CorrectionRequest.model_validate({**told, "record_key": lesson})
    except ValidationError:
        raise RequestIncomplete from None


@router.post("/objections")
async def object_to(request: Request, caller: Claimant, shared: Shared) -> Response:
    try:
        wanted = ObjectionRequest.model_validate(await filled_in(request))
    except ValidationError:
        raise RequestIncomplete from None
    await submit_objection(caller=caller, wanted=wanted, shared=shared)
    return go(REQUESTS)


@router.post("/requests/withdraw")
async def withdraw(request: Request, caller: Claimant, shared: Shared) -> Response:
    try:
        request_id = UUID((await form_fields(request)).get("request_id", ""))
    except ValueError:
        raise RequestIncomplete from None
    await withdraw_request(caller=caller, shared=shared, request_id=request_id)
    return go(REQUESTS)
