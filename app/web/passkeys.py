"""What the script of the pages asks for: WebAuthn's options, and where its answers go. JSON in and out."""

import json
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from app.api.form import FormUnreadable
from app.api.request_headers import media_type
from app.api.visitors import own_origin
from app.core.errors import AppError
from app.people import csrf, passkeys, visits
from app.people.errors import PasskeyRefused
from app.people.schemas import Known, OpenSession
from app.people.sessions import COOKIE
from app.web.deps import Enrolling, HalfWay, Resources, Shared, address_of
from app.web.pages import HEADERS, PageRoute, set_cookie, told

router = APIRouter(prefix="/passkeys", include_in_schema=False, route_class=PageRoute)


@router.post("/registration-options")
async def registration_options(request: Request, person: Enrolling, shared: Shared) -> Response:
    await _said(request, shared)
    origin = own_origin(request, shared.settings)
    return JSONResponse(
        await passkeys.registration_options(shared.database, person, origin=origin), headers=HEADERS
    )


@router.post("/registration")
async def registration(request: Request, person: Enrolling, shared: Shared) -> Response:
    answer = await _said(request, shared)
    try:
        opened = await passkeys.register(
            shared.database,
            shared.settings,
            person,
            answer,
            origin=own_origin(request, shared.settings),
            address=address_of(request),
        )
    except PasskeyRefused as error:
        return _refused(request, error)
    return _done(opened)


@router.post("/sign-in-options")
async def sign_in_options(request: Request, shared: Shared) -> Response:
    return await _authentication_options(request, shared, None)


@router.post("/sign-in")
async def sign_in(request: Request, shared: Shared) -> Response:
    return await _authentication(request, shared, None)


@router.post("/verify-options")
async def verify_options(request: Request, person: HalfWay, shared: Shared) -> Response:
    return await _authentication_options(request, shared, person)


@router.post("/verify")
async def verify(request: Request, person: HalfWay, shared: Shared) -> Response:
    """The second step of a sign-in, or a fresh proof."""
    return await _authentication(request, shared, person)


async def _authentication_options(request: Request, shared: Resources, person: Known | None) -> Response:
    await _said(request, shared)
    origin = own_origin(request, shared.settings)
    return JSONResponse(
        await passkeys.authentication_options(shared.database, person, origin=origin), headers=HEADERS
    )


async def _authentication(request: Request, shared: Resources, person: Known | None) -> Response:
    answer = await _said(request, shared)
    try:
        opened = await passkeys.authenticate(
            shared.database,
            shared.settings,
            person,
            answer,
            origin=own_origin(request, shared.settings),
            address=address_of(request),
        )
    except PasskeyRefused as error:
        return _refused(request, error)
    return _done(opened)


async def _said(request: Request, shared: Resources) -> dict[str, Any]:
    """The body, once it is proved to come from a page of ours."""
    origin = own_origin(request, shared.settings)
    cookie = request.cookies.get(COOKIE)
    if cookie is None:
        visits.assert_from_here(request.headers, own_origin=origin)
    else:
        token = request.headers.get(csrf.HEADER, "")
        visits.assert_meant(request.method, request.headers, own_origin=origin, cookie=cookie, token=token)
    if media_type(request) != "application/json":
        raise FormUnreadable
    try:
        said = json.loads(await request.body())
    except (ValueError, RecursionError):
        raise FormUnreadable from None
    if not isinstance(said, dict):
        raise FormUnreadable
    return said


def _done(opened: OpenSession) -> Response:
    response = JSONResponse({}, headers=HEADERS)
    set_cookie(response, opened)
    return response


def _refused(request: Request, error: AppError) -> Response:
    told_json = {"code": error.code, "detail": told(request, error.detail)}
    return JSONResponse(told_json, status_code=error.status, headers=HEADERS)
