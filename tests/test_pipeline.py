"""One round: leaves get their index, whoever was touched is judged, and one that fails holds up no other."""

import asyncio
import time
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, update

from app import pipeline as corridor
from app.core import clock
from app.core.ids import ClassGroupId, ClassGroupKey
from app.db.models import Assessment, ClassGroup, IdempotencyKey
from app.db.session import Database, reading, transaction
from app.eligibility.repository import open_class_groups
from app.eligibility.schemas import WaitingClassGroup
from app.pipeline import FIRST_REST_S, LONGEST_REST_S, Pipeline, Rests
from app.policies.library import PolicyLibrary
from app.privacy.keyring import KeyRing
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY

GO_ON = asyncio.Event()


@pytest.fixture
def pipeline(database: Database, key_ring: KeyRing) -> Pipeline:
    return Pipeline(database, PolicyLibrary.load(), key_ring)


async def receive(pipeline: Pipeline, key: ClassGroupKey = KEY, **columns: object) -> None:
    """One batch: a class group that was closed long ago, with one lesson and one enrollment."""
    async with transaction(pipeline.database) as session:
        await feeds.put_class_group(session, key, **({"closed_at": intake.RECEIVED_AT} | columns))
        await feeds.put_lesson(session, "S1", key)
        await feeds.put_enrollment(session, "L1", key)
        batch_id = await intake.add_batch(session, key)
        await intake.touch(session, key=key, batch_id=batch_id)


async def assessed(pipeline: Pipeline) -> set[str]:
    async with reading(pipeline.database) as session:
        return set(await session.scalars(select(Assessment.class_group_id)))


def told(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0


class TestRound:
    async def test_takes_a_batch_from_receipt_to_decision(self, pipeline: Pipeline) -> None:
        await receive(pipeline)
        first = await pipeline.run_round(GO_ON)
        assert first.sequenced == 1
        assert [(done.key, done.enrollments, done.decisions) for done in first.assessed] == [(KEY, 1, 1)]
        second = await pipeline.run_round(GO_ON)
        assert (second.sequenced, second.assessed) == (1, [])  # the entry of the decisions
        assert (await pipeline.run_round(GO_ON)).was_idle

    async def test_goes_no_further_once_told_to_stop(self, pipeline: Pipeline) -> None:
        await receive(pipeline)
        stop = asyncio.Event()
        stop.set()
        assert (await pipeline.run_round(stop)).assessed == []
        assert await assessed(pipeline) == set()

    async def test_judges_again_when_a_lesson_falls_due(
        self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        today = clock.today()
        ends_at = clock.now() + timedelta(hours=1)
        async with transaction(pipeline.database) as session:
            await feeds.put_class_group(session, starts_on=today, ends_on=today + timedelta(days=1))
            await feeds.put_lesson(session, "S1", starts_at=ends_at - timedelta(hours=1), ends_at=ends_at)
            await feeds.put_enrollment(session, "L1")
            await intake.touch(session)
        assert len((await pipeline.run_round(GO_ON)).assessed) == 1
        assert (await pipeline.run_round(GO_ON)).was_idle
        monkeypatch.setattr(clock, "now", lambda: ends_at)
        assert len((await pipeline.run_round(GO_ON)).assessed) == 1
        async with reading(pipeline.database) as session:
            (facts,) = await session.scalars(select(Assessment.facts))
        assert facts["required_lessons"] == 1


class TestVisits:
    def test_hold_neighbours_in_the_order_of_waiting(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(corridor, "CLASS_GROUPS_A_VISIT", 3)
        monkeypatch.setattr(corridor, "ENROLLMENTS_A_VISIT", 10)
        sizes = [1, 1, 1, 1, 9, 1, 25, 0, 10, 1]
        keys = [ClassGroupKey(KEY.platform, ClassGroupId(f"C{number}")) for number in range(len(sizes))]
        waiting = [WaitingClassGroup(*each) for each in zip(keys, sizes, strict=True)]
        assert [[int(key.class_group_id[1:]) for key in visit] for visit in corridor.visits(waiting)] == [
            [0, 1, 2],
            [3, 4],
            [5],
            [6],
            [7, 8],
            [9],
        ]
        assert list(corridor.visits([])) == []

    async def test_of_a_round_are_few_and_the_next_begins_with_the_oldest_that_are_left(
        self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(corridor, "CLASS_GROUPS_A_VISIT", 2)
        monkeypatch.setattr(corridor, "VISITS_A_ROUND", 2)
        keys = [ClassGroupKey(KEY.platform, ClassGroupId(f"C{number}")) for number in range(5)]
        for key in keys:
            await receive(pipeline, key)
        first = await pipeline.run_round(GO_ON)
        assert {done.key for done in first.assessed} == set(keys[:4])
        assert [done.key for done in (await pipeline.run_round(GO_ON)).assessed] == keys[4:]

    async def test_that_find_others_at_work_do_not_end_the_round(
        self, pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(corridor, "CLASS_GROUPS_A_VISIT", 1)
        monkeypatch.setattr(corridor, "VISITS_A_ROUND", 2)
        keys = [ClassGroupKey(KEY.platform, ClassGroupId(f"C{number}")) for number in range(5)]
        for key in keys:
            await receive(pipeline, key)
        async with transaction(pipeline.database) as another_worker:
            opened = await open_class_groups(another_worker, keys[:3], clock.now())
            assert all(each.is_ours for each in opened.values())
            done = await pipeline.run_round(GO_ON)
        assert {each.key for each in done.assessed} == set(keys[3:])


class TestFailure:
    async def test_of_one_class_group_holds_up_no_other(self, pipeline: Pipeline) -> None:
        """Though both wait for the same visit."""
        await receive(pipeline, programme="vanished")
        await receive(pipeline, OTHER_KEY)
        done = await pipeline.run_round(GO_ON)
        assert [each.key for each in done.assessed] == [OTHER_KEY]
        assert await assessed(pipeline) == {OTHER_KEY.class_group_id}
        assert list(pipeline.rests.at(time.monotonic())) == [KEY]

    async def test_is_tried_again_after_a_rest(self, pipeline: Pipeline) -> None:
        failures = told("supervise_stage_failures_total", stage="assess")
        await receive(pipeline, programme="vanished")
        await pipeline.run_round(GO_ON)
        assert told("supervise_stage_failures_total", stage="assess") == failures + 1
        async with transaction(pipeline.database) as session:
            await session.execute(update(ClassGroup).values(programme="standard"))
        await pipeline.run_round(GO_ON)
        assert await assessed(pipeline) == set()
        assert told("supervise_class_groups_resting") == 1
        await asyncio.sleep(FIRST_REST_S)
        await pipeline.run_round(GO_ON)
        assert await assessed(pipeline) == {KEY.class_group_id}
        assert told("supervise_class_groups_resting") == 0


class TestRests:
    def test_grow_and_end(self) -> None:
        rests = Rests()
        assert list(rests.at(0)) == []
        rests.begin(KEY, 0)
        assert list(rests.at(FIRST_REST_S / 2)) == [KEY]
        assert list(rests.at(FIRST_REST_S)) == []
        rests.begin(KEY, 10)
        assert list(rests.at(10 + 1.5 * FIRST_REST_S)) == [KEY]
        for _ in range(20):
            rests.begin(KEY, 100)
        assert list(rests.at(100 + LONGEST_REST_S)) == []
        rests.begin(KEY, 200)
        rests.end(KEY)
        assert list(rests.at(200)) == []


async def test_housekeeping_forgets_idempotency_keys_of_last_week(pipeline: Pipeline) -> None:
    now = clock.now()
    async with transaction(pipeline.database) as session:
        for key, age in (("old", timedelta(days=8)), ("young", timedelta(days=6))):
            columns = {"client_id": "c1", "feed": "lessons", "fingerprint": b"", "batch_id": feeds.BATCH}
            session.add(IdempotencyKey(key=key, created_at=now - age, **columns))
    await pipeline.keep_house()
    async with reading(pipeline.database) as session:
        assert list(await session.scalars(select(IdempotencyKey.key))) == ["young"]
