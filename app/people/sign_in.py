"""Signing in: the password, then the second factor; each success opens a session in place of the one before.

These functions open transactions of their own: a failure is counted also where the request is refused, and no
connection waits for a hash.
"""

from datetime import datetime

import structlog

from app.accounts.errors import NotAllowed
from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import Database, WriteSession, reading, transaction
from app.people import codes, lockout, repository, sessions_repository, traces
from app.people.errors import PasswordExpired, SecondFactorNeeded, SignInRefused
from app.people.hashing import hash_password, verify_password
from app.people.links import Purpose, look_at, use
from app.people.password_rules import check_password
from app.people.registration import normalised_login
from app.people.schemas import Known, OpenSession
from app.people.sessions import assert_fresh, open_session
from app.privacy.keyring import KeyRing

log = structlog.get_logger("supervise.people")


async def with_password(
    database: Database, settings: Settings, *, login: str, password: str, address: str | None
) -> OpenSession:
    """A session that is not whole yet. Every refusal is the same, after the same work."""
    name = normalised_login(login)
    subject, at = lockout.of_login(name), clock.now()
    async with transaction(database) as session:
        may_succeed = await lockout.count_attempt(session, settings, subject, address, at)
        user = await repository.user_by_login(session, name)
    verdict = await verify_password(settings, user.password_hash if user else None, password)
    if user is None or not may_succeed or not verdict.is_right or user.disabled_at is not None:
        await traces.refused(database, None if user is None else user.user_id)
        log.info("sign-in refused", locked=not may_succeed)
        raise SignInRefused
    new_hash = await hash_password(settings, password) if verdict.is_outdated else None
    async with transaction(database) as session:
        await lockout.succeeded(session, subject, address)
        await lockout.sweep(session, settings, at)
        await _assert_unchanged(session, user)
        if new_hash is not None:
            await repository.change_user(session, user.user_id, password_hash=new_hash)
        return await open_session(session, settings, user, clock.now(), is_whole=False, address=address)


async def with_code(
    database: Database,
    settings: Settings,
    key_ring: KeyRing,
    person: Known,
    *,
    code: str,
    address: str | None,
) -> OpenSession:
    """A whole session in place of the person's: the second step of a sign-in, or a fresh proof later on."""
    at = clock.now()
    async with transaction(database) as session:
        may_succeed = await lockout.count_attempt(
            session, settings, lockout.of_codes(person.user_id), address, at
        )
    async with transaction(database) as session:
        user = await repository.user(session, person.user_id) if may_succeed else None
        is_good = user is not None and await codes.use_code(session, key_ring, user, code, at)
        if user is not None and is_good:
            await lockout.succeeded(session, lockout.of_codes(person.user_id), address)
            return await in_place_of(session, settings, person, user, at=at, address=address)
    await traces.refused(database, person.user_id)
    log.info("code refused", user_id=person.user_id, locked=not may_succeed)
    raise SignInRefused


async def in_place_of(
    session: WriteSession, settings: Settings, person: Known, user: User, *, at: datetime, address: str | None
) -> OpenSession:
    """A whole session instead of the one the person has; a session that was whole lives no longer for it."""
    if not await sessions_repository.end(session, user.user_id, person.session_id, at):
        raise SignInRefused
    ends_by = person.expires_at if person.is_whole else None
    opened = await open_session(session, settings, user, at, is_whole=True, address=address, ends_by=ends_by)
    await traces.signed_in(session, user, opened.session_id)
    return opened


async def with_enrolment_link(
    database: Database, settings: Settings, *, token: str, password: str, address: str | None
) -> OpenSession:
    """Sets the password and opens a session in which to enrol. A weak password does not spend the link."""
    async with reading(database) as session:
        user = await look_at(session, Purpose.enrolment, token, clock.now())
    check_password(settings, password, (user.login or "", user.display_name))
    password_hash = await hash_password(settings, password)
    async with transaction(database) as session:
        at = clock.now()
        user = await use(session, Purpose.enrolment, token, at)
        await _set_password(session, user.user_id, password_hash, at)
        await lockout.succeeded(session, lockout.of_login(user.login or ""), None)
        await traces.changed(session, traces.caller_behind(user), "password:set", user.user_id)
        return await open_session(session, settings, user, at, is_whole=False, address=address)


async def with_learner_link(
    database: Database, settings: Settings, *, token: str, address: str | None
) -> OpenSession:
    """The link is all that a learner has to show."""
    async with transaction(database) as session:
        at = clock.now()
        user = await use(session, Purpose.learner, token, at)
        opened = await open_session(session, settings, user, at, is_whole=True, address=address)
        await traces.signed_in(session, user, opened.session_id)
        return opened


async def change_password(
    database: Database,
    settings: Settings,
    person: Known,
    *,
    current: str,
    new: str,
    address: str | None,
) -> OpenSession:
    """All sessions end; the answer is a new one. Guesses at the current password are counted."""
    subject = lockout.of_login(person.login or "")
    async with transaction(database) as session:
        may_succeed = await lockout.count_attempt(session, settings, subject, address, clock.now())
        user = await repository.user(session, person.user_id)
    verdict = await verify_password(settings, user.password_hash if user else None, current)
    if user is None or not may_succeed or not verdict.is_right:
        await traces.refused(database, person.user_id)
        raise SignInRefused
    check_password(settings, new, (user.login or "", user.display_name))
    password_hash = await hash_password(settings, new)
    async with transaction(database) as session:
        at = clock.now()
        await lockout.succeeded(session, subject, address)
        await _assert_unchanged(session, user)
        await _set_password(session, user.user_id, password_hash, at)
        await traces.changed_by_oneself(session, person, "password:change")
        return await open_session(session, settings, user, at, is_whole=True, address=address)


async def _assert_unchanged(session: WriteSession, user: User) -> None:
    """The account was not reset or disabled while the password was hashed."""
    now = await repository.user_to_change(session, user.user_id)
    if now is None or now.password_hash != user.password_hash or now.disabled_at is not None:
        raise SignInRefused


async def _set_password(session: WriteSession, user_id: str, password_hash: str, at: datetime) -> None:
    await repository.change_user(session, user_id, password_hash=password_hash, password_set_at=at)
    await sessions_repository.end_all(session, user_id, at)


def assert_may_act(person: Known) -> None:
    """Before anything but enrolling: all factors were shown, and the password is not too old."""
    if not person.is_whole:
        raise SecondFactorNeeded
    if person.must_change_password and person.role is not Role.learner:
        raise PasswordExpired


def assert_may_enrol(settings: Settings, person: Known) -> None:
    """Who has no second factor yet may enrol one; who has one shows it first, and just before."""
    if person.role is Role.learner:
        raise NotAllowed(role=person.role, action="enrol")
    if not person.is_whole and person.has_second_factor:
        raise SecondFactorNeeded
    if person.is_whole:
        assert_fresh(settings, person, clock.now())
