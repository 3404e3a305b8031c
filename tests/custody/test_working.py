"""The work of several programs: one at a time at a host, nothing twice, nothing lost; rounds and draws."""

import asyncio
import sys
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

from app.core import clock
from app.custody import repository, rounds, rounds_repository, sampling
from app.custody.work import Visiting
from app.db.session import reading, transaction
from app.findings.schemas import OF_NOBODY, Raised
from app.findings.service import settle
from app.ledger.publication import Publishing, publish
from app.ledger.sequence import sequence
from app.privacy.keyring import KeyRing
from tests.custody.world import CONTENT, World
from tests.factories import video_host
from tests.factories.feeds import KEY

ROOT = Path(__file__).parents[2]
LEASE = "UPDATE video_hosts SET leased_until = now() - interval '1 second' WHERE lease_id IS NOT NULL"


class TestWorkers:
    async def test_that_come_at_once_look_at_each_video_once(self, world: World) -> None:
        for number in range(6):
            await world.register(f"V{number}", hash=f"{number}" * 64)
        looks = await asyncio.gather(*(world.custodian.visit() for _ in range(4)))
        assert sorted(looks) == [0, 0, 0, 6]
        assert await world.rows("SELECT count(*) FROM video_checks") == [(6,)]
        assert world.host.most_at_once == 1

    async def test_a_look_that_was_cut_off_is_taken_up_again(self, world: World) -> None:
        let_on, begun = asyncio.Event(), asyncio.Event()
        await world.register("V1")
        world.host.paths["/V1"] = video_host.held(let_on, begun, CONTENT)
        await world.want_fetches()
        visit = asyncio.create_task(world.custodian.visit())
        await begun.wait()
        assert await world.custodian.visit() == 0
        visit.cancel()
        await asyncio.gather(visit, return_exceptions=True)
        assert await world.rows("SELECT count(*) FROM video_checks") == [(0,)]
        world.host.paths["/V1"] = video_host.file(CONTENT)
        assert await world.custodian.visit() == 1
        assert (await world.outcomes("V1"))[:2] == [("probe", "answers"), ("hash", "confirmed")]

    async def test_that_are_told_to_stop_break_a_fetch_off_and_give_the_host_back(self, world: World) -> None:
        let_on, begun, stop = asyncio.Event(), asyncio.Event(), asyncio.Event()
        await world.register("V1")
        world.host.paths["/V1"] = video_host.held(let_on, begun, CONTENT)
        await world.want_fetches()
        work = asyncio.create_task(Visiting(world.custodian, stop).next())
        await begun.wait()
        stop.set()
        await work
        assert await world.rows("SELECT lease_id FROM video_hosts") == [(None,)]
        world.host.paths["/V1"] = video_host.file(CONTENT)
        assert await Visiting(world.custodian, asyncio.Event()).next() == 0
        assert await Visiting(world.custodian, asyncio.Event()).next() > 0
        assert (await world.outcomes("V1"))[:2] == [("probe", "answers"), ("hash", "confirmed")]

    async def test_a_program_that_died_holds_a_host_until_its_lease_ends(self, world: World) -> None:
        await world.register("V1")
        now = clock.now()
        async with transaction(world.database) as session:
            await repository.take_host(session, uuid4(), now, now + timedelta(hours=1))
        assert await world.custodian.visit() == 0
        await world.execute(LEASE)
        assert await world.custodian.visit() == 1

    async def test_one_that_is_killed_in_a_fetch_loses_nothing_and_leaves_no_file(
        self, world: World, database_url: str, tmp_path: Path
    ) -> None:
        let_on, begun = asyncio.Event(), asyncio.Event()
        await world.register("V1")
        world.host.paths["/V1"] = video_host.held(let_on, begun, CONTENT)
        await world.want_fetches()
        arguments = ("-m", "tests.custody.victim", database_url, str(tmp_path), str(world.host.port))
        victim = await asyncio.create_subprocess_exec(sys.executable, *arguments, cwd=ROOT)
        async with asyncio.timeout(60):
            await begun.wait()
        victim.kill()
        await victim.wait()
        assert await world.rows("SELECT count(*) FROM video_checks") == [(0,)]
        assert await world.rows("SELECT fetch_wanted, next_due_at <= now() FROM video_custody") == [
            (True, True)
        ]
        assert not any((tmp_path / "spool").iterdir())
        world.host.paths["/V1"] = video_host.file(CONTENT)
        assert await world.custodian.visit() == 0
        await world.execute(LEASE)
        assert await world.custodian.visit() == 1
        assert (await world.outcomes("V1"))[:2] == [("probe", "answers"), ("hash", "confirmed")]

    async def test_what_comes_after_the_lease_is_not_stored(self, world: World) -> None:
        let_on, begun = asyncio.Event(), asyncio.Event()
        await world.register("V1")
        world.host.paths["/V1"] = video_host.held(let_on, begun, CONTENT)
        await world.want_fetches()
        late = asyncio.create_task(world.custodian.visit())
        await begun.wait()
        await world.execute(LEASE)
        async with transaction(world.database) as session:
            assert await repository.take_host(session, uuid4(), clock.now(), clock.now() + timedelta(hours=1))
        let_on.set()
        assert await late == 0
        assert await world.rows("SELECT count(*) FROM video_checks") == [(0,)]

    async def test_a_record_that_changed_meanwhile_begins_anew(self, world: World) -> None:
        let_on, begun = asyncio.Event(), asyncio.Event()
        await world.register("V1")
        world.host.paths["/V1"] = video_host.held(let_on, begun, CONTENT)
        await world.want_fetches()
        visit = asyncio.create_task(world.custodian.visit())
        await begun.wait()
        await world.register("V1", hash="7" * 64)
        assert (await world.states())["V1"] == "registered"
        world.host.paths["/V1"] = video_host.file(CONTENT)
        let_on.set()
        assert await visit == 2
        assert (await world.outcomes("V1"))[-1] == ("probe", "answers")

    async def test_a_record_that_was_deleted_is_let_go(self, world: World) -> None:
        await world.register("V1", available_until=clock.now() + timedelta(days=1))
        assert await world.findings()
        await world.register("V1", deleted=True)
        assert (await world.states(), await world.findings()) == ({"V1": "withdrawn"}, {})
        assert await world.custodian.visit() == 0


class TestFindings:
    async def test_of_custody_and_of_rules_leave_one_another_alone(self, world: World) -> None:
        await world.register("V1", available_until=clock.now() + timedelta(days=1))
        rule = Raised(OF_NOBODY, "VID_03-months", "fail", "warning", "{}", "video")
        async with transaction(world.database) as session:
            await settle(session, {KEY: None}, {KEY: [rule]}, clock.now())
        assert (await world.findings()).keys() == {"video-link-ends-early", "VID_03-months"}
        await world.register("V1", available_until=clock.now() + timedelta(days=700))
        assert (await world.findings()).keys() == {"VID_03-months"}
        async with transaction(world.database) as session:
            await settle(session, {KEY: None}, {}, clock.now())
        assert await world.findings() == {}


class TestRounds:
    async def test_one_entry_covers_all_checks_that_waited(self, world: World, key_ring: KeyRing) -> None:
        for number in range(3):
            await world.register(f"V{number}", hash=f"{number}" * 64)
        await world.custodian.visit()
        assert await rounds.close_round(world.database, key_ring) == 3
        assert await rounds.close_round(world.database, key_ring) == 0
        await sequence(world.database)
        ((envelope,),) = await world.rows("SELECT envelope FROM ledger_entries WHERE kind = 'custody'")
        ((check_ids, sealed, root, round_id),) = await world.rows(
            "SELECT check_ids, secret_sealed, root, round_id FROM custody_rounds"
        )
        async with reading(world.database) as session:
            checks = await rounds_repository.checks(session, check_ids)
        secret = key_ring.open(sealed, rounds.secret_context(round_id))
        again = rounds.committed_to(secret, checks)
        assert (again.root, again.size) == (root, 3)
        assert root.hex() in bytes(envelope).decode()
        assert b"live-a" not in bytes(envelope)

    async def test_a_figure_changed_behind_its_back_gives_another_root(
        self, world: World, key_ring: KeyRing
    ) -> None:
        await world.register("V1")
        await world.custodian.visit()
        await rounds.close_round(world.database, key_ring)
        ((check_ids, root),) = await world.rows("SELECT check_ids, root FROM custody_rounds")
        async with reading(world.database) as session:
            (check,) = await rounds_repository.checks(session, check_ids)
        altered = check._replace(outcome="confirmed")
        ((sealed, round_id),) = await world.rows("SELECT secret_sealed, round_id FROM custody_rounds")
        secret = key_ring.open(sealed, rounds.secret_context(round_id))
        assert rounds.committed_to(secret, [altered]).root != root

    async def test_two_programs_never_take_one_check_into_two(self, world: World, key_ring: KeyRing) -> None:
        await world.register("V1")
        await world.custodian.visit()
        closed = await asyncio.gather(*(rounds.close_round(world.database, key_ring) for _ in range(3)))
        assert sum(closed) == 1


class TestDraws:
    async def test_fetch_the_part_that_a_checkpoint_chose(self, world: World, key_ring: KeyRing) -> None:
        for number in range(8):
            await world.register(f"V{number}", hash=f"{number}" * 64)
        await world.custodian.visit()
        settings = world.custodian.settings.model_copy(update={"video_sample_percent": 25})
        assert await sampling.announce(world.database, settings) == 0
        await world.execute("UPDATE video_custody SET next_draw_at = now() - interval '1 second'")
        assert await sampling.announce(world.database, settings) == 8
        assert await sampling.settle(world.database) == 0
        assert await publish(world.database, key_ring, Publishing())
        assert await sampling.settle(world.database) == 1
        due = await world.rows("SELECT fetch_wanted, next_due_at <= now() FROM video_custody")
        assert sorted(due) == [(False, False)] * 6 + [(True, True)] * 2
        assert await world.rows("SELECT count(*) FROM video_custody WHERE draw_id IS NOT NULL") == [(0,)]
        assert await sampling.announce(world.database, settings) == 0

    async def test_leave_out_what_may_not_be_asked(self, world: World) -> None:
        await world.register("V1", url="https://elsewhere.example/V1")
        await world.execute("UPDATE video_custody SET next_draw_at = now() - interval '1 second'")
        assert await sampling.announce(world.database, world.custodian.settings) == 0


async def test_what_was_kept_is_all_taken_in_once(world: World) -> None:
    await world.register("V1")
    assert not await world.custodian.enrol()
    await world.custodian.visit()
    assert await world.custodian.keep()
    assert not [state for state in (await world.states()).values() if state != "sound"]
