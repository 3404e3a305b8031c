"""A visit of several class groups leaves what as many visits of one would, and each of them to itself."""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.models import Assessment, AssessmentRun, ClassGroupAssessment, Decision, Finding, LedgerPending
from app.db.session import Database, ReadSession, WriteSession, transaction
from app.eligibility import visit
from app.eligibility.errors import PolicyMissing
from app.eligibility.schemas import AssessedClassGroup, NotYet
from app.ledger.sequence import sequence
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from app.records import repository as records
from app.rules.records import EnrollmentRecords
from tests.eligibility.world import AFTER, CLOSED, DURING, LESSONS, LI, THREE_OF_FIVE, ZHAO, World
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY
from tests.server import CloneServer

CROWD = [
    ClassGroupKey(PlatformCode(platform), ClassGroupId(f"C{number}"))
    for platform in ("live-a", "vod-b")
    for number in range(8)
]
NAMES = [f"L{number}" for number in range(6)]
LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended('assess live-a C1', 0))")
OWN = {
    "decision_id",
    "run_id",
    "finding_id",
    "subject_id",
    "leaf_hash",
    "envelope",
    "secret_sealed",
    "inputs_sealed",
}
"""Drawn by chance, and what hashes it."""
OF_RUNS = {"batch_ids", "decisions_root"}


async def put_class_group(session: WriteSession, key: ClassGroupKey, **columns: object) -> None:
    """Five required live lessons of an hour, one a day."""
    await feeds.put_class_group(session, key, programme="short", **columns)
    for day, lesson_id in enumerate(LESSONS):
        await feeds.put_lesson(session, lesson_id, key, day=day)


async def put_learner(
    session: WriteSession, learner_id: str, key: ClassGroupKey, attended: Sequence[str] = LESSONS
) -> None:
    await feeds.put_enrollment(session, learner_id, key)
    for lesson_id in attended:
        await feeds.put_attendance(session, learner_id, lesson_id, key)
        day = LESSONS.index(lesson_id)
        await feeds.put_learning_record(session, learner_id, lesson_id, key, day=day)


async def put_both(world: World, **columns: object) -> None:
    """Li attends everything in one class group and three lessons of five in the other, Zhao the other way."""
    async with world.storing() as session:
        for key, eager, lazy in ((KEY, LI, ZHAO), (OTHER_KEY, ZHAO, LI)):
            await put_class_group(session, key, **{"closed_at": CLOSED, **columns})
            await put_learner(session, eager, key)
            await put_learner(session, lazy, key, THREE_OF_FIVE)
            await intake.touch(session, key=key)


async def standings(world: World) -> dict[tuple[str, str], str]:
    rows = await world.rows(Assessment)
    return {(row.class_group_id, row.learner_id): row.eligibility for row in rows}


async def left_behind(world: World) -> dict[str, list[str]]:
    """Every row that an assessment writes, but for what chance has drawn; of the ledger that it is there."""
    tables = (Assessment, ClassGroupAssessment, Finding, Decision, AssessmentRun, LedgerPending)
    touched = [f"{touch.platform} {touch.class_group_id}" for touch in await world.touches()]
    return {"touches": touched} | {table.__tablename__: _plain(await world.rows(table)) for table in tables}


def _plain(rows: Iterable[Any]) -> list[str]:
    kept = [
        {
            column.name: getattr(row, column.name)
            for column in row.__table__.columns
            if column.name not in OWN | OF_RUNS
        }
        for row in rows
    ]
    return sorted(repr(sorted(row.items(), key=lambda item: item[0])) for row in kept)


@asynccontextmanager
async def another(
    clone_server: CloneServer, library: PolicyLibrary, key_ring: KeyRing
) -> AsyncIterator[World]:
    name = f"twin_{uuid4().hex}"
    await clone_server.create(name)
    database = Database.connect(clone_server.program_url(name))
    yield World(database, library, key_ring)
    await database.dispose()
    await clone_server.drop(name)


async def happen(session: WriteSession, chance: random.Random, step: int) -> None:
    """What a term brings: class groups and learners come, go, attend, are closed; most of it is touched."""
    for key in chance.sample(CROWD, 12):
        fate = chance.random()
        if step == 0 or fate < 0.3:
            closed_at = chance.choice([None, CLOSED])
            await put_class_group(session, key, closed_at=closed_at, deleted=fate < 0.1)
            await intake.touch(session, key=key)
        touched = chance.sample(NAMES, chance.randrange(1, 4))
        for learner_id in touched:
            await put_learner(session, learner_id, key, chance.sample(LESSONS, chance.randrange(6)))
            if chance.random() < 0.2:
                await feeds.put_enrollment(session, learner_id, key, deleted=True)
            if chance.random() < 0.1:
                await feeds.put_enrollment(session, learner_id, key, withdrawn_at=DURING)
        await intake.touch(session, None if fate > 0.9 else touched, key)
        if fate > 0.5:
            await intake.add_batch(session, key)


class TestOneVisit:
    @pytest.mark.parametrize("seed", [1, 2, 3])
    async def test_leaves_what_single_visits_leave(
        self,
        world: World,
        clone_server: CloneServer,
        library: PolicyLibrary,
        key_ring: KeyRing,
        monkeypatch: pytest.MonkeyPatch,
        *,
        seed: int,
    ) -> None:
        monkeypatch.setattr(visit, "LESSONS_AT_ONCE", 35)
        seen: set[object] = set()
        async with another(clone_server, library, key_ring) as twin:
            for step in range(4):
                as_of = DURING + step * timedelta(days=30)
                for each in (world, twin):
                    async with each.storing() as session:
                        chance = random.Random(f"{seed} {step}")  # noqa: S311 (no secret)
                        await happen(session, chance, step)
                    if step != 2:
                        await sequence(each.database)
                together = await world.visit(*CROWD, as_of=as_of)
                apart = {key: await twin.assess(as_of, key) for key in CROWD}
                assert together == apart
                seen |= {
                    result if isinstance(result, NotYet) else type(result) for result in together.values()
                }
                assert await left_behind(world) == await left_behind(twin)
        assert seen == {AssessedClassGroup, NotYet.unsequenced, NotYet.nothing_waits}
        assert await world.decisions()

    async def test_keeps_equal_learner_ids_of_two_class_groups_apart(self, world: World) -> None:
        await put_both(world)
        assert await world.visit(KEY, OTHER_KEY) == {
            KEY: AssessedClassGroup(KEY, enrollments=2, decisions=2),
            OTHER_KEY: AssessedClassGroup(OTHER_KEY, enrollments=2, decisions=2),
        }
        assert await standings(world) == {
            ("C1", LI): "eligible",
            ("C1", ZHAO): "ineligible",
            ("C2", LI): "ineligible",
            ("C2", ZHAO): "eligible",
        }
        assert {
            row.class_group_id: row.counts["eligible"] for row in await world.rows(ClassGroupAssessment)
        } == {
            "C1": 1,
            "C2": 1,
        }

    async def test_makes_one_run_for_each_class_group(self, world: World) -> None:
        await put_both(world)
        await world.visit(KEY, OTHER_KEY)
        runs = {run.run_id: run.class_group_id for run in await world.runs()}
        assert sorted(runs.values()) == ["C1", "C2"]
        assert all(runs[decision.run_id] == decision.class_group_id for decision in await world.decisions())
        assert {entry.subject_id for entry in await world.rows(LedgerPending)} == set(runs)

    async def test_judges_whom_the_touches_name_in_each(self, world: World) -> None:
        await put_both(world)
        await world.visit(KEY, OTHER_KEY)
        later = AFTER + timedelta(minutes=1)
        await world.touch(LI, key=KEY)
        await world.touch(ZHAO, key=OTHER_KEY)
        await world.visit(KEY, OTHER_KEY, as_of=later)
        judged = [row for row in await world.rows(Assessment) if row.assessed_at == later]
        assert {(row.class_group_id, row.learner_id) for row in judged} == {("C1", LI), ("C2", ZHAO)}


class TestWhoIsLeftOut:
    async def test_a_class_group_that_another_worker_has(self, world: World) -> None:
        await put_both(world)
        async with transaction(world.database) as holder:
            await holder.execute(LOCK)
            assert await world.visit(KEY, OTHER_KEY) == {
                KEY: NotYet.taken,
                OTHER_KEY: AssessedClassGroup(OTHER_KEY, enrollments=2, decisions=2),
            }
        assert [touch.class_group_id for touch in await world.touches()] == ["C1"]
        assert isinstance(await world.assess(), AssessedClassGroup)

    async def test_one_with_a_batch_that_has_no_index_yet(self, world: World) -> None:
        await put_both(world)
        async with world.storing() as session:
            await intake.add_batch(session, OTHER_KEY)
        results = await world.visit(KEY, OTHER_KEY)
        assert results[OTHER_KEY] is NotYet.unsequenced
        assert {key[0] for key in await standings(world)} == {"C1"}

    async def test_nobody_is_stored_where_one_cannot_be_judged(self, world: World) -> None:
        await put_both(world)
        async with world.storing() as session:
            await feeds.put_class_group(session, OTHER_KEY, programme="vanished")
        with pytest.raises(PolicyMissing):
            await world.visit(KEY, OTHER_KEY)
        assert await standings(world) == {}
        assert len(await world.touches()) == 2


class TestMemory:
    async def test_is_bounded_across_class_groups(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        loaded: list[int] = []
        original = records.enrollment_records

        async def noted(
            session: ReadSession, enrolled: visit.Enrolled, *, in_brief: bool
        ) -> dict[Any, list[EnrollmentRecords]]:
            loaded.append(sum(map(len, enrolled.values())))
            return await original(session, enrolled, in_brief=in_brief)

        monkeypatch.setattr(records, "enrollment_records", noted)
        monkeypatch.setattr(visit, "LESSONS_AT_ONCE", 3 * len(LESSONS))
        await put_both(world)
        await world.visit(KEY, OTHER_KEY)
        assert loaded == [3, 1]
        assert len(await standings(world)) == 4
