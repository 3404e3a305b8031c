"""Forms of pages: read, and proved to come from a page of ours."""

from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from app.api.form import form_fields
from app.api.visitors import own_origin
from app.core.config import Settings
from app.people import csrf, visits
from app.people.sessions import COOKIE

Body = TypeVar("Body", bound=BaseModel)


def checked(model: type[Body], /, **said: object) -> Body:
    """The body of the API that a form stands for; whoever wrote nonsense is told as there, on a page."""
    try:
        return model(**said)
    except ValidationError as fault:
        faults = [{**each, "loc": ("body", *each["loc"])} for each in fault.errors()]
        raise RequestValidationError(faults) from None


async def filled_in(request: Request) -> dict[str, str]:
    """What somebody has written into a form, by its fields; without blanks around it and our proof."""
    filled = ((name, value.strip()) for name, value in (await form_fields(request)).items())
    return {name: value for name, value in filled if value and name != csrf.FIELD}


async def form_of(request: Request, settings: Settings) -> dict[str, str]:
    """By its fields; raises where it does not come from here, or not from this session."""
    visits.assert_from_here(request.headers, own_origin=own_origin(request, settings))
    form = await form_fields(request)
    cookie = request.cookies.get(COOKIE)
    if cookie is not None:
        csrf.check_token(cookie, form.get(csrf.FIELD, ""))
    return form
