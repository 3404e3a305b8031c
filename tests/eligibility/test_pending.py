"""With nothing pending, every answer reflects every receipt; a final eligibility has no open point."""

from datetime import timedelta

from app.db.session import reading
from app.eligibility.pending import open_points, pending
from app.eligibility.schemas import OpenPoint, Pending
from app.ledger.sequence import sequence
from tests.eligibility.world import AFTER, CLOSED, DURING, LI, ZHAO, World, put_class_group, put_learner
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY
from tests.factories.intake import RECEIVED_AT

MINUTE = timedelta(minutes=1)


async def ask(world: World, after: timedelta = timedelta(0)) -> Pending:
    async with reading(world.database) as session:
        return await pending(session, RECEIVED_AT + after)


async def points(world: World) -> list[OpenPoint]:
    async with reading(world.database) as session:
        return await open_points(session, KEY)


class TestPending:
    async def test_nothing_at_first(self, world: World) -> None:
        assert await ask(world) == (0, 0, 0)

    async def test_each_touched_learner_once(self, world: World) -> None:
        async with world.storing() as session:
            await intake.touch(session, [LI, ZHAO])
            await intake.touch(session, [ZHAO], touched_at=RECEIVED_AT + MINUTE)
            await intake.touch(session, [ZHAO], OTHER_KEY)
        assert await ask(world, 2 * MINUTE) == (3, 120, 0)

    async def test_every_enrollment_of_a_class_group_touched_whole(self, world: World) -> None:
        async with world.storing() as session:
            await feeds.put_enrollment(session, LI)
            await feeds.put_enrollment(session, ZHAO)
            await feeds.put_enrollment(session, "gone", deleted=True)
            await intake.touch(session)
            await intake.touch(session, ["stranger"])
        assert (await ask(world)).pending_enrollments == 2

    async def test_a_touched_class_group_without_enrollments_still_waits(self, world: World) -> None:
        await world.touch()
        assert (await ask(world)).pending_enrollments == 1

    async def test_a_batch_without_an_index_still_waits(self, world: World) -> None:
        async with world.storing() as session:
            await intake.add_batch(session, KEY)
        assert await ask(world, MINUTE) == (1, 60, 0)
        await sequence(world.database)
        assert await ask(world, MINUTE) == (0, 0, 1)

    async def test_a_lesson_that_fell_due_waits_for_all_enrollments(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await put_learner(session, LI)
            await put_learner(session, ZHAO)
            await intake.touch(session)
        await world.assess(DURING)
        fourth_ends = feeds.NINE_O_CLOCK + timedelta(days=3, hours=1)
        async with reading(world.database) as session:
            assert (await pending(session, fourth_ends - MINUTE)).pending_enrollments == 0
            assert await pending(session, fourth_ends + MINUTE) == (2, 60, 0)

    async def test_nothing_once_all_is_assessed(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await put_learner(session, LI)
            batch_id = await intake.add_batch(session, KEY)
            await intake.touch(session, batch_id=batch_id)
        await sequence(world.database)
        assert (await ask(world)).pending_enrollments == 1
        await world.assess()
        assert await ask(world) == (0, 0, 1)

    async def test_a_clock_behind_the_receipt_makes_no_negative_age(self, world: World) -> None:
        await world.touch()
        assert (await ask(world, -MINUTE)).oldest_pending_seconds == 0


class TestOpenPoints:
    async def test_are_none_once_a_closed_class_group_is_assessed(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await intake.touch(session)
        await world.assess()
        assert await points(world) == []

    async def test_of_a_running_class_group(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await intake.touch(session)
        await world.assess(DURING)
        assert await points(world) == [OpenPoint.class_group_running]

    async def test_of_a_class_group_that_was_just_closed(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await intake.touch(session)
        await world.assess(DURING)
        async with world.storing() as session:
            await feeds.put_class_group(session, programme="short", closed_at=CLOSED)
            batch_id = await intake.add_batch(session, KEY)
            await intake.touch(session, batch_id=batch_id)
        assert await points(world) == [OpenPoint.records_waiting, OpenPoint.batches_unsequenced]

    async def test_of_a_class_group_nobody_has_assessed(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
        assert await points(world) == [OpenPoint.not_assessed]

    async def test_of_a_record_received_after_the_assessment(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await intake.touch(session)
        await world.assess(AFTER)
        await world.touch(ZHAO)
        assert await points(world) == [OpenPoint.records_waiting]

    async def test_of_a_class_group_that_is_not_there(self, world: World) -> None:
        assert await points(world) == [OpenPoint.class_group_running]
