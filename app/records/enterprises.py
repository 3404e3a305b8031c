"""An enterprise as the caller may know of it."""

from collections.abc import Iterator
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, exists, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from app.accounts.authorisation import Reach
from app.core.ids import Uscc
from app.db.models import ClassGroup, Enterprise
from app.db.session import ReadSession
from app.records.class_groups_named import holds
from app.records.districts import deciding, enterprise_in


class KnownEnterprise(NamedTuple):
    uscc: Uscc
    name: str | None
    """None until a platform has named it."""


async def known_enterprise(session: ReadSession, uscc: Uscc, reach: Reach) -> KnownEnterprise | None:
    """Named by a platform, or at least by a class group; to itself it is always known."""
    if reach.enterprise is not None and reach.enterprise != uscc:
        return None
    entries = select(Enterprise.name, Enterprise.district_code)
    entry = (await session.execute(deciding(entries, Enterprise, literal(uscc)))).first()
    if reach.districts is not None:
        is_known = entry is not None and (entry.district_code or "").startswith(reach.districts)
    else:
        is_known = entry is not None or reach.enterprise == uscc or await _has_class_group(session, uscc)
    return KnownEnterprise(uscc, entry and entry.name) if is_known else None


async def enterprises_named(
    session: ReadSession, named: str, reach: Reach, *, limit: int
) -> list[KnownEnterprise]:
    """Those whose name holds it, in any case of letters, or whose USCC begins with it; by USCC.

    An enterprise that several platforms have named goes by the entry that decides.
    """
    statement = (
        select(Enterprise.uscc, Enterprise.name)
        .where(*_named(named), *_visible(reach), ~Enterprise.deleted, ~_is_named_before())
        .order_by(Enterprise.uscc)
        .limit(limit)
    )
    return [KnownEnterprise(Uscc(row.uscc), row.name) for row in await session.execute(statement)]


def _named(text: str) -> Iterator[ColumnElement[bool]]:
    yield or_(holds(Enterprise.name, text), Enterprise.uscc.startswith(text.upper(), autoescape=True))


def _visible(reach: Reach) -> Iterator[ColumnElement[bool]]:
    if reach.enterprise is not None:
        yield Enterprise.uscc == reach.enterprise
    if reach.platform is not None:
        yield Enterprise.platform == reach.platform
    if reach.districts is not None:
        yield enterprise_in(Enterprise.uscc, reach.districts)


def _is_named_before() -> ColumnElement[bool]:
    """Of several platforms' entries that of the platform which named it first decides."""
    first = aliased(Enterprise)
    mine = tuple_(Enterprise.first_batch_id, Enterprise.platform)
    return exists().where(
        and_(first.uscc == Enterprise.uscc, ~first.deleted),
        tuple_(first.first_batch_id, first.platform) < mine,
    )


async def _has_class_group(session: ReadSession, uscc: Uscc) -> bool:
    named = exists().where(ClassGroup.enterprise_uscc == uscc, ~ClassGroup.deleted)
    return bool(await session.scalar(select(named)))
