"""A waived finding bars nobody: for exactly what was found, until the waiver ends."""

import json
from datetime import timedelta
from uuid import UUID

import pytest

from app.accounts.authorisation import Reach
from app.approvals.schemas import Act, Approved
from app.core.ids import ActorId, new_uuid
from app.db.models import Finding
from app.eligibility.waiver_acts import END_WAIVER, WAIVE_FINDING
from app.findings.errors import FindingNotOpen, WaiverUnknown
from tests.eligibility.world import AFTER, CLOSED, ZHAO, World, attend, put_pair
from tests.factories import feeds, intake

LATER = AFTER + timedelta(hours=1)
LATEST = LATER + timedelta(hours=1)
BY_TWO = ActorId("user-1"), ActorId("user-2")


@pytest.fixture
async def world(world: World) -> World:
    """Zhao attended three lessons of five and is ineligible."""
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    return world


async def finding_id(world: World) -> UUID:
    (finding,) = [row for row in await world.rows(Finding, Finding.finding_id) if row.state == "open"]
    return finding.finding_id


async def carry_out(world: World, act: Act, **arguments: UUID) -> UUID:
    proposal_id = new_uuid(LATER)
    told = {name: str(value) for name, value in arguments.items()}
    async with world.storing() as session:
        await act.carry_out(session, told, Approved(proposal_id, *BY_TWO, "停电", LATER))
    return proposal_id


async def waive(world: World) -> UUID:
    waiver_id = await carry_out(world, WAIVE_FINDING, finding_id=await finding_id(world))
    await world.assess(LATER)
    return waiver_id


async def eligibility(world: World) -> str:
    return (await world.standings())[ZHAO].eligibility


async def test_a_waiver_lets_through_whom_the_rule_barred(world: World) -> None:
    waiver_id = await waive(world)
    assert await eligibility(world) == "eligible"
    assert await world.findings() == {(ZHAO, "attendance-rate", "waived")}
    newest = (await world.decisions())[-1]
    (attendance, _) = json.loads(newest.document)["rules"]
    assert (newest.eligibility, attendance["outcome"]) == ("eligible", "fail")
    assert attendance["waived_by"] == str(waiver_id)


async def test_it_does_not_hold_for_what_is_found_later(world: World) -> None:
    await waive(world)
    async with world.storing() as session:
        await attend(session, ZHAO, "S3")
        await intake.touch(session, [ZHAO])
    await world.assess(LATEST)
    assert await eligibility(world) == "eligible"
    async with world.storing() as session:
        for lesson_id in ("S1", "S2", "S3"):
            await feeds.put_attendance(session, ZHAO, lesson_id, status="absent")
        await intake.touch(session, [ZHAO])
    await world.assess(LATEST)
    assert await eligibility(world) == "ineligible"
    assert (ZHAO, "attendance-rate", "open") in await world.findings()


async def test_it_holds_through_every_assessment_that_finds_the_same(world: World) -> None:
    await waive(world)
    await world.touch()
    await world.assess(LATEST)
    assert await eligibility(world) == "eligible"
    assert await world.findings() == {(ZHAO, "attendance-rate", "waived")}


async def test_what_is_still_wrong_when_it_ends_is_found_anew(world: World) -> None:
    waiver_id = await waive(world)
    await carry_out(world, END_WAIVER, waiver_id=waiver_id)
    await world.assess(LATEST)
    assert await eligibility(world) == "ineligible"
    assert await world.findings() == {
        (ZHAO, "attendance-rate", "waived"),
        (ZHAO, "attendance-rate", "open"),
    }
    decided = [row.eligibility for row in await world.decisions() if row.learner_id == ZHAO]
    assert decided == ["ineligible", "eligible", "ineligible"]


async def test_nothing_is_waived_twice_and_no_waiver_ends_twice(world: World) -> None:
    found = await finding_id(world)
    waiver_id = await carry_out(world, WAIVE_FINDING, finding_id=found)
    with pytest.raises(FindingNotOpen):
        await carry_out(world, WAIVE_FINDING, finding_id=found)
    await carry_out(world, END_WAIVER, waiver_id=waiver_id)
    with pytest.raises(WaiverUnknown):
        await carry_out(world, END_WAIVER, waiver_id=waiver_id)


async def test_what_lies_outside_the_districts_of_an_official_is_not_there(world: World) -> None:
    found = await finding_id(world)
    elsewhere = Reach(districts=("44",))
    async with world.storing() as session:
        assert await WAIVE_FINDING.locate(session, Reach(), {"finding_id": str(found)}) is None
        with pytest.raises(FindingNotOpen):
            await WAIVE_FINDING.locate(session, elsewhere, {"finding_id": str(found)})
