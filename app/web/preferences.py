"""How a visitor wants to see pages: language and theme, kept in cookies that tell nothing else."""

from fastapi import APIRouter, Request, Response

from app.api import language
from app.web.deps import Shared
from app.web.forms import form_of
from app.web.pages import PageRoute, go, where
from app.web.templating import THEME_COOKIE, THEMES

router = APIRouter(include_in_schema=False, route_class=PageRoute)

A_YEAR_S = 365 * 24 * 3600
CHOICES = {language.COOKIE: ("zh-CN", "en"), THEME_COOKIE: THEMES}


@router.post("/preferences")
async def prefer(request: Request, shared: Shared) -> Response:
    """Back to the page that asked, as it is wanted from now on. What is not known stays as it was."""
    form = await form_of(request, shared.settings)
    response = go(where(request))
    for name, choices in CHOICES.items():
        if (value := form.get(name)) in choices:
            response.set_cookie(
                name, value, max_age=A_YEAR_S, path="/", secure=True, httponly=True, samesite="lax"
            )
    return response
