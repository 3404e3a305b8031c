"""Append-only tables are partitioned by month of receipt. Here the months ahead are made.

The program's role may not change tables: it asks `make_partition`, a function of the schema's owner
(migrations/versions). Rows of a month that nobody prepared wait in the default partition and move over when
the month is made.
"""

from datetime import date

from sqlalchemy import func, select, text

from app.core import clock
from app.db.session import Database, reading, transaction

PARTITIONED = ("batch_archives", "ledger_entries", "rejections", "trail_entries")
MONTHS_AHEAD = 3


async def ensure(database: Database, *, months_ahead: int = MONTHS_AHEAD) -> list[str]:
    """Makes what is missing from this month on and names it. Any number of programs may call it at any time.

    Each in a transaction of its own: two tables locked at once could meet an insert that takes them the other
    way round. `Unavailable`: running inserts did not let us in within two seconds; call again later.
    """
    made = []
    for table, month in await _missing(database, _months(clock.now().date(), months_ahead)):
        async with transaction(database) as session:
            if await session.scalar(select(func.make_partition(table, month))):
                made.append(_name(table, month))
    return made


async def _missing(database: Database, months: list[date]) -> list[tuple[str, date]]:
    async with reading(database) as session:
        found = set(await session.scalars(text("SELECT relname FROM pg_class WHERE relispartition")))
    return [(table, month) for table in PARTITIONED for month in months if _name(table, month) not in found]


def _months(today: date, ahead: int) -> list[date]:
    first = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(first, first + ahead + 1)]


def _name(table: str, month: date) -> str:
    return f"{table}_{month:%Y_%m}"
