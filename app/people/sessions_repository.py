"""All SQL about sessions."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import User, UserSession
from app.db.session import ReadSession, WriteSession
from app.people.repository import HAS_SECOND_FACTOR


async def add(session: WriteSession, row: Mapping[str, Any]) -> None:
    await session.execute(insert(UserSession).values(**row))


async def by_token(
    session: ReadSession, token_hash: bytes, at: datetime, seen_after: datetime
) -> tuple[UserSession, User, bool] | None:
    """A living session with its user, who is not disabled, and whether there is a second factor."""
    statement = (
        select(UserSession, User, HAS_SECOND_FACTOR)
        .join(User, User.user_id == UserSession.user_id)
        .where(UserSession.token_hash == token_hash, *_living(at, seen_after), User.disabled_at.is_(None))
        .execution_options(populate_existing=True)
    )
    found = (await session.execute(statement)).first()
    return None if found is None else (found[0], found[1], found[2])


async def of_user(
    session: ReadSession, user_id: str, at: datetime, seen_after: datetime
) -> Sequence[UserSession]:
    statement = (
        select(UserSession)
        .where(UserSession.user_id == user_id, *_living(at, seen_after))
        .order_by(UserSession.created_at.desc(), UserSession.session_id)
        .execution_options(populate_existing=True)
    )
    return (await session.scalars(statement)).all()


async def see(session: WriteSession, session_id: UUID, at: datetime) -> None:
    statement = update(UserSession).where(UserSession.session_id == session_id, UserSession.seen_at < at)
    await session.execute(statement.values(seen_at=at))


async def end(session: WriteSession, user_id: str, session_id: UUID, at: datetime) -> bool:
    """Whether it was the user's, and had not ended."""
    statement = update(UserSession).where(
        UserSession.session_id == session_id, UserSession.user_id == user_id, UserSession.ended_at.is_(None)
    )
    returned = await session.execute(statement.values(ended_at=at).returning(UserSession.session_id))
    return returned.first() is not None


async def end_all(session: WriteSession, user_id: str, at: datetime) -> None:
    statement = update(UserSession).where(UserSession.user_id == user_id, UserSession.ended_at.is_(None))
    await session.execute(statement.values(ended_at=at))


async def forget(session: WriteSession, user_id: str, before: datetime) -> None:
    """Those of the user that could not be used any more for a while."""
    await session.execute(
        delete(UserSession).where(UserSession.user_id == user_id, UserSession.expires_at < before)
    )


def _living(at: datetime, seen_after: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        UserSession.ended_at.is_(None),
        UserSession.expires_at > at,
        UserSession.seen_at > seen_after,
    )
