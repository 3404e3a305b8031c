"""The database's calendar is that of the rules: neither lets anything go a day before the other."""

from datetime import date, timedelta

from sqlalchemy import text

from app.db.session import ReadSession
from app.rules.retention import Length, last_day

FIRST = date(2019, 12, 1)
DAYS = [FIRST + timedelta(days=number) for number in range(1600)]
LENGTHS = [Length(1), Length(6), Length(12), Length(60), Length(61, 3), Length(0, 400)]
STATEMENT = text("""
    SELECT (day + make_interval(months => :months, days => :days))::date
    FROM unnest(CAST(:every AS date[])) WITH ORDINALITY AS each (day, number) ORDER BY number
""")


async def test_the_last_day_is_the_same(session: ReadSession) -> None:
    for length in LENGTHS:
        found = await session.scalars(STATEMENT, {**length._asdict(), "every": DAYS})
        assert list(found) == [last_day(day, length) for day in DAYS]
