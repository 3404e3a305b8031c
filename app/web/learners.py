"""Learners: who stands how, the decision sheet of each, and personal data in clear for a purpose."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.compliance import list_enrollments, one_enrollment
from app.api.decision_sheet import EnrollmentDetail
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.form import form_items
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.personal_data import RevealRequest, reveal_personal_data
from app.api.standings import EnrollmentItem
from app.core.ids import ClassGroupId, LearnerId, PlatformCode
from app.core.vocabulary import Eligibility, FindingState, Outcome, Outlook, Role
from app.db.session import ReadSession
from app.findings.schemas import OF_NOBODY, FindingFilter, FindingView
from app.findings.service import list_findings, named_findings
from app.people import csrf
from app.records.selection import Selection
from app.rights.schemas import RevealPurpose
from app.rules.fact_names import FactName
from app.web import sheet_words
from app.web.forms import checked
from app.web.pages import PageRoute, go, page, shown_once
from app.web.rulebook import Rulebook
from app.web.templating import with_query


class ListRoute(PageRoute):
    """A rule that is chosen without an outcome is one that failed; an outcome without a rule says nothing."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            asked = request.query_params
            if bool(asked.get("rule")) != bool(asked.get("outcome")):
                outcome = Outcome.failed if asked.get("rule") else None
                return go(with_query(request, outcome=outcome))
            return await handler(request)

        return answer


router = APIRouter(
    prefix="/learners", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown]
)
listed = APIRouter(include_in_schema=False, route_class=ListRoute, dependencies=[OnlyKnown])

SETS: Mapping[str, Any] = {
    "FactName": FactName,
    "Eligibility": Eligibility,
    "Outcome": Outcome,
    "Outlook": Outlook,
}
Revealer = Annotated[Caller, Allowed(Action.reveal_personal_data)]


@listed.get("/learners")
async def learners(
    request: Request,
    found: Annotated[Listing[EnrollmentItem] | Response, Depends(list_enrollments)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    if isinstance(found, Response):
        return found
    book = await Rulebook.open(session, shared.library)
    return page(request, "learners", found=found, book=book, **SETS)


@router.get("/{platform}/{class_group_id}/{learner_id}")
async def sheet(
    request: Request,
    sheet: Annotated[EnrollmentDetail, Depends(one_enrollment)],
    caller: Annotated[Caller, Allowed(Action.read_findings, Audited.nothing)],
    session: RepeatableUnit,
    shared: Shared,
) -> Response:
    book = await Rulebook.open(session, shared.library)
    printed = (
        f"/api/v1/compliance/enrollments/{sheet.platform}/{sheet.class_group_id}/{sheet.learner_id}/sheet"
    )
    return page(
        request,
        "learner_sheet",
        sheet=sheet,
        words=sheet_words,
        purposes=list(RevealPurpose),
        printed=printed,
        minutes_per_hour=book.of(sheet.programme, sheet.policy_version).minutes_per_hour,
        findings=await _findings(session, caller, sheet),
    )


async def _findings(session: ReadSession, caller: Caller, sheet: EnrollmentDetail) -> dict[str, FindingView]:
    """By rule: what was waived, and what is open, of the learner and of the class group."""
    key = PlatformCode(sheet.platform), ClassGroupId(sheet.class_group_id)
    place = Selection(*key).within(caller.reach)
    waivers = [rule.waived_by for rule in sheet.rules if rule.waived_by is not None]
    found: list[FindingView] = []
    for learner_id in (OF_NOBODY, LearnerId(sheet.learner_id)):
        wanted = FindingFilter(class_groups=place, learner_id=learner_id, state=FindingState.open)
        found += await list_findings(session, wanted)
    found += await named_findings(session, place, waiver_ids=waivers)
    return {each.rule: each for each in found}


@router.post("/reveal")
async def reveal(request: Request, caller: Revealer, shared: Shared) -> Response:
    """Shown once, in the answer to the form: nothing of it gets into an address."""
    items = await form_items(request)
    form = {name: value for name, value in items if value and name not in {"fields", csrf.FIELD}}
    wanted = checked(
        RevealRequest, **form, fields=[value for name, value in items if name == "fields" and value]
    )
    revealed = await reveal_personal_data(caller=caller, wanted=wanted, shared=shared)
    place = wanted.platform, wanted.class_group_id, wanted.learner_id
    is_own = caller.role is Role.agent
    back = "/enterprise/class-groups/{}/{}/learners/{}" if is_own else "/learners/{}/{}/{}"
    return shown_once(request, "revealed", revealed=revealed, wanted=wanted, back=back.format(*place))
