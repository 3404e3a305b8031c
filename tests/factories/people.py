"""People who are there already: users of each role, and sessions of theirs."""

import secrets

from sqlalchemy.dialects.postgresql import insert

from app.core import clock
from app.core.config import Settings
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import Database, WriteSession, transaction
from app.people import repository
from app.people.schemas import OpenSession
from app.people.sessions import open_session

A_PERSON = bytes(range(32))
NAME = "王某"
"""Of everybody, in whatever language they are told of."""


async def make_user(
    session: WriteSession,
    role: Role,
    *,
    login: str | None = None,
    platform: str | None = None,
    uscc: str | None = None,
    districts: tuple[str, ...] | None = None,
    person_key: bytes | None = None,
) -> User:
    """Bound as the role demands, where nothing is said; without any factor."""
    user_id = f"user-{secrets.token_hex(8)}"
    is_learner = role is Role.learner
    row = {
        "user_id": user_id,
        "login": None if is_learner else login or f"{role}-{user_id[-6:]}",
        "display_name": NAME,
        "role": role.value,
        "platform": platform or ("P1" if role is Role.operator else None),
        "uscc": uscc or ("91440200MA4UQ0A31K" if role is Role.agent else None),
        "districts": None if districts is None else list(districts),
        "person_key": person_key or (A_PERSON if is_learner else None),
        "totp_last_step": 0,
        "created_at": clock.now(),
    }
    await session.execute(insert(User).values(row))
    user = await repository.user(session, user_id)
    assert user is not None
    return user


async def make_session(
    database: Database, role: Role, *, is_whole: bool = True, **bounds: object
) -> tuple[User, OpenSession]:
    """A user with an open session; committed."""
    async with transaction(database) as session:
        user = await make_user(session, role, **bounds)  # type: ignore[arg-type]  # bounds of make_user
        opened = await open_session(
            session, Settings(database_url="postgresql://unused"), user, clock.now(), is_whole=is_whole
        )
    return user, opened
