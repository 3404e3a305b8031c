"""Plain arithmetic on days agrees with the time zone database."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from app.rules.days import DAY, day_of, end_of_day_at, start_of_day
from app.rules.values import FIRST_DAY

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = st.dates(FIRST_DAY, date(2100, 1, 1))


@given(DAYS)
def test_a_day_starts_at_midnight_in_shanghai(day: date) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    assert start_of_day(day) == int(midnight.timestamp()) * 1_000_000


@given(DAYS, st.integers(0, DAY - 1))
def test_an_instant_lies_in_the_day_that_ends_after_it(day: date, since_midnight: int) -> None:
    instant = start_of_day(day) + since_midnight
    assert day_of(instant) == day
    assert end_of_day_at(instant) == start_of_day(day + timedelta(days=1))


def test_a_class_group_may_end_on_the_last_day_of_the_calendar() -> None:
    assert start_of_day(date.max) + DAY > start_of_day(date.max)
