"""What class groups and platforms are called, for rows that hold their keys alone.

Each is looked up by its primary key for each row that is shown: the plan of a list stays as it is.
"""

from sqlalchemy import ColumnElement, SQLColumnExpression, select
from sqlalchemy.orm import aliased

from app.db.models import ClassGroup, Platform

Key = SQLColumnExpression[str] | SQLColumnExpression[str | None]


def class_group_name(platform: Key, class_group_id: Key) -> ColumnElement[str | None]:
    """Null until the class group has arrived, and after it was disposed of."""
    named = aliased(ClassGroup)
    return (
        select(named.name)
        .where(named.platform == platform, named.class_group_id == class_group_id)
        .scalar_subquery()
    )


def platform_name(code: Key) -> ColumnElement[str | None]:
    named = aliased(Platform)
    return select(named.name).where(named.code == code).scalar_subquery()
