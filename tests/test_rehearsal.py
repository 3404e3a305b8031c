"""A batch rehearsed: what it says is what the same batch then does, and it leaves nothing behind."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from app.accounts.errors import QuotaExceeded
from app.core.vocabulary import Feed
from app.db.session import Database
from app.eligibility.foresight import Sight, visit_of
from app.ingest.errors import BatchRejected
from app.ingest.service import accept_batch, merge_rows
from app.pipeline import Pipeline
from app.policies.library import PolicyLibrary
from app.policies.service import Policies
from app.privacy.keyring import KeyRing
from app.rehearsal import Rehearsal, rehearse
from tests.eligibility.world import CLOSED, LI, SHORT_PROGRAMME, ZHAO, World, put_pair
from tests.factories.feeds import KEY
from tests.ingest.deliveries import deliver, delivery
from tests.ingest.examples import USCC, Record

ON_THE_FOURTH_DAY = {"lesson_id": "S3", "status": "present", "class_group_id": KEY.class_group_id}
HOUR = {"online_at": "2026-03-05T09:00:00+08:00", "offline_at": "2026-03-05T10:00:00+08:00"}
SENDS = datetime(2026, 11, 1, tzinfo=UTC)

TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
SEQUENCES = "SELECT sequencename, last_value FROM pg_sequences"


async def digests(owner_url: str) -> dict[str, object]:
    """Of every table, byte for byte, and of every sequence."""
    connection = await asyncpg.connect(owner_url)
    try:
        tables = [row[0] for row in await connection.fetch(TABLES)]
        found = {table: await connection.fetchval(digest_of(table)) for table in tables}
        return found | {row[0]: row[1] for row in await connection.fetch(SEQUENCES)}
    finally:
        await connection.close()


def digest_of(table: str) -> str:
    rows = f"SELECT t::text AS row FROM {table} AS t"  # noqa: S608 (a table of ours)
    return f"SELECT count(*) || md5(coalesce(string_agg(row, '\n' ORDER BY row), '')) FROM ({rows}) AS t"  # noqa: S608


class Stage:
    """A closed class group that has been assessed, and a door for batches."""

    def __init__(self, world: World, packs: Path) -> None:
        self.world, self.packs = world, packs

    async def rehearse(self, feed: Feed, *records: Record, most: int = 100, **changes: Any) -> Rehearsal:  # noqa: ANN401
        world = self.world
        return await rehearse(
            world.database,
            world.library,
            world.key_ring,
            delivery(feed, *records, **{"received_at": SENDS, **changes}),
            programme_exists=Policies.load(self.packs).programme_exists,
            most=most,
        )

    async def push(self, feed: Feed, *records: Record) -> None:
        """The same for good: stored, sequenced and assessed."""
        world = self.world
        sent = delivery(feed, *records, received_at=SENDS)
        exists = Policies.load(self.packs).programme_exists
        receipt = await accept_batch(world.database, world.key_ring, sent, programme_exists=exists)
        assert receipt.batch.counts.accepted
        pipeline = Pipeline(world.database, world.library, world.key_ring)
        while not (await pipeline.run_round(asyncio.Event())).was_idle:
            pass

    async def seen(self) -> dict[str, tuple[object, ...]]:
        return {
            name: (row.eligibility, row.outlook, row.facts, row.outcome_tags)
            for name, row in (await self.world.standings()).items()
        }


@pytest.fixture
async def stage(database: Database, key_ring: KeyRing, tmp_path: Path) -> Stage:
    (tmp_path / "short.yaml").write_text(SHORT_PROGRAMME)
    world = World(database, PolicyLibrary.load(tmp_path), key_ring)
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    return Stage(world, tmp_path)


def tuple_of(sight: Sight) -> tuple[object, ...]:
    tags = [f"{code}:{outcome}" for code, outcome in sight.outcomes.items()]
    return sight.eligibility, sight.outlook, dict(sight.facts), tags


def attended(learner_id: str) -> Record:
    return {**ON_THE_FOURTH_DAY, "learner_id": learner_id}


def studied(learner_id: str) -> Record:
    known = {"class_group_id": KEY.class_group_id, "lesson_id": "S3", "session_id": "late"}
    return {**known, "learner_id": learner_id, **HOUR}


GONE: Record = {"class_group_id": KEY.class_group_id, "learner_id": LI, "revision": 5, "deleted": True}
CLASS_GROUP: Record = {
    "class_group_id": KEY.class_group_id,
    "project_id": "P1",
    "name": "一班",
    "programme": "short",
    "enterprise_uscc": USCC,
    "organisation": "self",
    "starts_on": "2026-03-02",
    "ends_on": "2026-03-03",
    "planned_headcount": 2,
    "closed_at": "2026-05-01T09:00:00+08:00",
    "revision": 3,
}
BATCHES: Mapping[str, tuple[Feed, list[Record]]] = {
    "one more lesson attended": (Feed.attendance, [attended(ZHAO)]),
    "one more hour studied": (Feed.learning_records, [studied(ZHAO), studied(LI)]),
    "one enrollment deleted": (Feed.enrollments, [GONE]),
    "a shorter class group": (Feed.class_groups, [CLASS_GROUP]),
    "a class group deleted": (
        Feed.class_groups,
        [{"class_group_id": KEY.class_group_id, "revision": 9, "deleted": True}],
    ),
    "records of nobody": (Feed.attendance, [attended("L9")]),
    "one bad record": (Feed.attendance, [attended(ZHAO), {**attended(LI), "status": "asleep"}]),
}


class TestAnnouncement:
    @pytest.mark.parametrize("name", BATCHES)
    async def test_what_is_announced_is_what_happens(self, stage: Stage, name: str) -> None:
        feed, records = BATCHES[name]
        before = await stage.seen()
        found = await stage.rehearse(feed, *records)
        await stage.push(feed, *records)
        after = await stage.seen()
        changed = {name for name in {*before, *after} if before.get(name) != after.get(name)}
        assert {effect.learner_id for effect in found.effects} == changed
        for effect in found.effects:
            assert effect.before is None or tuple_of(effect.before) == before[effect.learner_id]
            assert (effect.after and tuple_of(effect.after)) == after.get(effect.learner_id)

    async def test_of_each_it_tells_what_changes(self, stage: Stage) -> None:
        found = await stage.rehearse(Feed.attendance, attended(ZHAO))
        (effect,) = found.effects
        assert effect.before is not None
        assert effect.after is not None
        assert (effect.before.eligibility, effect.after.eligibility) == ("ineligible", "eligible")
        assert [change.fact for change in effect.facts] == ["attended_lessons", "attendance_rate"]
        assert [(change.rule, change.before, change.after) for change in effect.outcomes] == [
            ("attendance-rate", "fail", "pass")
        ]
        assert (found.touched, found.judged) == (1, 1)

    async def test_the_receipt_counts_and_says_what_is_wrong(self, stage: Stage) -> None:
        found = await stage.rehearse(Feed.attendance, attended(ZHAO), {**attended(LI), "status": "asleep"})
        assert found.counts == (2, 1, 0, 0, 1)
        assert [rejection.line for rejection in found.rejections] == [2]

    async def test_no_more_are_judged_than_may_be(self, stage: Stage) -> None:
        found = await stage.rehearse(Feed.learning_records, studied(LI), studied(ZHAO), most=1)
        assert (found.touched, found.judged) == (2, 1)
        whole = await stage.rehearse(Feed.class_groups, CLASS_GROUP, most=1)
        assert (whole.touched, whole.judged) == (2, 1)


class TestNothingStays:
    @pytest.mark.parametrize("name", BATCHES)
    async def test_every_table_is_byte_for_byte_as_it_was(
        self, stage: Stage, owner_url: str, name: str
    ) -> None:
        before = await digests(owner_url)
        assert len(before) > 40
        feed, records = BATCHES[name]
        await stage.rehearse(feed, *records, idempotency_key="K1")
        assert await digests(owner_url) == before

    async def test_not_even_of_one_that_fails(self, stage: Stage, owner_url: str) -> None:
        before = await digests(owner_url)
        with pytest.raises(BatchRejected):
            await stage.rehearse(Feed.attendance, attended(ZHAO), {"status": 1}, atomic=True)
        with pytest.raises(QuotaExceeded):
            await stage.rehearse(Feed.attendance, attended(ZHAO), records_a_day=0)
        assert await digests(owner_url) == before


class TestBesideOthers:
    async def test_a_real_batch_of_the_same_records_goes_through(
        self, stage: Stage, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It waits until the savepoint is taken back, and is stored."""
        world = stage.world
        pushed: list[asyncio.Task[object]] = []

        async def pushing(*arguments: Any) -> object:  # noqa: ANN401
            if not pushed:
                push = deliver(world.database, world.key_ring, Feed.attendance, attended(ZHAO))
                pushed.append(asyncio.create_task(push))
                await asyncio.sleep(0.2)
                assert not pushed[0].done()
            return await visit_of(*arguments)

        monkeypatch.setattr("app.rehearsal.visit_of", pushing)
        found = await stage.rehearse(Feed.attendance, attended(ZHAO))
        receipt: Any = await asyncio.wait_for(pushed[0], 10)
        assert receipt.batch.counts.accepted == 1
        assert len(found.effects) == 1

    async def test_who_is_overtaken_begins_again(self, stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same records are stored behind the snapshot: then they are unchanged."""
        world = stage.world
        pushed: list[object] = []

        async def merging(*arguments: Any) -> object:  # noqa: ANN401
            if not pushed:
                pushed.append(await deliver(world.database, world.key_ring, Feed.attendance, attended(ZHAO)))
            return await merge_rows(*arguments)

        monkeypatch.setattr("app.rehearsal.merge_rows", merging)
        found = await stage.rehearse(Feed.attendance, attended(ZHAO))
        assert (found.counts.accepted, found.counts.unchanged) == (0, 1)
        assert found.effects == []
