"""Pages as answers: headers, cookies, where to go next, and what becomes of a refusal."""

from collections.abc import Callable, Coroutine, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException

from app.accounts.audited import Audited
from app.accounts.errors import TokenMissing
from app.api import problems
from app.api.deps import resources_of
from app.api.language import language_of
from app.core import logs
from app.core.errors import AppError, Forbidden, NotFound, Text, TooManyRequests, Unavailable
from app.people import csrf
from app.people.errors import FreshProofNeeded, PasswordExpired, SecondFactorNeeded, SessionEnded
from app.people.schemas import OpenSession
from app.people.sessions import COOKIE
from app.privacy.id_number import meant
from app.web.templating import here, render, visitor_of
from app.web.waiting import number_waiting

log = structlog.get_logger("supervise.requests")

POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; worker-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
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


class Page(HTMLResponse):
    """Written by its route's `PageRoute` when everything else is done and no connection is held."""

    def __init__(self, template: str, context: Mapping[str, Any], status: int) -> None:
        super().__init__(status_code=status, headers=HEADERS)
        self._template = template
        self._context = context

    def write(self, request: Request) -> None:
        self.body = self.render(render(request, self._template, self._context))
        self.headers["Content-Length"] = str(len(self.body))


def page(request: Request, template: str, *, status: int = 200, **context: Any) -> Page:  # noqa: ANN401 (whatever the template asks for)
    """The template in the visitor's language, with the proof that its forms must bring back."""
    if isinstance(error := context.get("error"), AppError):
        context["error"] = told(request, error.detail)
    return Page(template, context, status)


async def written(request: Request, answer: Response) -> Response:
    """With what stands on every page: how much waits for the visitor."""
    if isinstance(answer, Page):
        visitor = visitor_of(request)
        if visitor is not None:
            request.state.waiting = await number_waiting(await resources_of(request), visitor)
        answer.write(request)
    return answer


def shown_once(request: Request, template: str, **context: Any) -> HTMLResponse:  # noqa: ANN401
    """What answers a form and cannot be asked for again: the address stays that of the form."""
    return _not_pushed(page(request, template, **context))


def _not_pushed(response: HTMLResponse) -> HTMLResponse:
    response.headers["HX-Push-Url"] = "false"
    return response


def seen_from_inside(request: Request, opened: OpenSession, template: str, **context: Any) -> Page:  # noqa: ANN401
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
    """Where to go after a sign-in: a page of ours, whatever the address says; else the first one."""
    return csrf.path_within(request.query_params.get("next", FIRST), FIRST)


FIRST = "/"


class PagesAreForPeople(Forbidden):
    code = "pages_are_for_people"

    def __init__(self) -> None:
        super().__init__(
            Text(
                "页面只供人员登录使用，不接受令牌。程序请使用 /api/v1，文档见 /docs。",
                "Pages are for people who sign in, and take no token. Programs ask /api/v1; see /docs.",
            )
        )


def assert_is_no_program(request: Request) -> None:
    if "authorization" in request.headers:
        raise PagesAreForPeople


class PageRoute(APIRoute):
    """Whoever is refused is shown where to go on, or a page that says why."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        handler = super().get_route_handler()

        async def answer(request: Request) -> Response:
            try:
                return await written(request, await answered(request))
            except Exception as failure:  # noqa: BLE001 (whatever it is, it is logged and told)
                return await written(request, _failed(request, failure))

        async def answered(request: Request) -> Response:
            try:
                assert_is_no_program(request)
                if (short := _without_needless_fields(request)) is not None:
                    return go(short)
                return await handler(request)
            except RequestValidationError as fault:
                return await _refused(request, problems.of_faults(request, fault.errors()))
            except AppError as error:
                if error.status == HTTPStatus.INTERNAL_SERVER_ERROR:
                    raise
                return await _refused(request, error)

        return answer


def _may_stand_there(name: str, value: str) -> bool:
    """In an address: what is empty says nothing, and an ID number is searched for by a form that posts.

    `q` is the search's own, which says so.
    """
    return value != "" and (name == "q" or meant(value) is None)


def _without_needless_fields(request: Request) -> str | None:
    """The address of a page without what must not stand there; None: it is that already, or asks for an act.

    Without scripts a filter sends all its fields.
    """
    said = request.query_params.multi_items()
    kept = [each for each in said if _may_stand_there(*each)]
    if request.method != "GET" or kept == said:
        return None
    return csrf.path_within(f"{request.url.path}?{urlencode(kept)}" if kept else request.url.path, FIRST)


async def _refused(request: Request, error: AppError) -> Response:
    request.state.problem = error.code
    request.state.audited = Audited.nothing  # to be shown the way on is no good answer
    back = where(request)
    match error:
        case SessionEnded() | TokenMissing():
            return go(f"/sign-in?{urlencode({'next': back})}")
        case SecondFactorNeeded():
            return go("/second-factor")
        case PasswordExpired():
            return go("/account/password")
        case FreshProofNeeded():
            return go(f"/verify?{urlencode({'next': back})}")
        case _:
            await problems.note(request, error)
            response = _refusal(request, error, back)
    if isinstance(error, Unavailable | TooManyRequests):
        response.headers["Retry-After"] = str(error.retry_after_s)
    return response if request.method == "GET" else _not_pushed(response)


def _failed(request: Request, failure: Exception) -> Page:
    log.error("request failed", failure=logs.told(failure))
    request.state.problem, request.state.audited = AppError.code, Audited.nothing
    error = _crashed(structlog.contextvars.get_contextvars().get("request_id", "—"))
    return _refusal(request, error, where(request))


def _refusal(request: Request, error: AppError, back: str, *, status: int | None = None) -> Page:
    return page(
        request, "refused", status=status or error.status, title=error.title, refusal=error, back=back
    )


def _crashed(request_id: str) -> AppError:
    return AppError(
        Text(
            "页面出错了，不是您的操作有误。请返回后重试；如果刚才提交了内容，请先查看是否已经生效。"
            f"仍然出错时，请把编号 {request_id} 告知管理员。",
            "This page failed; you did nothing wrong. Go back and try again; if you had just sent "
            "something, see first whether it took effect. If it fails again, tell the administrator "
            f"number {request_id}.",
        )
    )


def where(request: Request) -> str:
    """The page that is asked for; of an act the page with its form, which is where to come back to."""
    if request.method == "GET":
        return csrf.path_within(here(request), FIRST)
    try:
        came_from = urlsplit(request.headers.get("referer", ""))
    except ValueError:
        return FIRST
    path = came_from.path + (f"?{came_from.query}" if came_from.query else "")
    return csrf.path_within(path or FIRST, FIRST)


def told(request: Request, text: Text) -> str:
    return text.in_language(language_of(request))


def install(app: FastAPI) -> None:
    """An address that is none is answered by a page, where a person has typed it."""
    app.add_exception_handler(HTTPException, _on_http_error)


async def _on_http_error(request: Request, error: Exception) -> Response:
    is_of_a_person = "text/html" in request.headers.get("accept", "")
    is_missing = isinstance(error, HTTPException) and error.status_code in NO_PAGE
    answer = await problems.on_http_error(request, error)
    if not is_missing or not is_of_a_person or request.url.path.startswith(OF_PROGRAMS):
        return answer
    shown = _refusal(request, NOWHERE, FIRST, status=answer.status_code)
    shown.headers.update({name: value for name, value in answer.headers.items() if name == "allow"})
    return await written(request, shown)


NO_PAGE = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED}
"""The second: the address of an act, loaded again after its answer was shown."""


OF_PROGRAMS = ("/api/", "/oauth/", "/static/")
NOWHERE = NotFound(
    Text(
        "没有这个页面。请检查地址，或从导航进入。",
        "There is no such page. Look at the address again, or start from the menu.",
    )
)
