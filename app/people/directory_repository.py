"""All SQL of the directory."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from app.db.models import User
from app.db.session import ReadSession

Row = tuple[str, str, str, list[str] | None]
COLUMNS = (User.user_id, User.display_name, User.role, User.districts)


async def by_id(session: ReadSession, user_ids: Collection[str]) -> Sequence[Row]:
    rows = await session.execute(select(*COLUMNS).where(User.user_id.in_(user_ids)))
    return [(row.user_id, row.display_name, row.role, row.districts) for row in rows]


async def identities(
    session: ReadSession, user_ids: Collection[str]
) -> Sequence[tuple[str, str, str | None]]:
    """Id, name and login."""
    statement = select(User.user_id, User.display_name, User.login).where(User.user_id.in_(user_ids))
    return [(row.user_id, row.display_name, row.login) for row in await session.execute(statement)]


async def in_office(session: ReadSession, roles: Collection[str]) -> Sequence[Row]:
    """Enabled, by name."""
    statement = select(*COLUMNS).where(User.role.in_(roles), User.disabled_at.is_(None))
    rows = await session.execute(statement.order_by(User.display_name, User.user_id))
    return [(row.user_id, row.display_name, row.role, row.districts) for row in rows]
