"""Which entry of an enterprise decides, and so the district that regulators and lists go by.

Each class group keeps the district of its enterprise: whoever stores either of them keeps it right (ingest).
"""

from collections.abc import Sequence
from itertools import groupby
from typing import TypeVar, TypeVarTuple

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Select,
    SQLColumnExpression,
    Text,
    and_,
    any_,
    bindparam,
    false,
    func,
    literal_column,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from app.core.districts import COUNTY_DIGITS
from app.db.models import ClassGroup, Enterprise

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
    """As the entries say it; looked up for each row."""
    return of_deciding_entry(Enterprise.district_code, uscc)


def enterprise_in(uscc: Uscc, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Prefixes of GB/T 2260 codes: `4402` covers 440204. Of none given, no enterprise is in."""
    patterns = bindparam(None, [f"{prefix}%" for prefix in prefixes], ARRAY(Text))
    return district_of(uscc).like(any_(patterns))


def class_group_in(prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Likewise on `ClassGroup`. Under one prefix an index holds class groups in the order of their keys."""
    by_length = groupby(sorted(prefixes, key=len), key=len)
    begins = or_(false(), *(_begins(digits, list(alike)) for digits, alike in by_length))
    return and_(ClassGroup.district_code.is_not(None), begins)


def _begins(digits: int, prefixes: Sequence[str]) -> ColumnElement[bool]:
    """Spelt as the indexes of class groups spell it."""
    code: ColumnElement[str | None] = ClassGroup.district_code.expression
    if digits < COUNTY_DIGITS:
        code = func.left(code, literal_column(str(digits)))
    return code == (prefixes[0] if len(prefixes) == 1 else any_(bindparam(None, prefixes, ARRAY(Text))))
