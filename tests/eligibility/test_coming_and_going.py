"""Enrollments and class groups come, go, come back and change what they are claimed under."""

import pytest

from app.core.ids import ClassGroupKey
from app.eligibility.errors import PolicyMissing
from app.eligibility.schemas import AssessedClassGroup
from tests.eligibility.world import CLOSED, DURING, LI, ZHAO, World, put_class_group, put_learner, put_pair
from tests.factories import feeds, intake
from tests.factories.feeds import KEY


async def test_a_withdrawn_learner_is_withdrawn_and_the_rules_still_speak(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_enrollment(session, ZHAO, withdrawn_at=DURING)
        await intake.touch(session, [ZHAO])
    await world.assess()
    assert (await world.standings())[ZHAO].eligibility == "withdrawn"
    assert await world.findings() == {(ZHAO, "attendance-rate", "open")}


async def test_a_deleted_enrollment_leaves_the_lists(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_enrollment(session, ZHAO, deleted=True)
        await intake.touch(session, [ZHAO])
    await world.assess()
    assert set(await world.standings()) == {LI}
    assert await world.findings() == {(ZHAO, "attendance-rate", "resolved")}
    tally = await world.class_group()
    assert tally is not None
    assert (tally.headcount, tally.counts["eligible"], "ineligible" in tally.counts) == (1, 1, False)


async def test_an_enrollment_that_comes_back_is_judged_again(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
        await feeds.put_enrollment(session, ZHAO, deleted=True)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_enrollment(session, ZHAO)
        await intake.touch(session, [ZHAO])
    await world.assess()
    assert set(await world.standings()) == {LI, ZHAO}


async def test_enrollments_wait_for_their_class_group(world: World) -> None:
    async with world.storing() as session:
        await put_learner(session, LI)
        await intake.touch(session, [LI])
    assert await world.assess() == AssessedClassGroup(KEY, enrollments=0, decisions=0)
    assert await world.touches() == []
    assert await world.standings() == {}
    async with world.storing() as session:
        await put_class_group(session, closed_at=CLOSED)
        await intake.touch(session)
    await world.assess()
    assert (await world.standings())[LI].eligibility == "eligible"


async def test_records_of_learners_nobody_enrolled_are_passed_over(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
        await feeds.put_attendance(session, "stranger", "S0")
        await intake.touch(session, ["stranger"])
    await world.assess()
    assert set(await world.standings()) == {LI, ZHAO}


async def test_a_deleted_class_group_takes_its_enrollments_with_it(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_class_group(session, deleted=True)
        await intake.touch(session)
    assert await world.assess() == AssessedClassGroup(KEY, enrollments=0, decisions=0)
    assert (await world.standings(), await world.class_group(), await world.touches()) == ({}, None, [])
    assert {state for _, _, state in await world.findings()} == {"resolved"}
    assert len(await world.decisions()) == 2


async def test_a_class_group_that_reopens_is_in_progress_again(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_class_group(session, programme="short", closed_at=None)
        await intake.touch(session)
    await world.assess(DURING)
    standing = (await world.standings())[ZHAO]
    assert (standing.eligibility, standing.outlook, standing.decision_id) == (
        *("in_progress", "on_track", None),
    )
    assert await world.findings() == {(ZHAO, "attendance-rate", "resolved")}
    tally = await world.class_group()
    assert tally is not None
    assert not tally.is_final


async def test_another_programme_asks_other_things(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    async with world.storing() as session:
        await feeds.put_class_group(session, programme="standard", closed_at=CLOSED)
        await intake.touch(session)
    await world.assess()
    standing = (await world.standings())[LI]
    assert (standing.programme, standing.eligibility) == ("standard", "ineligible")
    assert "answer-accuracy:missing" in standing.outcome_tags
    assert (LI, "credited-hours", "open") in await world.findings()


async def test_a_programme_whose_pack_is_gone_keeps_its_touches(world: World) -> None:
    async with world.storing() as session:
        await put_class_group(session)
        await feeds.put_class_group(session, programme="vanished")
        await intake.touch(session)
    with pytest.raises(PolicyMissing):
        await world.assess()
    assert len(await world.touches()) == 1


async def test_two_platforms_of_one_id_have_two_class_groups(world: World) -> None:
    namesake = ClassGroupKey(feeds.OTHER_PLATFORM, KEY.class_group_id)
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
        await intake.touch(session, key=namesake)
    await world.assess(key=namesake)
    assert len(await world.touches()) == 1
    assert await world.standings() == {}
