"""Which district an enterprise belongs to: what regulators are bound to and lists are filtered by."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, false, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from app.db.models import Enterprise

Uscc = InstrumentedAttribute[str] | InstrumentedAttribute[str | None]


def district_of(enterprise_uscc: Uscc) -> ColumnElement[str | None]:
    """The code that the platform gave which named the enterprise first; later ones only differ from it."""
    return (
        select(Enterprise.district_code)
        .where(Enterprise.uscc == enterprise_uscc, ~Enterprise.deleted)
        .order_by(Enterprise.first_batch_id, Enterprise.platform)
        .limit(1)
        .scalar_subquery()
    )


def in_districts(enterprise_uscc: Uscc, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Prefixes of GB/T 2260 codes: `4402` covers 440204. None given covers nothing."""
    district = district_of(enterprise_uscc)
    return (
        or_(*(district.startswith(prefix, autoescape=True) for prefix in prefixes)) if prefixes else false()
    )
