"""What a page may ask for: the resources of the process, and the person who comes."""

from typing import Annotated, Protocol, cast

from fastapi import Depends, Request

from app.core.config import Settings
from app.db.session import Database
from app.people import csrf, visits
from app.people.errors import SessionEnded
from app.people.schemas import Known
from app.people.sessions import COOKIE
from app.people.sign_in import assert_may_act, assert_may_enrol
from app.privacy.keyring import KeyRing


class Resources(Protocol):
    """Of those that the process opened at its start, what pages need."""

    @property
    def settings(self) -> Settings: ...
    @property
    def database(self) -> Database: ...
    @property
    def key_ring(self) -> KeyRing: ...


async def resources_of(request: Request) -> Resources:
    return cast(Resources, request.app.state.resources)


Shared = Annotated[Resources, Depends(resources_of)]


async def _anybody_known(request: Request, shared: Shared) -> Known:
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        raise SessionEnded
    person = await visits.visit(shared.database, shared.settings, cookie)
    request.state.client_id = person.user_id
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


def own_origin(request: Request, shared: Resources) -> str:
    return csrf.own_origin(shared.settings.public_url, request.url.scheme, request.headers.get("host", ""))
