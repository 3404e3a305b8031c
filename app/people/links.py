"""Links that let one person in once: a user to enrol, a learner to look. Only hashes of tokens are kept."""

import hashlib
import re
import secrets
from datetime import datetime, timedelta
from enum import StrEnum

from app.core.ids import ActorId
from app.db.models import User
from app.db.session import ReadSession, WriteSession
from app.people import repository
from app.people.errors import LinkSpent
from app.people.schemas import IssuedLink

TOKEN_BYTES = 32
_TOKEN = re.compile("[A-Za-z0-9_-]{43}")


class Purpose(StrEnum):
    enrolment = "enrolment"
    learner = "learner"


PATHS = {Purpose.enrolment: "/enrolment", Purpose.learner: "/learner"}


def address_of(public_url: str | None, purpose: Purpose, token: str) -> str:
    """Without a public address a path of this site."""
    return f"{public_url or ''}{PATHS[purpose]}/{token}"


async def issue_link(
    session: WriteSession, user_id: str, purpose: Purpose, *, by: str, at: datetime, lifetime: timedelta
) -> IssuedLink:
    """Older links of the user are good no more."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    row = {
        "token_hash": _hash(token),
        "purpose": purpose.value,
        "user_id": user_id,
        "issued_by": by,
        "issued_at": at,
        "expires_at": at + lifetime,
        "used_at": None,
    }
    await repository.spend_links(session, user_id, at)
    await repository.add_link(session, row)
    return IssuedLink(ActorId(user_id), token, at + lifetime)


async def look_at(session: ReadSession, purpose: Purpose, token: str, at: datetime) -> User:
    """Whom the link would let in; it stays good. Previews of messengers may come as often as they like."""
    found = None
    if _TOKEN.fullmatch(token):
        found = await repository.living_link(session, _hash(token), purpose.value, at)
    if found is None or found.disabled_at is not None:
        raise LinkSpent
    return found


async def use(session: WriteSession, purpose: Purpose, token: str, at: datetime) -> User:
    """Whom it lets in, this once."""
    user_id = None
    if _TOKEN.fullmatch(token):
        user_id = await repository.use_link(session, _hash(token), purpose.value, at)
    user = None if user_id is None else await repository.user(session, user_id)
    if user is None:
        raise LinkSpent
    return user


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()
