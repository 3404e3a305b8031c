"""Which entry of an enterprise decides, and so the district that regulators and lists go by."""

from collections.abc import Sequence
from typing import TypeVar, TypeVarTuple

from sqlalchemy import ARRAY, ColumnElement, Select, SQLColumnExpression, Text, any_, bindparam, select
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.db.models import Enterprise

Value = TypeVar("Value")
Columns = TypeVarTuple("Columns")
Uscc = SQLColumnExpression[str | None]


def of_deciding_entry(column: InstrumentedAttribute[Value], uscc: Uscc) -> ColumnElement[Value]:
    entry = aliased(Enterprise)
    return deciding(select(getattr(entry, column.key)), entry, uscc).scalar_subquery()


def deciding(statement: Select[*Columns], entry: type[Enterprise], uscc: Uscc) -> Select[*Columns]:
    """Of several platforms' entries of one enterprise, that of the platform which named it first decides."""
    return (
        statement.where(entry.uscc == uscc, ~entry.deleted)
        .order_by(entry.first_batch_id, entry.platform)
        .limit(1)
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
