"""Search from anywhere: words go into the address; an ID number never does, and is answered at once."""

from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from app.accounts.authorisation import Action, Caller, permit
from app.api.compliance import PersonSearch, search_person
from app.api.deps import Allowed, RepeatableUnit, Shared
from app.api.form import form_fields
from app.api.pagination import MAX_LIMIT, PageRequest
from app.api.parameters import OnlyKnown
from app.api.search import LEAST_LETTERS, MOST_LETTERS, search
from app.core.vocabulary import Role
from app.eligibility.errors import NotAnIdNumber
from app.privacy.id_number import meant
from app.web.pages import PageRoute, go, page

router = APIRouter(prefix="/search", include_in_schema=False, route_class=PageRoute, dependencies=[OnlyKnown])

Searcher = Annotated[Caller, Allowed(Action.search)]


@router.get("")
async def results(
    request: Request,
    caller: Searcher,
    session: RepeatableUnit,
    q: Annotated[str, Query(max_length=MOST_LETTERS)] = "",
    notice: Literal["id_number"] | None = None,
) -> Response:
    """An ID number in the address is taken out of it, and looked for by nobody."""
    if meant(q):
        return go("/search?notice=id_number")
    words = "".join(letter for letter in q if letter.isprintable()).strip()
    found = await search(caller, session, words) if len(words) >= LEAST_LETTERS else None
    return _page(request, caller, found=found, searched=words, notice=notice)


@router.post("")
async def look(request: Request, caller: Searcher, session: RepeatableUnit, shared: Shared) -> Response:
    words = (await form_fields(request)).get("q", "").strip()[:MOST_LETTERS]
    number = meant(words)
    if number is None:
        return go(f"/search?{urlencode({'q': words})}" if words else "/search")
    official = permit(caller, Action.search_person)
    wanted = PersonSearch(id_number=number)
    try:
        persons = await search_person(
            caller=official, wanted=wanted, session=session, shared=shared, page=PageRequest(MAX_LIMIT, None)
        )
    except NotAnIdNumber as error:
        return _page(request, caller, error=error)
    return _page(request, caller, persons=persons.items)


def _page(request: Request, caller: Caller, **shown: object) -> Response:
    """Whoever follows class groups as an enterprise finds them under its own pages."""
    error = shown.get("error")
    is_own = caller.role is Role.agent
    context: dict[str, Any] = {"found": None, "persons": None, "searched": "", "notice": None, **shown}
    return page(request, "search", status=422 if error else 200, is_own=is_own, **context)
