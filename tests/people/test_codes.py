"""Second factors: a code counts once, a recovery code too, and without one nothing opens."""

import asyncio
from datetime import timedelta

import httpx
import pyotp
import pytest
from sqlalchemy import select

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import RecoveryCode, User
from app.db.session import Database, ReadSession, reading, transaction
from app.people import codes, repository
from app.privacy.errors import SealBroken
from app.privacy.keyring import KeyRing
from tests.factories.people import make_user
from tests.people.conftest import Browser, Browsers
from tests.people.journeys import (
    PASSWORD,
    add,
    as_if_no_code_had_been_used,
    enrol,
    key_in,
    recovery_codes_in,
    sign_in,
)


async def half_way(browsers: Browsers) -> Browser:
    browser = await browsers.open()
    assert (await sign_in(browser)).status_code == 303
    return browser


@pytest.fixture
async def totp(browsers: Browsers, database: Database, settings: Settings) -> pyotp.TOTP:
    return await enrol(await browsers.open(), await add(database, settings))


async def test_the_code_that_enrolled_does_not_sign_in(
    browsers: Browsers, database: Database, totp: pyotp.TOTP
) -> None:
    async with reading(database) as session:
        used = await session.scalar(select(User.totp_last_step))
    browser = await half_way(browsers)
    answer = await browser.submit("/second-factor", code=totp.generate_otp(used or 0))
    assert answer.status_code == 401


async def test_of_two_uses_of_a_code_at_once_one_wins(
    browsers: Browsers, database: Database, totp: pyotp.TOTP
) -> None:
    await as_if_no_code_had_been_used(database)
    people = [await half_way(browsers) for _ in range(4)]
    code = totp.now()
    answers = await asyncio.gather(*(person.submit("/second-factor", code=code) for person in people))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401]


async def enrolled_user(database: Database, key_ring: KeyRing) -> tuple[User, pyotp.TOTP]:
    """Confirmed by a code of yesterday."""
    async with transaction(database) as session:
        user = await make_user(session, Role.reviewer)
        totp = pyotp.parse_uri(await codes.offer_totp(session, key_ring, user))
    assert isinstance(totp, pyotp.TOTP)
    yesterday = clock.now() - timedelta(days=1)
    async with transaction(database) as session:
        await codes.confirm_totp(session, key_ring, await again(session, user), totp.at(yesterday), yesterday)
        return await again(session, user), totp


async def again(session: ReadSession, user: User) -> User:
    found = await repository.user(session, user.user_id)
    assert found is not None
    return found


AT = clock.now().replace(second=10, microsecond=0)


@pytest.mark.parametrize(
    ("off_s", "is_good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)]
)
async def test_a_clock_may_be_half_a_minute_off(
    database: Database, key_ring: KeyRing, off_s: int, *, is_good: bool
) -> None:
    user, totp = await enrolled_user(database, key_ring)
    code = totp.at(AT + timedelta(seconds=off_s))
    async with transaction(database) as session:
        assert await codes.use_code(session, key_ring, user, code, AT) is is_good


async def test_no_code_counts_after_a_later_one(database: Database, key_ring: KeyRing) -> None:
    user, totp = await enrolled_user(database, key_ring)
    async with transaction(database) as session:
        assert await codes.use_code(session, key_ring, user, totp.at(AT), AT)
        assert not await codes.use_code(session, key_ring, user, totp.at(AT), AT)
        assert not await codes.use_code(session, key_ring, user, totp.at(AT - timedelta(seconds=30)), AT)
        assert await codes.use_code(session, key_ring, user, totp.at(AT + timedelta(seconds=30)), AT)


async def test_the_secret_is_sealed_for_its_user(database: Database, key_ring: KeyRing) -> None:
    user, totp = await enrolled_user(database, key_ring)
    other, _ = await enrolled_user(database, key_ring)
    assert user.totp_sealed is not None
    assert totp.secret.encode() not in user.totp_sealed
    other.totp_sealed = user.totp_sealed
    async with transaction(database) as session:
        with pytest.raises(SealBroken):
            await codes.use_code(session, key_ring, other, totp.at(AT), AT)


async def test_a_recovery_code_replaces_a_code_once(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    browser, link = await browsers.open(), await add(database, settings)
    await browser.submit(f"/enrolment/{link.token}", password=PASSWORD)
    totp = key_in(await browser.get("/account/authenticator"))
    shown = recovery_codes_in(await browser.submit("/account/authenticator", code=totp.now()))
    assert len(set(shown)) == 10
    people = [await half_way(browsers) for _ in range(3)]
    answers = await asyncio.gather(*(each.submit("/second-factor", code=shown[0].lower()) for each in people))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401]
    async with reading(database) as session:
        kept = list(await session.scalars(select(RecoveryCode.code_hash)))
    assert len(kept) == 9
    assert all(len(each) == 32 for each in kept)


async def test_a_wrong_code_shows_the_same_key_again_and_a_reload_a_new_one(
    browsers: Browsers, database: Database, settings: Settings
) -> None:
    """Nobody confirms a secret that somebody else has been shown before."""
    browser, link = await browsers.open(), await add(database, settings)
    await browser.submit(f"/enrolment/{link.token}", password=PASSWORD)
    first = key_in(await browser.get("/account/authenticator")).secret
    wrong = await browser.submit("/account/authenticator", code="12345x")
    assert (wrong.status_code, key_in(wrong).secret) == (401, first)
    assert key_in(await browser.get("/account/authenticator")).secret != first


@pytest.mark.parametrize("role", [role for role in Role if not role.is_program and role is not Role.learner])
async def test_without_a_second_factor_one_can_only_enrol_one(browsers: Browsers, role: Role) -> None:
    browser = await browsers.signed_in(role, is_whole=False)
    refused: httpx.Response = await browser.ask("GET", "/api/v1/session")
    assert (refused.status_code, refused.json()["code"]) == (401, "second_factor_needed")
    assert (await browser.get("/account")).headers["location"] == "/second-factor"
    assert (await browser.get("/second-factor")).headers["location"] == "/account/authenticator"
    assert (await browser.get("/account/password")).status_code == 303
    assert (await browser.get("/account/authenticator")).status_code == 200


async def test_who_has_a_second_factor_cannot_enrol_another_before_showing_it(
    browsers: Browsers, totp: pyotp.TOTP
) -> None:
    browser = await half_way(browsers)
    assert (await browser.get("/account/authenticator")).headers["location"] == "/second-factor"
    answer = await browser.submit("/account/authenticator", code=totp.now())
    assert answer.headers["location"] == "/second-factor"
    assert (await browser.submit("/account/recovery-codes")).headers["location"] == "/second-factor"
