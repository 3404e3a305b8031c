"""One person in several class groups, under a programme that pays by the hour up to a cap."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from sqlalchemy import text

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.models import Assessment, PersonTime, Touch
from app.db.session import WriteSession
from tests.eligibility.world import SHORT_PROGRAMME, World
from tests.factories import feeds, intake

PAID_PROGRAMME = (
    SHORT_PROGRAMME.replace("programme: short", "programme: paid")
    .replace(
        "parameters:\n",
        """  one_person_at_once:
    title: {zh: 同一时间只计一次, en: Time at once counts once}
    values:
      2020-01-01: {value: true, clause: 通知 第五条, words: 不得重复计算}
parameters:
  most_seconds_elsewhere:
    unit: seconds
    title: {zh: 同时学习的秒数上限, en: Most seconds at once}
    values:
      2020-01-01: {value: 0, clause: 通知 第五条, words: 不得重复计算}
  subsidy_per_hour:
    unit: yuan
    title: {zh: 每学时补贴, en: Subsidy per hour}
    values:
      2020-01-01: {value: 30, clause: 通知 第六条, words: 每课时30元}
  yearly_cap:
    unit: yuan
    title: {zh: 每人每年上限, en: Cap per person and year}
    values:
      2020-01-01: {value: 300, clause: 通知 第七条, words: 每人每年不超过300元}
""",
        1,
    )
    .replace(
        "rules:\n",
        """subsidy: {per_hour: subsidy_per_hour, yearly_cap: yearly_cap}
rules:
  at-once:
    title: {zh: 同时学习, en: Time at once}
    remedy: {zh: 核对学习记录, en: Compare the records}
    severity: warning
    fact: seconds_elsewhere
    at_most: most_seconds_elsewhere
""",
        1,
    )
)

WANG = b"wang"
HOUR = 3_600_000_000
OTHER_ENTERPRISE = "91440300MA5FABCD3X"
MAY = datetime(2026, 5, 1, 1, tzinfo=UTC)


def key_of(name: str) -> ClassGroupKey:
    """Of `live-a/C1`."""
    platform, class_group_id = name.split("/")
    return ClassGroupKey(PlatformCode(platform), ClassGroupId(class_group_id))


A, B, C = key_of("live-a/A"), key_of("vod-b/B"), key_of("live-c/C")


async def put_term(
    session: WriteSession,
    key: ClassGroupKey,
    *,
    closed_at: datetime | None = MAY,
    days: Sequence[int] = range(5),
    hour: int = 0,
    person: bytes = WANG,
    **columns: Any,  # noqa: ANN401 (of any class group)
) -> None:
    """A class group of one learner who attends a live lesson of an hour on each of these days."""
    await feeds.put_class_group(session, key, **{"programme": "paid", "closed_at": closed_at, **columns})
    await feeds.put_enrollment(session, "W", key, person_key=person)
    for day in days:
        starts_at = feeds.NINE_O_CLOCK + timedelta(days=day, hours=hour)
        await put_lesson(session, key, f"S{day}", starts_at)
    await intake.touch(session, None, key)


async def put_lesson(session: WriteSession, key: ClassGroupKey, lesson_id: str, starts_at: datetime) -> None:
    ends_at = starts_at + timedelta(hours=1)
    await feeds.put_lesson(session, lesson_id, key, starts_at=starts_at, ends_at=ends_at)
    await feeds.put_attendance(session, "W", lesson_id, key)
    await feeds.put_learning_record(session, "W", lesson_id, key, online_at=starts_at, offline_at=ends_at)


@dataclass(frozen=True, slots=True)
class Account:
    """What a class group credits and pays, in hours and yuan."""

    hours: float
    yuan: float | None
    at_once: float | None
    """Hours."""


class Persons:
    """Assesses until nobody is touched."""

    def __init__(self, world: World) -> None:
        self.world = world

    async def settle(self, seed: int = 0) -> int:
        """In any order; how many visits it takes."""
        order = Random(seed)  # noqa: S311 (of class groups)
        for number in range(100):
            touched = sorted({(row.platform, row.class_group_id) for row in await self.world.touches()})
            if not touched:
                return number
            chosen = order.sample(touched, order.randint(1, len(touched)))
            await self.world.visit(*(key_of("/".join(key)) for key in chosen))
        raise AssertionError(await self.world.rows(Touch, Touch.touch_id))

    async def standing(self, key: ClassGroupKey) -> Assessment:
        rows = await self.world.rows(Assessment, Assessment.learner_id)
        return next(row for row in rows if (row.platform, row.class_group_id) == key)

    async def account(self, key: ClassGroupKey) -> Account:
        row = await self.standing(key)
        at_once = row.facts.get("seconds_elsewhere")
        return Account(
            row.facts["credited_seconds"] / HOUR,
            None if row.subsidy_fen is None else row.subsidy_fen / 100,
            None if at_once is None else at_once / HOUR,
        )

    async def summaries(self) -> set[str]:
        rows = await self.world.rows(PersonTime, PersonTime.platform, PersonTime.class_group_id)
        return {f"{row.platform}/{row.class_group_id}" for row in rows}

    async def change(self, statement: str, **values: object) -> None:
        async with self.world.storing() as session:
            await session.execute(text(statement), values)
