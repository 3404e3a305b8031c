"""Pages about one's own account: sessions, password, second factors."""

from typing import Annotated, Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import segno
from fastapi import APIRouter, Path, Request, Response

from app.core import clock
from app.core.errors import AppError, NotFound, Text
from app.db.session import reading, transaction
from app.people import enrolment, passkeys, sessions, sign_in
from app.people.errors import SessionEnded, SignInRefused, WeakPassword
from app.people.schemas import Known
from app.web.deps import Enrolling, HalfWay, Person, Resources, Shared, address_of
from app.web.forms import form_of
from app.web.pages import HOME, PageRoute, go, page, seen_from_inside, shown_once

router = APIRouter(prefix=HOME, include_in_schema=False, route_class=PageRoute)

Id = Annotated[str, Path()]


@router.get("")
async def account(request: Request, person: Person, shared: Shared) -> Response:
    async with reading(shared.database) as session:
        context: dict[str, Any] = {
            "person": person,
            "sessions": await sessions.list_sessions(session, shared.settings, person.user_id, clock.now()),
            "passkeys": await passkeys.list_passkeys(session, person),
            "recovery_codes_left": await enrolment.recovery_codes_left(session, person),
        }
    return page(request, "account", **context)


@router.post("/sessions/{session_id}/end")
async def end_session(request: Request, person: Person, session_id: Id, shared: Shared) -> Response:
    await form_of(request, shared.settings)
    async with transaction(shared.database) as session:
        await sessions.end_session(session, person, _uuid(session_id), clock.now())
    return go(HOME)


@router.get("/password")
async def ask_for_password(request: Request, person: HalfWay, shared: Shared) -> Response:
    _assert_has_login(person)
    return _password_page(request, shared)


@router.post("/password")
async def take_password(request: Request, person: HalfWay, shared: Shared) -> Response:
    """Also of who must change it before anything else."""
    form = await form_of(request, shared.settings)
    _assert_has_login(person)
    try:
        opened = await sign_in.change_password(
            shared.database,
            shared.settings,
            person,
            current=form.get("current", ""),
            new=form.get("password", ""),
            address=address_of(request),
        )
    except (SignInRefused, WeakPassword) as error:
        return _password_page(request, shared, error)
    return go(HOME, opened)


def _assert_has_login(person: Known) -> None:
    if not person.is_whole or person.login is None:
        raise SessionEnded


def _password_page(request: Request, shared: Resources, error: AppError | None = None) -> Response:
    context = {"login": None, "min_length": shared.settings.password_min_length, "error": error}
    return page(request, "password", status=error.status if error else 200, **context)


@router.get("/authenticator")
async def offer_authenticator(request: Request, person: Enrolling, shared: Shared) -> Response:
    address = await enrolment.offer_authenticator(shared.database, shared.key_ring, person)
    return _authenticator_page(request, person, address)


@router.post("/authenticator")
async def confirm_authenticator(request: Request, person: Enrolling, shared: Shared) -> Response:
    form = await form_of(request, shared.settings)
    try:
        enrolled = await enrolment.confirm_authenticator(
            shared.database,
            shared.settings,
            shared.key_ring,
            person,
            code=form.get("code", ""),
            address=address_of(request),
        )
    except SignInRefused as error:
        address = await enrolment.offered_authenticator(shared.database, shared.key_ring, person)
        if address is None:
            return go(f"{HOME}/authenticator")
        return _authenticator_page(request, person, address, error)
    codes = enrolled.recovery_codes
    return seen_from_inside(request, enrolled.opened, "recovery_codes", recovery_codes=codes)


def _authenticator_page(
    request: Request, person: Known, address: str, error: AppError | None = None
) -> Response:
    """The code as an image in the page: no address that holds the key is ever asked for."""
    context = {
        "person": person,
        "qr": segno.make(address, error="m").svg_data_uri(scale=4, border=2),
        "key": parse_qs(urlsplit(address).query)["secret"][0],
        "error": error,
    }
    return page(request, "authenticator", status=error.status if error else 200, **context)


@router.post("/recovery-codes")
async def renew_recovery_codes(
    request: Request, _person: Person, person: Enrolling, shared: Shared
) -> Response:
    await form_of(request, shared.settings)
    codes = await enrolment.renew_recovery_codes(shared.database, person)
    return shown_once(request, "recovery_codes", recovery_codes=codes)


@router.get("/passkeys")
async def offer_passkey(request: Request, _person: Enrolling) -> Response:
    return page(request, "passkeys")


@router.post("/passkeys/{passkey_id}/remove")
async def remove_passkey(
    request: Request, _person: Person, person: Enrolling, passkey_id: Id, shared: Shared
) -> Response:
    await form_of(request, shared.settings)
    async with transaction(shared.database) as session:
        await passkeys.remove_passkey(session, person, _uuid(passkey_id))
    return go(HOME)


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise NotFound(Text("没有这一项。", "There is no such thing.")) from None
