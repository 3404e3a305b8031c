"""Sessions of people: opened, known again by their cookie, listed and ended.

A session never gains a privilege: when the person does, another one with another cookie takes its place, so
that a cookie that somebody planted or saw before is worth nothing afterwards.
"""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from app.core.config import Settings
from app.core.ids import ActorId, PlatformCode, Uscc, new_uuid
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import ReadSession, WriteSession
from app.people import sessions_repository, traces
from app.people.errors import FreshProofNeeded, SessionEnded, SessionUnknown
from app.people.schemas import Known, OpenSession, SessionEntry

COOKIE = "__Host-session"
TOKEN_BYTES = 32
HALF_LIFETIME = timedelta(minutes=10)
"""Of a session whose second factor is still to come."""
SEEN_EVERY = timedelta(seconds=20)
"""A request within it does not write down that the person is there; idleness is that exact."""
KEPT = timedelta(days=7)
_TOKEN = re.compile("[A-Za-z0-9_-]{43}")


async def open_session(
    session: WriteSession,
    settings: Settings,
    user: User,
    at: datetime,
    *,
    is_whole: bool,
    address: str | None = None,
    ends_by: datetime | None = None,
) -> OpenSession:
    """`ends_by`: of the session whose place it takes, which it does not outlive."""
    token, expires_at = secrets.token_urlsafe(TOKEN_BYTES), at + _lifetime(settings, user, is_whole=is_whole)
    opened = OpenSession(new_uuid(at), token, min(expires_at, ends_by or expires_at), is_whole)
    row = {
        "session_id": opened.session_id,
        "token_hash": _hash(token),
        "user_id": user.user_id,
        "is_whole": is_whole,
        "address": address,
        "created_at": at,
        "seen_at": at,
        "verified_at": at,
        "expires_at": opened.expires_at,
        "ended_at": None,
    }
    await sessions_repository.forget(session, user.user_id, at - KEPT)
    await sessions_repository.add(session, row)
    return opened


async def known(session: ReadSession, settings: Settings, cookie: str, at: datetime) -> Known:
    """Who sent the cookie; raises `SessionEnded`. Asked for each request: what ends, ends at once."""
    if not _TOKEN.fullmatch(cookie):
        raise SessionEnded
    idle = timedelta(seconds=settings.session_idle_s)
    found = await sessions_repository.by_token(session, _hash(cookie), at, at - idle)
    if found is None:
        raise SessionEnded
    row, user, has_second_factor = found
    return Known(
        session_id=row.session_id,
        user_id=ActorId(user.user_id),
        login=user.login,
        display_name=user.display_name,
        role=Role(user.role),
        platform=None if user.platform is None else PlatformCode(user.platform),
        uscc=None if user.uscc is None else Uscc(user.uscc),
        districts=None if user.districts is None else tuple(user.districts),
        person_key=user.person_key,
        is_whole=row.is_whole,
        has_second_factor=has_second_factor,
        has_totp=user.totp_sealed is not None,
        must_change_password=_is_too_old(settings, user, at),
        created_at=row.created_at,
        seen_at=row.seen_at,
        verified_at=row.verified_at,
        expires_at=row.expires_at,
        idle_ends_at=min(row.expires_at, row.seen_at + idle),
    )


def is_to_be_seen(person: Known, at: datetime) -> bool:
    return at - person.seen_at > SEEN_EVERY


async def see(session: WriteSession, person: Known, at: datetime) -> None:
    """The person is not idle."""
    await sessions_repository.see(session, person.session_id, at)


async def list_sessions(
    session: ReadSession, settings: Settings, user_id: ActorId, at: datetime
) -> list[SessionEntry]:
    """The living ones, the newest first."""
    seen_after = at - timedelta(seconds=settings.session_idle_s)
    rows = await sessions_repository.of_user(session, user_id, at, seen_after)
    return [
        SessionEntry(row.session_id, row.address, row.created_at, row.seen_at, row.expires_at) for row in rows
    ]


async def end_session(session: WriteSession, person: Known, session_id: UUID, at: datetime) -> None:
    """One of the person's own."""
    if not await sessions_repository.end(session, person.user_id, session_id, at):
        raise SessionUnknown
    await traces.changed_by_oneself(session, person, traces.SIGN_OUT)


def assert_fresh(settings: Settings, person: Known, at: datetime) -> None:
    """For sensitive acts: the person has shown a factor just now; raises `FreshProofNeeded`."""
    if at > fresh_until(settings, person):
        raise FreshProofNeeded


def fresh_until(settings: Settings, person: Known) -> datetime:
    return person.verified_at + timedelta(seconds=settings.fresh_proof_s)


def _lifetime(settings: Settings, user: User, *, is_whole: bool) -> timedelta:
    if not is_whole:
        return HALF_LIFETIME
    is_learner = user.role == Role.learner
    return timedelta(seconds=settings.learner_session_s if is_learner else settings.session_lifetime_s)


def _is_too_old(settings: Settings, user: User, at: datetime) -> bool:
    if not settings.password_max_age_days or user.password_set_at is None:
        return False
    return at - user.password_set_at > timedelta(days=settings.password_max_age_days)


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
