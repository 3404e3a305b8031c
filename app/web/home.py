"""Where everybody starts: the first page of the visitor's role."""

from fastapi import APIRouter, Response

from app.web.deps import Person
from app.web.navigation import home_of
from app.web.pages import PageRoute, go

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def front(person: Person) -> Response:
    return go(home_of(person.role))
