"""What assessment tests act on: rows stored as ingest stores them, and everything an assessment leaves."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import InstrumentedAttribute

from app.core.ids import ClassGroupKey
from app.db.base import Base
from app.db.models import Assessment, AssessmentRun, ClassGroupAssessment, Decision, Finding, Touch
from app.db.session import Database, WriteSession, reading, transaction
from app.eligibility.assess import Assessed, assess_class_groups
from app.eligibility.schemas import AssessedClassGroup, NotYet
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from tests.factories import feeds, intake
from tests.factories.feeds import KEY

SHORT_PROGRAMME = """
programme: short
title: {zh: 短期项目, en: Short programme}
counting:
  minutes_per_hour:
    title: {zh: 每学时分钟数, en: Minutes per credited hour}
    values:
      2020-01-01: {value: 45, clause: 通知 第一条, words: 每学时45分钟}
  vod_attended_share:
    title: {zh: 视为到课的比例, en: Share that makes it attended}
    values:
      2020-01-01: {value: 0.8, clause: 通知 第二条, words: 达到80%}
parameters:
  least_attendance_rate:
    title: {zh: 到课率下限, en: Least attendance rate}
    values:
      2020-01-01: {value: 0.8, clause: 通知 第三条, words: 不低于80%}
  least_credited_hours:
    title: {zh: 学时下限, en: Least credited hours}
    values:
      2020-01-01: {value: 4, clause: 通知 第四条, words: 不少于4学时}
rules:
  attendance-rate:
    title: {zh: 到课率, en: Attendance rate}
    remedy: {zh: 参加课次, en: Attend}
    severity: blocking
    fact: attendance_rate
    at_least: least_attendance_rate
  credited-hours:
    title: {zh: 学时, en: Credited hours}
    remedy: {zh: 补足学时, en: Make up the time}
    severity: blocking
    fact: credited_hours
    at_least: least_credited_hours
"""

Table = TypeVar("Table", bound=Base)

LESSONS = ("S0", "S1", "S2", "S3", "S4")
THREE_OF_FIVE = LESSONS[:3]
LI, ZHAO = "L1", "L2"
DURING = datetime(2026, 3, 4, 4, tzinfo=UTC)
"""Noon of the third day in Shanghai: three of the five lessons are over."""
CLOSED = datetime(2026, 5, 1, 1, tzinfo=UTC)
AFTER = datetime(2026, 5, 4, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class World:
    database: Database
    library: PolicyLibrary
    key_ring: KeyRing

    async def in_force(self) -> Policies:
        async with reading(self.database) as session:
            return await self.library.in_force(session)

    @asynccontextmanager
    async def storing(self) -> AsyncIterator[WriteSession]:
        async with transaction(self.database) as session:
            yield session

    async def assess(self, as_of: datetime = AFTER, key: ClassGroupKey = KEY) -> AssessedClassGroup | NotYet:
        return (await self.visit(key, as_of=as_of))[key]

    async def visit(self, *keys: ClassGroupKey, as_of: datetime = AFTER) -> Assessed:
        return await assess_class_groups(self.database, self.library, self.key_ring, keys, as_of)

    async def touch(self, *learner_ids: str, key: ClassGroupKey = KEY) -> None:
        """None named: the whole class group."""
        async with self.storing() as session:
            await intake.touch(session, list(learner_ids) or None, key)

    async def standings(self) -> dict[str, Assessment]:
        return {row.learner_id: row for row in await self.rows(Assessment, Assessment.learner_id)}

    async def decisions(self) -> list[Decision]:
        return await self.rows(Decision, Decision.decided_at, Decision.learner_id)

    async def runs(self) -> list[AssessmentRun]:
        return await self.rows(AssessmentRun, AssessmentRun.assessed_at)

    async def findings(self) -> set[tuple[str, str, str]]:
        """Learner, rule and state."""
        return {(row.learner_id, row.rule, row.state) for row in await self.rows(Finding, Finding.finding_id)}

    async def class_group(self) -> ClassGroupAssessment | None:
        rows = await self.rows(ClassGroupAssessment, ClassGroupAssessment.class_group_id)
        return rows[0] if rows else None

    async def touches(self) -> list[Touch]:
        return await self.rows(Touch, Touch.touch_id)

    async def rows(self, model: type[Table], *order: InstrumentedAttribute[Any]) -> list[Table]:
        async with reading(self.database) as session:
            return list(await session.scalars(select(model).order_by(*order)))


async def put_class_group(session: WriteSession, **columns: object) -> None:
    """Five required live lessons of an hour, one a day."""
    await feeds.put_class_group(session, KEY, programme="short", **columns)
    for day, lesson_id in enumerate(LESSONS):
        await feeds.put_lesson(session, lesson_id, day=day)


async def put_learner(
    session: WriteSession, learner_id: str, attended: Sequence[str] = LESSONS, **columns: object
) -> None:
    """Enrolled, signed in at these lessons and online for their whole hour."""
    await feeds.put_enrollment(session, learner_id, KEY, **columns)
    for lesson_id in attended:
        await attend(session, learner_id, lesson_id)


async def attend(session: WriteSession, learner_id: str, lesson_id: str) -> None:
    await feeds.put_attendance(session, learner_id, lesson_id)
    await feeds.put_learning_record(session, learner_id, lesson_id, day=LESSONS.index(lesson_id))


async def put_pair(session: WriteSession, **columns: object) -> None:
    """Li attends everything, Zhao three lessons of five."""
    await put_class_group(session, **columns)
    await put_learner(session, LI)
    await put_learner(session, ZHAO, THREE_OF_FIVE)
    await intake.touch(session)
