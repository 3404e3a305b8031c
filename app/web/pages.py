"""Pages as answers: templates, words, headers, and what becomes of a refusal."""

from collections.abc import Callable, Coroutine
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from app.core.clock import SHANGHAI
from app.core.errors import AppError, Text, TooManyRequests, Unavailable
from app.core.language import preferred_language
from app.people import csrf
from app.people.errors import FreshProofNeeded, PasswordExpired, SecondFactorNeeded, SessionEnded
from app.people.schemas import OpenSession
from app.people.sessions import COOKIE
from app.web.words import WORDS

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}
"""Under `no-referrer` browsers send forms with `Origin: null`, and ours could not be told from others."""
HOME = "/account"
_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.filters["moment"] = lambda at: at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> HTMLResponse:  # noqa: ANN401 (whatever the template asks for)
    """The template in the visitor's language, with the proof that its forms must bring back."""
    language = preferred_language(request.headers.get("accept-language", ""))
    cookie = request.cookies.get(COOKIE)
    values: dict[str, Any] = {
        "language": language,
        "t": lambda word: WORDS[word].in_language(language),
        "csrf_token": csrf.token_for(cookie) if cookie else None,
        "error": None,
        **context,
    }
    if isinstance(values["error"], AppError):
        values["error"] = values["error"].detail.in_language(language)
    text = _TEMPLATES.get_template(f"{template}.html").render(values)
    return HTMLResponse(text, status_code=status, headers=HEADERS)


def seen_from_inside(request: Request, opened: OpenSession, template: str, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """A page for the session that was just opened, which its cookie goes with."""
    response = page(request, template, **context, csrf_token=csrf.token_for(opened.token))
    set_cookie(response, opened)
    return response


def go(path: str, opened: OpenSession | None = None) -> RedirectResponse:
    """To a page of ours, by GET, with the cookie of a session that was just opened."""
    response = RedirectResponse(path, HTTPStatus.SEE_OTHER, headers=HEADERS)
    if opened is not None:
        set_cookie(response, opened)
    return response


def set_cookie(response: Response, opened: OpenSession) -> None:
    """Gone with the browser; `__Host-` binds it to this host and to TLS."""
    response.set_cookie(COOKIE, opened.token, path="/", secure=True, httponly=True, samesite="lax")


def wanted(request: Request) -> str:
    """Where to go after a sign-in: a page of ours, whatever the address says."""
    return csrf.path_within(request.query_params.get("next", HOME), HOME)


class PageRoute(APIRoute):
    """Whoever is refused is shown where to go on, or a page that says why."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await handler(request)
            except AppError as error:
                if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                request.state.problem = error.code
                return _refused(request, error)

        return answer


def _refused(request: Request, error: AppError) -> Response:
    here = request.url.path if request.method == "GET" else HOME
    match error:
        case SessionEnded():
            return go(f"/sign-in?{urlencode({'next': here})}")
        case SecondFactorNeeded():
            return go("/second-factor")
        case PasswordExpired():
            return go("/account/password")
        case FreshProofNeeded():
            return go(f"/verify?{urlencode({'next': here})}")
        case _:
            response = page(request, "refused", status=error.status, title=error.title, error=error)
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response


def told(request: Request, text: Text) -> str:
    return text.in_language(preferred_language(request.headers.get("accept-language", "")))
