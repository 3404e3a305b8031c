"""Who waits longest comes first; what is to be assessed again is touched whole."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from app.core.ids import ClassGroupKey, PlatformCode
from app.db.session import ReadSession, WriteSession, reading
from app.eligibility import service
from app.records.selection import Selection
from tests.eligibility.world import AFTER, CLOSED, DURING, LI, World, put_class_group
from tests.factories import feeds, intake
from tests.factories.feeds import KEY, OTHER_KEY, OTHER_PLATFORM

MINUTE = timedelta(minutes=1)


async def waiting(
    session: ReadSession, as_of: datetime = AFTER, *, passing_over: Sequence[ClassGroupKey] = ()
) -> list[ClassGroupKey]:
    found = await service.waiting_class_groups(session, as_of, passing_over=passing_over)
    return [each.key for each in found]


class TestWaitingClassGroups:
    async def test_come_oldest_touch_first_and_once(self, session: WriteSession) -> None:
        await intake.touch(session, [LI], OTHER_KEY, touched_at=AFTER)
        await intake.touch(session, [LI], KEY, touched_at=AFTER + MINUTE)
        await intake.touch(session, None, OTHER_KEY, touched_at=AFTER + 2 * MINUTE)
        assert await waiting(session) == [OTHER_KEY, KEY]

    async def test_leave_out_those_passed_over(self, session: WriteSession) -> None:
        await intake.touch(session, None, OTHER_KEY)
        await intake.touch(session, None, KEY)
        assert await waiting(session, passing_over=[OTHER_KEY]) == [KEY]

    async def test_hold_those_whose_lessons_have_fallen_due(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session)
            await intake.touch(session)
        await world.assess(DURING)
        fourth_ends = feeds.NINE_O_CLOCK + timedelta(days=3, hours=1)
        async with reading(world.database) as reader:
            assert await waiting(reader, fourth_ends - MINUTE) == []
            assert await waiting(reader, fourth_ends) == [KEY]
            assert await waiting(reader, fourth_ends, passing_over=[KEY]) == []

    async def test_are_none_once_assessed(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await intake.touch(session)
        await world.assess()
        async with reading(world.database) as reader:
            assert await waiting(reader) == []

    async def test_say_how_many_enrollments_an_assessment_will_judge(self, session: WriteSession) -> None:
        for learner_id in ("L1", "L2", "L3"):
            await feeds.put_enrollment(session, learner_id, KEY)
        await intake.touch(session, [LI], OTHER_KEY, touched_at=AFTER)
        await intake.touch(session, ["L2", "L3"], OTHER_KEY, touched_at=AFTER)
        await intake.touch(session, [LI], KEY, touched_at=AFTER + MINUTE)
        await intake.touch(session, None, KEY, touched_at=AFTER + 2 * MINUTE)
        both = [(OTHER_KEY, 3), (KEY, 3)]
        assert await service.waiting_class_groups(session, AFTER) == both
        assert await service.waiting_class_groups(session, AFTER, most=1) == both[:1]


class TestReassess:
    async def test_touches_the_selected_class_groups_whole(self, session: WriteSession) -> None:
        elsewhere = ClassGroupKey(OTHER_PLATFORM, KEY.class_group_id)
        for key in (KEY, OTHER_KEY, elsewhere):
            await feeds.put_class_group(session, key, deleted=key == OTHER_KEY)
        live = Selection(platform=PlatformCode("live-a"))
        assert await service.reassess(session, live, AFTER) == 1
        assert await waiting(session) == [KEY]
        assert await service.reassess(session, Selection(), AFTER) == 2

    async def test_has_even_what_has_not_changed_judged_again(self, world: World) -> None:
        async with world.storing() as session:
            await put_class_group(session, closed_at=CLOSED)
            await feeds.put_enrollment(session, LI)
            await intake.touch(session)
        await world.assess()
        async with world.storing() as session:
            await service.reassess(session, Selection(), AFTER)
        await world.assess(AFTER + MINUTE)
        assert (await world.standings())[LI].assessed_at == AFTER + MINUTE
