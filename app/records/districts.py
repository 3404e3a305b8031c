"""Which district an enterprise belongs to: what regulators are bound to and lists are filtered by."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db.models import Enterprise


def is_deciding_entry() -> ColumnElement[bool]:
    """Of several platforms' entries of one enterprise, that of the platform which named it first decides."""
    entry = aliased(Enterprise)
    first_platform = (
        select(entry.platform)
        .where(entry.uscc == Enterprise.uscc, ~entry.deleted)
        .order_by(entry.first_batch_id, entry.platform)
        .limit(1)
        .scalar_subquery()
    )
    return Enterprise.platform == first_platform


def in_districts(
    enterprise_uscc: InstrumentedAttribute[str] | InstrumentedAttribute[str | None], prefixes: Sequence[str]
) -> ColumnElement[bool]:
    """Prefixes of GB/T 2260 codes: `4402` covers 440204. Of none given, no enterprise is in."""
    covered = or_(
        False, *(Enterprise.district_code.startswith(prefix, autoescape=True) for prefix in prefixes)
    )
    return enterprise_uscc.in_(select(Enterprise.uscc).where(covered, is_deciding_entry()))
