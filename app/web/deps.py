"""What a page may ask for beside what a route of the API may: the person who comes, on the way in too."""

from typing import Annotated

from fastapi import Depends, Request

from app.api.deps import Resources, Shared
from app.people import visits
from app.people.errors import SessionEnded
from app.people.schemas import Known
from app.people.sessions import COOKIE
from app.people.sign_in import assert_may_act, assert_may_enrol

__all__ = ["Enrolling", "HalfWay", "Person", "Resources", "Shared", "address_of"]


async def _anybody_known(request: Request, shared: Shared) -> Known:
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        raise SessionEnded
    person = await visits.visit(shared.database, shared.settings, cookie)
    request.state.client_id = person.user_id
    request.state.person = person
    return person


HalfWay = Annotated[Known, Depends(_anybody_known)]
"""Who has shown the first factor at least."""


async def _person(person: HalfWay) -> Known:
    assert_may_act(person)
    return person


Person = Annotated[Known, Depends(_person)]
"""Who has shown all factors."""


async def _enrolling(person: HalfWay, shared: Shared) -> Known:
    assert_may_enrol(shared.settings, person)
    return person


Enrolling = Annotated[Known, Depends(_enrolling)]
"""Who has no second factor yet, or has shown one just now."""


def address_of(request: Request) -> str:
    """Of whom the request came from, as the journal found it."""
    address: str = request.state.address
    return address
