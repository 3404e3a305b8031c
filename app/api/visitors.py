"""People behind requests: whoever has a session and no token."""

from typing import Annotated

from fastapi import Depends, Request

from app.accounts.errors import TokenMissing
from app.api.form import form_items, is_form
from app.core.config import Settings
from app.db.session import Database
from app.people import csrf, visits
from app.people.schemas import Known
from app.people.sessions import COOKIE
from app.people.sign_in import assert_may_act


def comes_with_a_cookie(request: Request) -> bool:
    """A token has the last word: then the cookie is not looked at, and proves nothing."""
    return "authorization" not in request.headers and COOKIE in request.cookies


async def visitor(request: Request, database: Database, settings: Settings) -> Known:
    """Who has shown all factors, and meant to ask; kept for the rest of the request."""
    cookie = request.cookies[COOKIE]
    person = await visits.visit(database, settings, cookie)
    visits.assert_meant(
        request.method,
        request.headers,
        own_origin=own_origin(request, settings),
        cookie=cookie,
        token=await _token(request),
    )
    assert_may_act(person)
    request.state.person = person
    return person


def own_origin(request: Request, settings: Settings) -> str:
    """Under which people reach us."""
    return csrf.own_origin(settings.public_url, request.url.scheme, request.headers.get("host", ""))


def whole_address(request: Request, settings: Settings, link: str) -> str:
    """Of a link that may be a path of this site only, where no public address is set."""
    return link if "://" in link else own_origin(request, settings) + link


async def _token(request: Request) -> str:
    """In a field of a form of ours, or in a header of anything else."""
    if request.method not in csrf.SAFE_METHODS and is_form(request):
        return dict(await form_items(request)).get(csrf.FIELD, "")
    return request.headers.get(csrf.HEADER, "")


async def _person(request: Request) -> Known:
    """Behind a route that only people may ask."""
    person = getattr(request.state, "person", None)
    if not isinstance(person, Known):
        raise TokenMissing
    return person


Person = Annotated[Known, Depends(_person)]
"""Stands behind the `Allowed` of the route, which has let the person in."""
