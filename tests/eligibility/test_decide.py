"""A final decision is written when it is new or changed, and names everything it rests on."""

import json
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import delete

from app import __version__
from app.core.ids import BatchId, RunId
from app.db.models import LedgerEntry, LedgerPending
from app.eligibility.decide import secret_context
from app.eligibility.errors import LedgerGap
from app.eligibility.schemas import NotYet
from app.ledger.leaves import document_leaves
from app.ledger.merkle import root
from app.ledger.sequence import sequence
from tests.eligibility.world import AFTER, CLOSED, LI, ZHAO, World, attend, put_class_group, put_learner
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY

LATER = AFTER + timedelta(hours=1)


@pytest.fixture
async def world(world: World) -> World:
    """Li attends everything, Zhao three lessons of five; assessed once."""
    async with world.storing() as session:
        await put_class_group(session, closed_at=CLOSED)
        await put_learner(session, LI)
        await put_learner(session, ZHAO, ("S0", "S1", "S2"))
        await intake.add_batch(session, KEY)
        await intake.touch(session)
    await sequence(world.database)
    await world.assess()
    return world


async def correct(world: World) -> BatchId:
    """Zhao attended one more lesson, says a late batch."""
    async with world.storing() as session:
        await attend(session, ZHAO, "S3")
        batch_id = await intake.add_batch(session, KEY, OTHER_KEY)
        await intake.touch(session, [ZHAO], batch_id=batch_id)
    return batch_id


class TestWhatIsWritten:
    async def test_the_first_decision_on_everybody(self, world: World) -> None:
        decisions = await world.decisions()
        assert [(row.learner_id, row.eligibility, row.decided_at) for row in decisions] == [
            (LI, "eligible", AFTER),
            (ZHAO, "ineligible", AFTER),
        ]
        standings = await world.standings()
        assert [standings[row.learner_id].decision_id for row in decisions] == [
            row.decision_id for row in decisions
        ]

    async def test_nothing_while_everything_stays_as_it_was(self, world: World) -> None:
        before = await world.standings()
        await world.touch()
        await world.assess(LATER)
        after = await world.standings()
        assert len(await world.decisions()) == 2
        assert len(await world.runs()) == 1
        assert {row.decision_id for row in after.values()} == {row.decision_id for row in before.values()}
        assert {row.assessed_at for row in after.values()} == {LATER}

    async def test_only_the_decision_that_changed(self, world: World) -> None:
        await correct(world)
        await sequence(world.database)
        await world.assess(LATER)
        newest = (await world.decisions())[-1]
        assert (newest.learner_id, newest.eligibility, newest.decided_at) == (ZHAO, "eligible", LATER)
        assert len(await world.decisions()) == 3
        assert (await world.standings())[ZHAO].decision_id == newest.decision_id

    async def test_a_decision_whose_figures_changed_though_its_eligibility_did_not(
        self, world: World
    ) -> None:
        async with world.storing() as session:
            await feeds.put_answer(session, LI, "S0")
            await intake.touch(session, [LI])
        await world.assess(LATER)
        assert [row.eligibility for row in await world.decisions() if row.learner_id == LI] == [
            "eligible",
            "eligible",
        ]

    async def test_nothing_new_when_a_reopened_class_group_closes_as_it_was(self, world: World) -> None:
        for closed_at in (None, CLOSED + timedelta(days=9)):
            async with world.storing() as session:
                await feeds.put_class_group(session, programme="short", closed_at=closed_at)
                await intake.touch(session)
            await world.assess(LATER)
        assert len(await world.decisions()) == 2
        assert {row.decision_id for row in (await world.standings()).values()} == {
            row.decision_id for row in await world.decisions()
        }

    async def test_everybody_again_under_another_policy(self, world: World) -> None:
        async with world.storing() as session:
            await feeds.put_class_group(session, programme="standard", closed_at=CLOSED)
            await intake.touch(session)
        await world.assess(LATER)
        assert [run.policy_id for run in await world.runs()] == ["short", "standard"]
        assert len(await world.decisions()) == 4

    async def test_the_newest_is_the_last_one_even_if_the_clock_was_set_back(self, world: World) -> None:
        await correct(world)
        await sequence(world.database)
        await world.assess(AFTER - timedelta(days=1))
        zhao = [row for row in await world.decisions() if row.learner_id == ZHAO]
        assert [row.eligibility for row in zhao] == ["ineligible", "eligible"]
        assert zhao[1].decided_at == AFTER + timedelta(microseconds=1)


class TestWhatItRestsOn:
    async def test_the_run_names_batches_ledger_policy_program_and_moment(self, world: World) -> None:
        late_batch = await correct(world)
        await sequence(world.database)
        await world.assess(LATER)
        first, second = await world.runs()
        policy = (await world.in_force()).version("short", "2020-01-01")
        assert (second.assessed_at, second.ledger_size, second.batch_ids) == (
            *(LATER, 3, [*first.batch_ids, late_batch]),
        )
        assert (
            second.policy_id,
            second.policy_version,
            second.policy_hash.hex(),
            second.program_version,
        ) == (*("short", "2020-01-01", policy.content_hash, __version__),)

    async def test_the_root_covers_the_documents_in_the_order_of_learners(self, world: World) -> None:
        (run,) = await world.runs()
        secret = world.key_ring.open(run.secret_sealed, secret_context(RunId(run.run_id)))
        documents = [row.document for row in await world.decisions()]
        assert root(document_leaves(secret, documents)) == run.decisions_root

    async def test_a_document_says_what_the_standing_says(self, world: World) -> None:
        standings = await world.standings()
        for row in await world.decisions():
            standing = standings[row.learner_id]
            assert json.loads(row.document) == {
                "v": 1,
                "platform": "live-a",
                "class_group_id": "C1",
                "learner_id": row.learner_id,
                "eligibility": row.eligibility,
                "facts": standing.facts,
                "rules": standing.rules,
            }

    async def test_the_ledger_entry_waits_with_the_decisions(self, world: World) -> None:
        (run,) = await world.runs()
        (entry,) = await world.rows(LedgerPending, LedgerPending.subject_id)
        (batch,) = await world.rows(LedgerEntry, LedgerEntry.index)
        assert (entry.kind, entry.subject_id, entry.recorded_at) == ("assessment", run.run_id, AFTER)
        assert entry.leaf_hash == sha256(b"\x00" + entry.envelope).digest()
        envelope = json.loads(entry.envelope)
        assert envelope["batches"] == {"size": 1, "root": batch.leaf_hash.hex()}
        assert envelope["decisions"] == {"size": 2, "root": run.decisions_root.hex()}
        assert (envelope["ledger_size"], envelope["policy"]["hash"]) == (1, run.policy_hash.hex())

    async def test_batches_stand_in_the_order_of_their_indexes(self, world: World) -> None:
        async with world.storing() as session:
            younger = await intake.add_batch(session, KEY, received_at=LATER)
        await sequence(world.database)
        async with world.storing() as session:
            older = await intake.add_batch(session, KEY, received_at=AFTER)
        await sequence(world.database)
        await correct(world)
        await sequence(world.database)
        await world.assess(LATER)
        assert (await world.runs())[1].batch_ids[1:3] == [younger, older]


class TestBatchesWithoutAnIndex:
    async def test_keep_the_class_group_waiting_and_its_touches_in_place(self, world: World) -> None:
        await correct(world)
        assert await world.assess(LATER) is NotYet.unsequenced
        assert len(await world.touches()) == 1
        assert len(await world.decisions()) == 2
        await sequence(world.database)
        await world.assess(LATER)
        assert len(await world.decisions()) == 3

    async def test_of_other_class_groups_hold_nobody_up(self, world: World) -> None:
        async with world.storing() as session:
            await intake.add_batch(session, OTHER_KEY)
            await attend(session, ZHAO, "S3")
            await intake.touch(session, [ZHAO])
        assert not isinstance(await world.assess(LATER), NotYet)

    async def test_that_nobody_will_ever_give_are_a_gap(self, world: World) -> None:
        await correct(world)
        async with world.storing() as session:
            await session.execute(delete(LedgerPending))
        with pytest.raises(LedgerGap):
            await world.assess(LATER)
        assert len(await world.touches()) == 1
