"""Texts of policies for tests, and their coming into force as an approval would bring it."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import uuid4

import pytest

from app.core import clock
from app.db.session import Database, ReadSession, driver, reading, transaction
from app.policies import publication, repository
from app.policies.recording import New, record
from app.policies.records import Source
from app.rules import loader
from app.rules.policy import PolicyVersion

TWO_YEARS: dict[str, str] = {"2026-01-01": "0.80", "2026-07-01": "0.90"}


def pack(rates: Mapping[str, str] = TWO_YEARS, *, programme: str = "pilot", hours: str = "4") -> str:
    """A programme that asks for attendance, from each day on at another rate, and for hours."""
    first = min(rates)
    values = "\n".join(
        f"      {day}: {{value: {rate}, clause: 通知 第三条, words: 不低于{rate}}}"
        for day, rate in sorted(rates.items())
    )
    return f"""programme: {programme}
title: {{zh: 试点项目, en: Pilot}}
counting:
  minutes_per_hour:
    title: {{zh: 每学时分钟数, en: Minutes per credited hour}}
    values:
      {first}: {{value: 45, clause: 通知 第一条, words: 每学时45分钟}}
  vod_attended_share:
    title: {{zh: 视为到课的比例, en: Share that makes it attended}}
    values:
      {first}: {{value: 0.8, clause: 通知 第二条, words: 达到80%}}
parameters:
  least_attendance_rate:
    title: {{zh: 到课率下限, en: Least attendance rate}}
    values:
{values}
  least_credited_hours:
    title: {{zh: 学时下限, en: Least credited hours}}
    values:
      {first}: {{value: {hours}, clause: 通知 第四条, words: 不少于{hours}学时}}
rules:
  attendance-rate:
    title: {{zh: 到课率, en: Attendance rate}}
    remedy: {{zh: 参加课次, en: Attend}}
    severity: blocking
    fact: attendance_rate
    at_least: least_attendance_rate
  credited-hours:
    title: {{zh: 学时, en: Credited hours}}
    remedy: {{zh: 补足学时, en: Make up the time}}
    severity: blocking
    fact: credited_hours
    at_least: least_credited_hours
"""


@contextmanager
def another_program(monkeypatch: pytest.MonkeyPatch, **document: object) -> Iterator[None]:
    """One that reads every version as this and its key, and so to another content hash."""

    def told(version: PolicyVersion) -> dict[str, object]:
        return {"programme": version.programme, "day": version.version, **document}

    with monkeypatch.context() as other:
        other.setattr(PolicyVersion, "document", told)
        loader._parsed.cache_clear()
        yield
    loader._parsed.cache_clear()


async def publish(database: Database, text: str, *, retroactive: bool = True) -> list[str]:
    """The versions that are in force now and were not before."""
    async with transaction(database) as session:
        await repository.lock_recorder(session)
        checked = await publication.check(session, text)
        proposal_id = uuid4()
        news = [
            New(version, text, Source.published, proposal_id, retroactive=retroactive)
            for version in checked.news
        ]
        await record(session, news, clock.now())
    return [version.version for version in checked.news]


async def number(session: ReadSession, table: str) -> int:
    return int(await (await driver(session)).fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 (a table's name)


async def numbers(database: Database, *tables: str) -> list[int]:
    async with reading(database) as session:
        return [await number(session, table) for table in tables]
