"""Corrections and objections, for those who answer them or watch over it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.form import form_fields
from app.api.pagination import Listing
from app.api.parameters import OnlyKnown
from app.api.rights_requests import answer_rights_request
from app.api.rights_requests import rights_request as read_request
from app.api.rights_requests import rights_requests as list_requests
from app.api.rights_schemas import RightsAnswer, RightsRequestItem
from app.rights.requests import side_of
from app.rights.schemas import RequestState
from app.web.deps import Person
from app.web.feed_words import place
from app.web.forms import checked
from app.web.pages import PageRoute, go, page
from app.web.request_words import SIDES, STATES

REQUESTS = "/requests"
router = APIRouter(prefix=REQUESTS, include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])


@router.get("")
async def requests(
    request: Request, found: Annotated[Listing[RightsRequestItem], Depends(list_requests)], person: Person
) -> Response:
    choices = [(state.value, STATES[state][0]) for state in RequestState]
    return page(
        request,
        "requests",
        found=found,
        choices=choices,
        states=STATES,
        sides=SIDES,
        side=side_of(person.role),
    )


@router.get("/{request_id}")
async def one_request(
    request: Request, found: Annotated[RightsRequestItem, Depends(read_request)], person: Person
) -> Response:
    """To read it is an access, which the person is told of."""
    side = side_of(person.role)
    return page(request, "request", found=found, states=STATES, sides=SIDES, side=side, place=place)


@router.post("/answers")
async def answer(
    request: Request, caller: Annotated[Caller, Allowed(Action.answer_rights_request)], shared: Shared
) -> Response:
    said = await form_fields(request)
    wanted = checked(
        RightsAnswer,
        request_id=said.get("request_id"),
        outcome=said.get("outcome"),
        reason=said.get("reason"),
    )
    answered = await answer_rights_request(caller=caller, wanted=wanted, shared=shared)
    return go(f"{REQUESTS}/{answered.request_id}")
