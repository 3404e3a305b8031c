"""Accounts of people: added, listed, changed, reset and disabled; and who is behind a cookie."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from app.accounts.authorisation import Caller, Reach
from app.core.config import Settings
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import ReadSession, WriteSession
from app.people import links, lockout, registration, repository, sessions, sessions_repository, traces
from app.people.errors import LearnerUnknown, LoginTaken, OwnAccount, UserUnknown
from app.people.links import Purpose
from app.people.schemas import IssuedLink, NewUser, UserAccount
from app.people.sign_in import assert_may_act
from app.trail.schemas import Actor

NO_STEP_YET = 0


async def caller_of(session: ReadSession, settings: Settings, cookie: str, at: datetime) -> Caller:
    """Whoever has shown all factors; raises where the session ended or is not whole."""
    person = await sessions.known(session, settings, cookie, at)
    assert_may_act(person)
    return person.caller


async def add_user(
    session: WriteSession, settings: Settings, wanted: NewUser, at: datetime, *, by: Actor
) -> IssuedLink:
    """The account, and the link by which its person sets a password and enrols a second factor."""
    row = _row(at) | registration.checked(wanted)
    if not await repository.add_user(session, row):
        raise LoginTaken
    await traces.changed(session, by, "users:add", row["user_id"])
    return await _enrolment(session, settings, row["user_id"], at, by)


async def list_users(session: ReadSession) -> list[UserAccount]:
    """All but learners."""
    return [_account(user, has_second_factor) for user, has_second_factor in await repository.users(session)]


async def account_of(session: ReadSession, user_id: str) -> UserAccount:
    user = await repository.user(session, user_id)
    if user is None or user.login is None:
        raise UserUnknown
    return _account(user, await repository.has_second_factor(session, user_id))


async def user_by_login(session: ReadSession, login: str) -> ActorId:
    user = await repository.user_by_login(session, registration.normalised_login(login))
    if user is None:
        raise UserUnknown
    return ActorId(user.user_id)


async def disable_user(session: WriteSession, user_id: str, at: datetime, *, by: Actor) -> None:
    """From the next request on nothing opens for the person. The first time stands."""
    user = await _to_change(session, user_id, by)
    if user.disabled_at is None:
        await repository.change_user(session, user_id, disabled_at=at)
    await sessions_repository.end_all(session, user_id, at)
    await repository.spend_links(session, user_id, at)
    await traces.changed(session, by, "users:disable", user_id)


async def reset_user(
    session: WriteSession, settings: Settings, user_id: str, at: datetime, *, by: Actor
) -> IssuedLink:
    """All factors and sessions are gone, the account is enabled, and enrols anew by the link."""
    user = await _to_change(session, user_id, by)
    await repository.forget_factors(session, user_id)
    await repository.change_user(session, user_id, disabled_at=None)
    await sessions_repository.end_all(session, user_id, at)
    await lockout.succeeded(session, lockout.of_login(user.login or ""), None)
    await lockout.succeeded(session, lockout.of_codes(user_id), None)
    await traces.changed(session, by, "users:reset", user_id)
    return await _enrolment(session, settings, user_id, at, by)


async def change_role(
    session: WriteSession, wanted: NewUser, user_id: str, at: datetime, *, by: Actor
) -> None:
    """The role and what it is bound to. All sessions end: none goes on with another privilege."""
    await _to_change(session, user_id, by)
    await repository.change_user(session, user_id, **registration.checked_bounds(wanted))
    await sessions_repository.end_all(session, user_id, at)
    await traces.changed(session, by, "users:change-role", user_id)


async def end_sessions_of(session: WriteSession, user_id: str, at: datetime, *, by: Actor) -> None:
    """By whoever manages accounts: of everybody, the own ones included."""
    if await repository.user(session, user_id) is None:
        raise UserUnknown
    await sessions_repository.end_all(session, user_id, at)
    await traces.changed(session, by, "users:end-sessions", user_id)


async def issue_learner_link(
    session: WriteSession,
    settings: Settings,
    caller: Caller,
    at: datetime,
    *,
    platform: str,
    class_group_id: str,
    learner_id: str,
) -> IssuedLink:
    """For one of the caller's own learners; others' are not there."""
    found = await repository.learner(session, platform, class_group_id, learner_id)
    if found is None or not _is_within(caller.reach, platform, enterprise=found[1]):
        raise LearnerUnknown
    user = await _learner(session, found[0], at)
    await traces.changed(session, caller, "learner-links:issue", user.user_id)
    lifetime = timedelta(seconds=settings.learner_link_s)
    return await links.issue_link(
        session, user.user_id, Purpose.learner, by=caller.actor_id, at=at, lifetime=lifetime
    )


def _is_within(reach: Reach, platform: str, *, enterprise: str | None) -> bool:
    is_platforms = reach.platform is None or reach.platform == platform
    return is_platforms and (reach.enterprise is None or reach.enterprise == enterprise)


async def _learner(session: WriteSession, person_key: bytes, at: datetime) -> User:
    """One for each person, whoever issues links."""
    row = _row(at) | {"role": Role.learner.value, "display_name": "学员", "person_key": person_key}
    await repository.add_user(session, row)
    user = await repository.learner_by_person_key(session, person_key)
    assert user is not None  # noqa: S101 (just added, or there before)
    return user


def _row(at: datetime) -> dict[str, Any]:
    return {"user_id": f"user-{secrets.token_hex(8)}", "totp_last_step": NO_STEP_YET, "created_at": at}


async def _to_change(session: WriteSession, user_id: str, by: Actor) -> User:
    """Administrators leave their own accounts to each other."""
    if user_id == by.actor_id:
        raise OwnAccount
    user = await repository.user_to_change(session, user_id)
    if user is None or user.login is None:
        raise UserUnknown
    return user


async def _enrolment(
    session: WriteSession, settings: Settings, user_id: str, at: datetime, by: Actor
) -> IssuedLink:
    lifetime = timedelta(seconds=settings.enrolment_link_s)
    return await links.issue_link(
        session, user_id, Purpose.enrolment, by=by.actor_id, at=at, lifetime=lifetime
    )


def _account(user: User, has_second_factor: bool) -> UserAccount:  # noqa: FBT001 (beside the row it belongs to)
    return UserAccount(
        user_id=ActorId(user.user_id),
        login=user.login or "",
        display_name=user.display_name,
        role=Role(user.role),
        platform=None if user.platform is None else PlatformCode(user.platform),
        uscc=None if user.uscc is None else Uscc(user.uscc),
        districts=None if user.districts is None else tuple(user.districts),
        has_password=user.password_hash is not None,
        has_second_factor=has_second_factor,
        created_at=user.created_at,
        disabled_at=user.disabled_at,
    )
