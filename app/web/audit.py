"""The audit trail: who looked at what, what concerns one person, and how far hours are closed for good."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response
from pydantic import ValidationError

from app.api import problems
from app.api import trail as api
from app.api import trail_hours as hours_api
from app.api.compliance import PersonSearch
from app.api.deps import RepeatableUnit, Shared
from app.api.form import form_fields
from app.api.pagination import MAX_LIMIT, Listing, PageRequest
from app.api.parameters import OnlyKnown, PeriodReversed
from app.api.trail import Asked, TrailItem
from app.api.trail import Auditor as Searching
from app.api.trail_hours import Auditor, TrailChain, TrailHour
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.errors import AppError, BadRequest, Invalid
from app.trail.schemas import Wanted
from app.web.audit_words import value_text, who_is_who
from app.web.deeds import DEEDS, deed
from app.web.pages import PageRoute, go, page, told
from app.web.templating import with_query


class InBeijing(PageRoute):
    """Moments as a form sends them, without an offset, are of Beijing; the API is asked with it."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            sent = {name: request.query_params.get(name, "") for name in ("from", "to")}
            meant = {name: at for name, text in sent.items() if (at := _with_offset(text)) is not None}
            return go(with_query(request, **meant)) if meant else await handler(request)

        return answer


def _with_offset(text: str) -> str | None:
    """None: it has one, or cannot be read, which the API says."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=SHANGHAI).isoformat() if moment.tzinfo is None else None


router = APIRouter(prefix="/audit", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])
listed = APIRouter(include_in_schema=False, route_class=InBeijing, dependencies=[OnlyKnown])

SINCE_DAYS = (0, 1, 6, 29, 364)


@listed.get("/audit")
async def audit(
    *,
    request: Request,
    found: Annotated[Listing[TrailItem] | Response, Depends(api.trail)],
    chain: Annotated[TrailChain, Depends(hours_api.trail_chain)],
    asked: Asked,
    session: RepeatableUnit,
) -> Response:
    if isinstance(found, Response):
        return found
    midnight = clock.now().astimezone(SHANGHAI).replace(hour=0, minute=0, second=0, microsecond=0)
    begins = [(midnight - timedelta(days=days)).isoformat() for days in SINCE_DAYS]
    deeds = [(action, told(request, deed(action))) for action in sorted(DEEDS)]
    context: dict[str, Any] = {
        "names": await who_is_who(session, found.items),
        "value_text": value_text,
        "local": {"from": _local(asked.first), "to": _local(asked.last)},
    }
    return page(request, "audit", found=found, chain=chain, begins=begins, deeds=deeds, **context)


def _local(moment: datetime | None) -> str:
    """As the field of a form holds it."""
    return "" if moment is None else moment.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")


@router.get("/person")
async def ask_for_person(request: Request, _caller: Auditor) -> Response:
    return page(request, "audit_person", found=None, form={})


@router.post("/person")
async def find_person(
    *, request: Request, caller: Searching, session: RepeatableUnit, shared: Shared, asked: Asked
) -> Response:
    """The number comes in a form and stands in no address; the answer is this page, and kept nowhere."""
    form = await form_fields(request)
    try:
        sought = PersonSearch(id_number=form.get("id_number", "").strip())
        found = await api.trail_of_person(
            caller=caller,
            sought=sought,
            session=session,
            shared=shared,
            asked=_within(asked, form),
            page=PageRequest(MAX_LIMIT, None),
        )
    except ValidationError as fault:
        return _again(request, form, problems.of_faults(request, fault.errors()))
    except (BadRequest, Invalid) as error:
        return _again(request, form, error)
    context: dict[str, Any] = {
        "names": await who_is_who(session, found.items),
        "value_text": value_text,
    }
    return page(request, "audit_person", found=found, form=_without_number(form), **context)


def _again(request: Request, form: Mapping[str, str], error: AppError) -> Response:
    context: dict[str, Any] = {"found": None, "form": _without_number(form), "error": error}
    return page(request, "audit_person", status=error.status, **context)


def _without_number(form: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in form.items() if name in {"first", "last"}}


def _within(asked: Wanted, form: Mapping[str, str]) -> Wanted:
    """From the beginning of one day of Beijing to the end of another."""
    first, last = (_day(form.get(name, "")) for name in ("first", "last"))
    return replace(asked, first=first, last=None if last is None else last + timedelta(days=1))


def _day(text: str) -> datetime | None:
    if not text:
        return None
    try:
        day = datetime.fromisoformat(text)
    except ValueError:
        raise PeriodReversed("first", "last") from None
    if day.year not in api.YEARS:
        raise PeriodReversed("first", "last")
    return day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=SHANGHAI)


@router.get("/hours")
async def hours(
    request: Request,
    found: Annotated[Listing[TrailHour], Depends(hours_api.trail_hours)],
    chain: Annotated[TrailChain, Depends(hours_api.trail_chain)],
) -> Response:
    return page(request, "audit_hours", found=found, chain=chain)
