"""Days of Asia/Shanghai as bounds of instants in a query."""

from collections.abc import Iterator
from datetime import date, timedelta

from sqlalchemy import TIMESTAMP, ColumnElement, cast, func, literal
from sqlalchemy.orm import InstrumentedAttribute

from app.core.clock import SHANGHAI
from app.db.models import ClassGroup


def closed_between(first: date | None, last: date | None) -> Iterator[ColumnElement[bool]]:
    """The class group was closed on one of these days, both included; None does not bound.

    PostgreSQL turns days into instants: its calendar reaches beyond the first and the last day of Python's.
    """
    closed_at: InstrumentedAttribute[object] = ClassGroup.closed_at
    if first is not None:
        yield closed_at >= _start_of(first)
    if last is not None:
        yield closed_at < _start_of(last, timedelta(days=1))


def _start_of(day: date, later: timedelta = timedelta(0)) -> ColumnElement[object]:
    return func.timezone(str(SHANGHAI), cast(literal(day), TIMESTAMP) + later)
