"""Pages to sign in and out: password, second factor, a fresh proof, and links that let in once."""

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Request, Response

from app.core import clock
from app.core.errors import AppError
from app.db.session import reading, transaction
from app.people import links, sign_in
from app.people.errors import SecondFactorNeeded, SignInRefused, WeakPassword
from app.people.links import Purpose
from app.people.schemas import Known
from app.people.sessions import COOKIE
from app.people.sessions import end_session as end
from app.web.deps import HalfWay, Person, Resources, Shared, address_of
from app.web.forms import form_of
from app.web.pages import FIRST, PageRoute, go, page, wanted

router = APIRouter(include_in_schema=False, route_class=PageRoute)

Token = Annotated[str, Path()]
PATHS = {"second_factor": "/second-factor", "verify": "/verify"}
"""Where a code goes that is asked for under this heading."""
FORGET_ALL = {"Clear-Site-Data": '"cache", "storage"'}


@router.get("/sign-in")
async def ask_to_sign_in(request: Request) -> Response:
    return _sign_in_page(request)


@router.post("/sign-in")
async def take_sign_in(request: Request, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    try:
        opened = await sign_in.with_password(
            shared.database,
            shared.settings,
            login=form.get("login", ""),
            password=form.get("password", ""),
            address=address_of(request),
        )
    except SignInRefused as error:
        return _sign_in_page(request, error)
    return go(_with_next("/second-factor", wanted(request)), opened)


def _sign_in_page(request: Request, error: AppError | None = None) -> Response:
    after = wanted(request)
    context = {"action": _with_next("/sign-in", after), "next": after, "error": error}
    return page(request, "sign_in", status=error.status if error else 200, **context)


@router.get("/second-factor")
async def ask_for_second_factor(request: Request, person: HalfWay) -> Response:
    if person.is_whole:
        return go(wanted(request))
    if not person.has_second_factor:
        return go("/account/authenticator")
    return _code_page(request, "second_factor", has_totp=person.has_totp)


@router.post("/second-factor")
async def take_second_factor(request: Request, person: HalfWay, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    if not person.has_second_factor:
        raise SecondFactorNeeded
    return await _shown(request, person, shared, form.get("code", ""), "second_factor")


@router.get("/verify")
async def ask_for_proof(request: Request, person: Person) -> Response:
    """Before a sensitive act."""
    return _code_page(request, "verify", has_totp=person.has_totp)


@router.post("/verify")
async def take_proof(request: Request, person: Person, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    return await _shown(request, person, shared, form.get("code", ""), "verify")


async def _shown(request: Request, person: Known, shared: Resources, code: str, heading: str) -> Response:
    """On with the code, in another session; or the page once more, with what is wrong."""
    try:
        opened = await sign_in.with_code(
            shared.database,
            shared.settings,
            shared.key_ring,
            person,
            code=code,
            address=address_of(request),
        )
    except SignInRefused as error:
        return _code_page(request, heading, has_totp=person.has_totp, error=error)
    return go(wanted(request), opened)


def _code_page(request: Request, heading: str, *, has_totp: bool, error: AppError | None = None) -> Response:
    after = wanted(request)
    context = {
        "heading": heading,
        "action": _with_next(PATHS[heading], after),
        "next": after,
        "has_totp": has_totp,
    }
    return page(request, "code", status=error.status if error else 200, error=error, **context)


@router.post("/sign-out")
async def sign_out(request: Request, person: HalfWay, shared: Shared) -> Response:
    await form_of(request, shared.settings)
    async with transaction(shared.database) as session:
        await end(session, person, person.session_id, clock.now())
    response = go("/sign-in")
    response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")
    response.headers.update(FORGET_ALL)
    return response


@router.get("/enrolment/{token}")
async def ask_to_enrol(request: Request, token: Token, shared: Shared) -> Response:
    """Opens nothing by itself: previews of messengers may look at the link."""
    return await _enrolment_page(request, token, shared)


@router.post("/enrolment/{token}")
async def take_enrolment(request: Request, token: Token, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    try:
        opened = await sign_in.with_enrolment_link(
            shared.database,
            shared.settings,
            token=token,
            password=form.get("password", ""),
            address=address_of(request),
        )
    except WeakPassword as error:
        return await _enrolment_page(request, token, shared, error)
    return go("/account/authenticator", opened)


async def _enrolment_page(
    request: Request, token: str, shared: Resources, error: AppError | None = None
) -> Response:
    async with reading(shared.database) as session:
        user = await links.look_at(session, Purpose.enrolment, token, clock.now())
    context = {"login": user.login, "min_length": shared.settings.password_min_length, "error": error}
    return page(request, "password", status=error.status if error else 200, **context)


@router.get("/learner/{token}")
async def ask_learner(request: Request, token: Token, shared: Shared) -> Response:
    async with reading(shared.database) as session:
        await links.look_at(session, Purpose.learner, token, clock.now())
    return page(request, "learner", minutes=shared.settings.learner_session_s // 60)


@router.post("/learner/{token}")
async def take_learner(request: Request, token: Token, shared: Shared) -> Response:
    await form_of(request, shared.settings)
    opened = await sign_in.with_learner_link(
        shared.database, shared.settings, token=token, address=address_of(request)
    )
    return go(FIRST, opened)


def _with_next(path: str, after: str) -> str:
    return path if after == FIRST else f"{path}?{urlencode({'next': after})}"
