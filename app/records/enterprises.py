"""An enterprise as the caller may know of it."""

from typing import NamedTuple

from sqlalchemy import exists, literal, select

from app.accounts.authorisation import Reach
from app.core.ids import Uscc
from app.db.models import ClassGroup, Enterprise
from app.db.session import ReadSession
from app.records.districts import deciding


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


async def _has_class_group(session: ReadSession, uscc: Uscc) -> bool:
    named = exists().where(ClassGroup.enterprise_uscc == uscc, ~ClassGroup.deleted)
    return bool(await session.scalar(select(named)))
