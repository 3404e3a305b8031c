"""What is told on pages alone, as the room raises it."""

from dataclasses import replace

import pytest
from starlette.requests import Request

from app.api.form import FormUnreadable
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.session import Database, ReadSession, reading, transaction
from app.people import links, passkeys, sessions, sign_in
from app.people.errors import LastFactor, LinkSpent, PasskeyRefused, PasswordExpired, SignInRefused
from app.people.links import Purpose
from app.people.schemas import Known
from app.web.forms import form_of
from tests.factories.people import make_session
from tests.people.authenticator import Authenticator
from tests.people.conftest import ORIGIN


async def known(database: Database, settings: Settings, role: Role) -> Known:
    _, opened = await make_session(database, role)
    async with reading(database) as session:
        return await sessions.known(session, settings, opened.token, clock.now())


async def test_an_unknown_login(database: Database, settings: Settings) -> None:
    with pytest.raises(SignInRefused):
        await sign_in.with_password(database, settings, login="nobody", password="x", address=None)


async def test_an_unknown_link(session: ReadSession) -> None:
    with pytest.raises(LinkSpent):
        await links.look_at(session, Purpose.learner, "A" * 43, clock.now())


async def test_an_answer_to_no_challenge(database: Database, settings: Settings) -> None:
    with pytest.raises(PasskeyRefused):
        await passkeys.authenticate(database, settings, None, {}, origin=ORIGIN, address=None)


async def test_the_last_factor(database: Database, settings: Settings) -> None:
    person = await known(database, settings, Role.clerk)
    options = await passkeys.registration_options(database, person, origin=ORIGIN)
    answer = Authenticator().register(options)
    await passkeys.register(database, settings, person, answer, origin=ORIGIN, address=None)
    async with transaction(database) as session:
        (only,) = await passkeys.list_passkeys(session, person)
        with pytest.raises(LastFactor):
            await passkeys.remove_passkey(session, person, only.passkey_id)


async def test_an_expired_password(database: Database, settings: Settings) -> None:
    person = replace(await known(database, settings, Role.clerk), must_change_password=True)
    with pytest.raises(PasswordExpired):
        sign_in.assert_may_act(person)


@pytest.mark.parametrize(
    ("media_type", "body"),
    [
        (b"application/json", b"{}"),
        (b"multipart/form-data; boundary=x", b"--x--"),
        (b"application/x-www-form-urlencoded", b"a=1&a=2"),
        (b"application/x-www-form-urlencoded", b"a=%ff"),
        (b"application/x-www-form-urlencoded", b"a=%00"),
        (b"application/x-www-form-urlencoded", b"&".join(b"a%d=1" % n for n in range(2_000))),
    ],
)
async def test_a_form_that_is_none(settings: Settings, media_type: bytes, body: bytes) -> None:
    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": body}

    headers = [(b"content-type", media_type), (b"origin", ORIGIN.encode()), (b"host", b"supervise.test")]
    scope = {"type": "http", "method": "POST", "path": "/sign-in", "scheme": "https", "headers": headers}
    with pytest.raises(FormUnreadable):
        await form_of(Request(scope | {"query_string": b""}, receive), settings)
