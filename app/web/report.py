"""The eligibility report of an enterprise for a period: asked for by a form, read, taken along."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from app.accounts.audited import Audited
from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading, Shared
from app.api.form import form_fields
from app.api.parameters import ID, OnlyKnown
from app.api.report_schemas import EligibilityReport
from app.api.reports import eligibility_report
from app.core import clock
from app.web.pages import PageRoute, go, page
from app.web.rulebook import Rulebook

router = APIRouter(prefix="/report", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

Asker = Annotated[Caller, Allowed(Action.read_report, Audited.nothing)]


@router.get("")
async def ask(
    request: Request, caller: Asker, uscc: Annotated[str | None, Query(pattern=ID)] = None
) -> Response:
    """No report is issued until somebody says for which enterprise and period."""
    today = clock.today()
    return page(
        request, "report_asked", uscc=caller.uscc or uscc, first=today.replace(month=1, day=1), last=today
    )


@router.post("")
async def issue(request: Request, caller: Asker) -> Response:
    form = await form_fields(request)
    uscc = caller.uscc or "".join(each for each in form.get("uscc", "").upper() if each.isalnum())[:64]
    period = {name: form[name] for name in ("from", "to") if form.get(name)}
    if not uscc:
        return go("/report")
    return go(f"/report/{uscc}?{urlencode(period)}" if period else f"/report/{uscc}")


@router.get("/{uscc}")
async def read(
    request: Request,
    report: Annotated[EligibilityReport | Response, Depends(eligibility_report)],
    session: Reading,
    shared: Shared,
) -> Response:
    if isinstance(report, Response):
        return report
    return page(request, "report", report=report, book=await Rulebook.open(session, shared.library))
