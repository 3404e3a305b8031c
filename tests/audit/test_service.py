"""A deep check says since when, looks at what it is asked to, is one at a time, and is kept."""

import asyncio
from datetime import timedelta

import pytest

from app import worker
from app.audit.errors import DeepCheckRunning, DeepCheckWithoutKeys
from app.audit.schemas import Difference, Fault, Found, Level, Since
from app.audit.service import Checking, check_when_due, checks, deep_check
from app.core import clock
from app.db.session import reading
from app.pipeline import Pipeline
from app.privacy.keyring import KeyRing
from tests.audit.conftest import Copy
from tests.audit.world import BEGUN, CLOSED, RUNNING

# ruff: noqa: S608 (statements are put together from constants)

SCORE = f"UPDATE exam_scores SET score = 99 WHERE class_group_id = '{CLOSED}'"
STANDING = f"UPDATE assessments SET facts = '{{}}' WHERE class_group_id = '{CLOSED}'"
HOUR = timedelta(hours=1)


async def test_a_difference_tells_the_last_check_that_found_it_right(copy: Copy) -> None:
    right = await copy.check()
    await copy.owner.execute(SCORE)
    for _ in range(2):
        found = await copy.differences()
        score = next(each for each in found if each.table == "exam_scores")
        assert score.last_right_at == right.started_at
        assert (score.fault, score.columns, score.line) == (Fault.changed, ("score",), 1)
        assert score.batch_id is not None


async def test_what_was_never_right_says_so(copy: Copy) -> None:
    await copy.owner.execute(SCORE)
    assert {each.last_right_at for each in await copy.differences()} == {None}


async def test_checks_are_kept_with_what_they_found(copy: Copy) -> None:
    right = await copy.check()
    await copy.owner.execute(SCORE)
    differs = await copy.check()
    async with reading(copy.database) as session:
        kept = await checks(session)
    assert [each.check_id for each in kept] == [differs.check_id, right.check_id]
    assert (kept[0].size, kept[0].root) == (right.size, right.root)
    told = kept[0].differences[0]
    assert told["remedy"].keys() == {"zh", "en"}
    assert "99" not in str(told["key"].values())
    assert kept[0].counts["differences"] == len(kept[0].differences)


async def test_one_at_a_time(copy: Copy) -> None:
    begun = asyncio.Event()
    go_on = asyncio.Event()

    async def wait(_level: Level, _number: int) -> None:
        begun.set()
        await go_on.wait()

    first = asyncio.create_task(deep_check(copy.checking, progress=wait))
    await begun.wait()
    with pytest.raises(DeepCheckRunning):
        await copy.check()
    assert not await check_when_due(copy.checking, timedelta(0))
    go_on.set()
    assert (await first)[0].counts["differences"] == 0


async def test_only_what_came_since_or_of_a_platform(copy: Copy) -> None:
    await copy.owner.execute(SCORE)
    assert await copy.differences(Since(clock.now() + HOUR)) == []
    assert await copy.differences(Since(platform="another")) == []
    tables = {each.table for each in await copy.differences(Since(BEGUN, "live-a"))}
    assert "exam_scores" in tables


async def test_what_came_since_is_whole_where_nobody_touched_it(copy: Copy) -> None:
    halfway = BEGUN + timedelta(minutes=30)
    check = await copy.check(Since(halfway))
    assert check.differences == []
    whole = await copy.check()
    assert 0 < check.counts["records"] < whole.counts["records"]


async def test_what_waits_is_passed_over_and_counted(copy: Copy) -> None:
    await copy.owner.execute(STANDING)
    await copy.owner.execute(
        "INSERT INTO touches (platform, class_group_id, touched_at) VALUES ('live-a', $1, now())", CLOSED
    )
    check = await copy.check()
    assert (check.counts["passed_over_class_groups"], check.differences) == (1, [])


async def test_feeds_of_which_batches_wait_to_be_taken_back_are_passed_over(copy: Copy) -> None:
    await copy.owner.execute("UPDATE distrusted_batches SET withdrawn_at = NULL")
    check = await copy.check()
    assert check.counts["passed_over_feeds"] == 1
    assert {each["table"] for each in check.differences} == {"distrusted_batches"}


async def test_a_kind_that_nobody_knows_is_told(copy: Copy) -> None:
    await copy.owner.execute("UPDATE ledger_entries SET kind = 'later' WHERE index = 20")
    (unknown,) = [each for each in await copy.differences() if each.fault is Fault.unknown_kind]
    assert unknown.key == {"kind": "later", "entries": "1"}
    assert "does not know" in unknown.remedy.en


async def test_one_class_group_that_cannot_be_judged_holds_up_no_other(copy: Copy) -> None:
    await copy.owner.execute(STANDING)
    await copy.owner.execute(f"UPDATE lessons SET kind = 'x' WHERE class_group_id = '{RUNNING}'")
    found = {(each.table, each.fault, each.key.get("class_group_id")) for each in await copy.differences()}
    assert ("class_group_assessments", Fault.unreadable, RUNNING) in found
    assert ("assessments", Fault.changed, CLOSED) in found


async def test_another_key_ring_finds_nothing_out(
    copy: Copy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = KeyRing.load_or_create(tmp_path_factory.mktemp("other") / "keyring.json")
    with pytest.raises(DeepCheckWithoutKeys):
        await deep_check(Checking(copy.database, other, copy.world.library))


async def test_nothing_that_stands_is_written(copy: Copy) -> None:
    sizes = "SELECT sum(hashtext(t::text)::bigint) FROM {} AS t"
    tables = ("exam_scores", "assessments", "findings", "person_times", "touches", "decisions", "draws")
    before = [await copy.owner.fetchval(sizes.format(table)) for table in tables]
    await copy.check()
    assert [await copy.owner.fetchval(sizes.format(table)) for table in tables] == before


async def test_the_worker_makes_one_when_it_is_due(copy: Copy) -> None:
    stop = asyncio.Event()
    pipeline = Pipeline(copy.database, copy.world.library, copy.world.key_ring)
    assert not await pipeline.check_deeply(stop)
    daily = Pipeline(
        copy.database, copy.world.library, copy.world.key_ring, deep_check_every=timedelta(hours=24)
    )
    assert await daily.check_deeply(stop)
    assert not await daily.check_deeply(stop)
    stop.set()
    always = Pipeline(
        copy.database, copy.world.library, copy.world.key_ring, deep_check_every=timedelta(microseconds=1)
    )
    with pytest.raises(asyncio.CancelledError):
        await always.check_deeply(stop)


async def test_the_worker_lets_time_pass_after_a_check_that_failed(
    copy: Copy, tmp_path_factory: pytest.TempPathFactory
) -> None:
    other = KeyRing.load_or_create(tmp_path_factory.mktemp("other") / "keyring.json")
    pipeline = Pipeline(copy.database, copy.world.library, other, deep_check_every=timedelta(microseconds=1))
    with pytest.raises(DeepCheckWithoutKeys):
        await pipeline.check_deeply(asyncio.Event())
    pause_s = await worker._DeepChecks(pipeline, asyncio.Event()).next()
    assert pause_s == worker.DEEP_CHECKS_LOOK_EVERY_S


def test_so_many_differences_are_told_and_all_are_counted() -> None:
    found = Found(most=2)
    found.add(*[Difference(Level.log, Fault.missing, "ledger_entries", {"index": str(n)}) for n in range(3)])
    assert (found.counts, len(found.differences)) == ({"differences": 3}, 2)


async def test_rubbish_stops_no_check(copy: Copy) -> None:
    """Neither what is no JSON, nor what is no name."""
    await copy.owner.execute("SET session_replication_role = replica")
    await copy.owner.execute("""
        ALTER TABLE ledger_entries DROP CONSTRAINT ck_ledger_entries_leaf_hashes_envelope;
        UPDATE ledger_entries SET envelope = '\\xff' WHERE kind IN ('key', 'withdrawal', 'approval', 'draw');
        UPDATE decisions SET document = '\\xff';
        UPDATE batches SET feed = 'x' WHERE feed = 'lessons';
        UPDATE proposals SET arguments = 'x';
        UPDATE waivers SET observed = 'x';
        UPDATE batch_archives SET outcomes = '', media_type = 'x'
    """)
    found = {(each.table, each.fault) for each in await copy.differences()}
    for table in ("ledger_entries", "decisions", "waivers"):
        assert (table, Fault.changed) in found
    assert {("batch_archives", Fault.unreadable), ("proposals", Fault.unreadable)} <= found
    assert "-" not in {table for table, _ in found}
