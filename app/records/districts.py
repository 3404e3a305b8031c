"""Which district an enterprise belongs to: what regulators are bound to and lists are filtered by."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import ARRAY, ColumnElement, SQLColumnExpression, Text, any_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db.models import Enterprise

Value = TypeVar("Value")
Uscc = SQLColumnExpression[str | None]


def of_deciding_entry(column: InstrumentedAttribute[Value], uscc: Uscc) -> ColumnElement[Value]:
    """Of several platforms' entries of one enterprise, that of the platform which named it first decides."""
    entry = aliased(Enterprise)
    return (
        select(getattr(entry, column.key))
        .where(entry.uscc == uscc, ~entry.deleted)
        .order_by(entry.first_batch_id, entry.platform)
        .limit(1)
        .scalar_subquery()
    )


def district_of(uscc: Uscc) -> ColumnElement[str | None]:
    return of_deciding_entry(Enterprise.district_code, uscc)


def in_districts(uscc: Uscc, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Prefixes of GB/T 2260 codes: `4402` covers 440204. Of none given, no enterprise is in.

    The district is looked up for each row that a list walks over, and only then. As `uscc IN (SELECT …)` the
    planner takes a province for a handful of enterprises, and reads and sorts all they have for one page.
    """
    patterns = bindparam(None, [f"{prefix}%" for prefix in prefixes], ARRAY(Text))
    return district_of(uscc).like(any_(patterns))
