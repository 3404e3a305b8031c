"""A decision that left the house in a report is never silently another."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import text

from app.core.ids import ActorId, Uscc
from app.db.models import Finding
from app.db.session import reading
from app.eligibility.answers import Standing, enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.records.selection import Selection
from app.reports.schemas import Period, Report, ReportedClassGroup, ReportedLearner
from app.reports.service import issue
from tests.eligibility.world import AFTER, CLOSED, LI, ZHAO, World, attend, put_pair
from tests.factories import intake
from tests.factories.feeds import ENTERPRISE, KEY

THIS_YEAR = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
async def reported(world: World) -> Report:
    """Li eligible, Zhao not."""
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    return await report(world, AFTER + timedelta(hours=1))


async def report(world: World, at: datetime) -> Report:
    learners = [ReportedLearner(each.learner_id, each.eligibility) for each in await standings(world)]
    async with world.storing() as session:
        issued = await issue(
            session,
            uscc=Uscc(ENTERPRISE),
            period=THIS_YEAR,
            created_by=ActorId("user-0000000000000001"),
            at=at,
            ledger_size=1,
            policy_versions=[],
            class_groups=[ReportedClassGroup(*KEY, CLOSED, learners)],
            contents=str(at).encode(),
        )
    return issued.report


async def standings(world: World) -> Sequence[Standing]:
    async with reading(world.database, repeatable=True) as session:
        return await enrollments(session, Selection(*KEY), EnrollmentFilter(), limit=10)


async def said_before(world: World) -> dict[str, tuple[str, str] | None]:
    return {
        each.learner_id: None
        if (said := each.changed_after_export) is None
        else (str(said.report_id), said.eligibility)
        for each in await standings(world)
    }


async def let_zhao_attend(world: World, hours: int = 2) -> None:
    async with world.storing() as session:
        await attend(session, ZHAO, "S3")
        await intake.touch(session, [ZHAO])
    await world.assess(AFTER + timedelta(hours=hours))


async def take_it_back(world: World, hours: int) -> None:
    async with world.storing() as session:
        await session.execute(text("UPDATE attendance SET deleted = true WHERE lesson_id = 'S3'"))
        await session.execute(text("UPDATE learning_records SET deleted = true WHERE lesson_id = 'S3'"))
        await intake.touch(session, [ZHAO, LI])
    await world.assess(AFTER + timedelta(hours=hours))


async def findings(world: World) -> set[tuple[str, str]]:
    rows = await world.rows(Finding, Finding.finding_id)
    return {(row.learner_id, row.state) for row in rows if row.rule == "decision-changed-after-export"}


async def test_a_decision_that_changes_after_a_report_says_so(world: World, reported: Report) -> None:
    await let_zhao_attend(world)
    assert await said_before(world) == {LI: None, ZHAO: (str(reported.report_id), "ineligible")}
    assert await findings(world) == {(ZHAO, "open")}
    (finding,) = [row for row in await world.rows(Finding, Finding.finding_id) if row.state == "open"]
    assert (finding.evidence["observed"], finding.evidence["threshold"]) == ("eligible", "ineligible")
    assert str(reported.report_id) in finding.evidence["clause"]


async def test_a_decision_that_was_never_reported_may_change(world: World) -> None:
    async with world.storing() as session:
        await put_pair(session, closed_at=CLOSED)
    await world.assess()
    await let_zhao_attend(world)
    assert await said_before(world) == {LI: None, ZHAO: None}
    assert await findings(world) == set()


async def test_it_stays_with_the_decision_whatever_is_assessed_or_reported_later(
    world: World, reported: Report
) -> None:
    await let_zhao_attend(world)
    await report(world, AFTER + timedelta(hours=3))
    await world.touch(ZHAO)
    await world.assess(AFTER + timedelta(hours=4))
    assert (await said_before(world))[ZHAO] == (str(reported.report_id), "ineligible")
    assert await findings(world) == {(ZHAO, "open")}


async def test_it_ends_once_the_decision_says_again_what_was_reported(world: World, reported: Report) -> None:
    await let_zhao_attend(world)
    await take_it_back(world, hours=3)
    assert (await said_before(world))[ZHAO] is None
    assert (ZHAO, "resolved") in await findings(world)
    assert reported.class_groups


async def test_a_later_decision_is_compared_with_the_newest_report(world: World, reported: Report) -> None:
    await let_zhao_attend(world)
    second = await report(world, AFTER + timedelta(hours=3))
    await take_it_back(world, hours=4)
    assert (await said_before(world))[ZHAO] == (str(second.report_id), "eligible")
    assert reported.report_id != second.report_id


async def test_other_words_with_the_same_eligibility_are_no_change(world: World, reported: Report) -> None:
    async with world.storing() as session:
        await session.execute(text("UPDATE lessons SET planned_minutes = 55 WHERE lesson_id = 'S1'"))
        await intake.touch(session)
    before = len(await world.decisions())
    await world.assess(AFTER + timedelta(hours=2))
    assert len(await world.decisions()) > before
    assert await said_before(world) == {LI: None, ZHAO: None}
    assert reported.class_groups
