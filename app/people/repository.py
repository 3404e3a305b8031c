"""All SQL about users and the links that let them in; sessions, factors and failures have their own files."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from app.db.models import ClassGroup, Enrollment, OneTimeLink, Passkey, RecoveryCode, User
from app.db.session import ReadSession, WriteSession

HAS_PASSKEY = exists().where(Passkey.user_id == User.user_id)
HAS_SECOND_FACTOR = or_(User.totp_sealed.is_not(None), HAS_PASSKEY)


async def add_user(session: WriteSession, row: Mapping[str, Any]) -> bool:
    """Whether nobody had its login or person key before."""
    statement = insert(User).values(**row).on_conflict_do_nothing().returning(User.user_id)
    return (await session.execute(statement)).first() is not None


async def user(session: ReadSession, user_id: str) -> User | None:
    return await session.get(User, user_id, populate_existing=True)


async def user_to_change(session: WriteSession, user_id: str) -> User | None:
    """Nobody else changes it before the transaction ends."""
    return await session.get(User, user_id, populate_existing=True, with_for_update=True)


async def user_by_login(session: ReadSession, login: str) -> User | None:
    statement = select(User).where(User.login == login)
    return (await session.scalars(statement, execution_options={"populate_existing": True})).first()


async def learner_by_person_key(session: ReadSession, person_key: bytes) -> User | None:
    return (await session.scalars(select(User).where(User.person_key == person_key))).first()


async def users(session: ReadSession) -> Sequence[tuple[User, bool]]:
    """All but learners, with whether each has a second factor."""
    statement = (
        select(User, HAS_SECOND_FACTOR)
        .where(User.login.is_not(None))
        .order_by(User.created_at, User.user_id)
        .execution_options(populate_existing=True)
    )
    return [(row[0], row[1]) for row in await session.execute(statement)]


async def has_second_factor(session: ReadSession, user_id: str) -> bool:
    return bool(await session.scalar(select(HAS_SECOND_FACTOR).where(User.user_id == user_id)))


async def change_user(session: WriteSession, user_id: str, **values: object) -> bool:
    statement = update(User).where(User.user_id == user_id).values(**values).returning(User.user_id)
    return (await session.execute(statement)).first() is not None


async def forget_factors(session: WriteSession, user_id: str) -> None:
    values = {
        "password_hash": None,
        "password_set_at": None,
        "totp_sealed": None,
        "totp_offered_sealed": None,
    }
    await session.execute(update(User).where(User.user_id == user_id).values(**values))
    await session.execute(delete(Passkey).where(Passkey.user_id == user_id))
    await session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))


async def add_link(session: WriteSession, row: Mapping[str, Any]) -> None:
    await session.execute(insert(OneTimeLink).values(**row))


async def living_link(session: ReadSession, token_hash: bytes, purpose: str, at: datetime) -> User | None:
    """Whom it would let in."""
    statement = select(User).join(OneTimeLink, OneTimeLink.user_id == User.user_id)
    return (await session.scalars(statement.where(*_living(token_hash, purpose, at)))).first()


async def use_link(session: WriteSession, token_hash: bytes, purpose: str, at: datetime) -> str | None:
    """The user; None: it is not there, used, too old, or of who is disabled. Of several at once one wins."""
    let_in = exists().where(User.user_id == OneTimeLink.user_id, User.disabled_at.is_(None))
    statement = (
        update(OneTimeLink)
        .where(*_living(token_hash, purpose, at), let_in)
        .values(used_at=at)
        .returning(OneTimeLink.user_id)
    )
    return (await session.execute(statement)).scalar_one_or_none()


async def spend_links(session: WriteSession, user_id: str, at: datetime) -> None:
    """None that the user was given before is good any more."""
    statement = update(OneTimeLink).where(OneTimeLink.user_id == user_id, OneTimeLink.used_at.is_(None))
    await session.execute(statement.values(used_at=at))


def _living(token_hash: bytes, purpose: str, at: datetime) -> tuple[Any, ...]:
    return (
        OneTimeLink.token_hash == token_hash,
        OneTimeLink.purpose == purpose,
        OneTimeLink.used_at.is_(None),
        OneTimeLink.expires_at > at,
    )


async def learner(
    session: ReadSession, platform: str, class_group_id: str, learner_id: str
) -> tuple[bytes, str | None] | None:
    """The person key, and the enterprise of the class group as far as that is known."""
    key = (Enrollment.platform == platform, Enrollment.class_group_id == class_group_id)
    statement = (
        select(Enrollment.person_key, ClassGroup.enterprise_uscc)
        .outerjoin(
            ClassGroup,
            (ClassGroup.platform == Enrollment.platform)
            & (ClassGroup.class_group_id == Enrollment.class_group_id)
            & ~ClassGroup.deleted,
        )
        .where(*key, Enrollment.learner_id == learner_id, ~Enrollment.deleted)
        .where(Enrollment.person_key.is_not(None))
    )
    found = (await session.execute(statement)).first()
    return None if found is None or found[0] is None else (found[0], found[1])
