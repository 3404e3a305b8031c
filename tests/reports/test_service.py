"""A report is kept for ever, and the next one tells the difference."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import ProgrammingError

from app.core.ids import ActorId, ClassGroupId, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility
from app.db.models import EligibilityReport
from app.db.session import WriteSession
from app.reports.schemas import (
    Change,
    IssuedReport,
    PackVersion,
    Period,
    ReportedClassGroup,
    ReportedLearner,
)
from app.reports.service import issue

USCC = Uscc("91440200MA4UQ0A31K")
MARCH_TO_MAY = Period(date(2026, 3, 1), date(2026, 5, 31))
IN_APRIL = datetime(2026, 4, 10, tzinfo=UTC)
NOW = datetime(2026, 6, 1, tzinfo=UTC)
OURS = ActorId("enterprise-1")
ELIGIBLE, INELIGIBLE = Eligibility.eligible, Eligibility.ineligible


def class_group(
    learners: Mapping[str, Eligibility], closed_at: datetime = IN_APRIL, name: str = "C1"
) -> ReportedClassGroup:
    reported = [ReportedLearner(LearnerId(learner_id), said) for learner_id, said in learners.items()]
    return ReportedClassGroup(PlatformCode("P1"), ClassGroupId(name), closed_at, reported)


async def issue_report(
    session: WriteSession,
    *class_groups: ReportedClassGroup,
    period: Period = MARCH_TO_MAY,
    by: ActorId = OURS,
    uscc: Uscc = USCC,
    days: float = 0,
) -> IssuedReport:
    return await issue(
        session,
        uscc=uscc,
        period=period,
        created_by=by,
        at=NOW + timedelta(days=days),
        ledger_size=7,
        policy_versions=[PackVersion("standard", "2020-01-01")],
        class_groups=list(class_groups),
        contents=repr(class_groups).encode(),
    )


def change(learner_id: str, before: Eligibility | None, now: Eligibility | None, name: str = "C1") -> Change:
    return Change(PlatformCode("P1"), ClassGroupId(name), LearnerId(learner_id), before, now)


async def test_the_first_report_has_nothing_to_compare_with(session: WriteSession) -> None:
    issued = await issue_report(session, class_group({"L1": ELIGIBLE}))
    assert (issued.last, issued.changes) == (None, [])


async def test_the_next_one_tells_who_changed_came_and_went(session: WriteSession) -> None:
    first = await issue_report(
        session, class_group({"L1": ELIGIBLE, "L2": INELIGIBLE, "L3": ELIGIBLE, "L4": ELIGIBLE})
    )
    second = await issue_report(
        session, class_group({"L1": ELIGIBLE, "L2": ELIGIBLE, "L3": INELIGIBLE, "L5": ELIGIBLE}), days=1
    )
    assert second.last == first.report
    assert second.changes == [
        change("L2", INELIGIBLE, ELIGIBLE),
        change("L3", ELIGIBLE, INELIGIBLE),
        change("L4", ELIGIBLE, None),
        change("L5", None, ELIGIBLE),
    ]


async def test_each_compares_with_the_one_before_it(session: WriteSession) -> None:
    for days, said in enumerate([ELIGIBLE, INELIGIBLE, INELIGIBLE]):
        issued = await issue_report(session, class_group({"L1": said}), days=days)
    assert issued.changes == []


async def test_class_groups_outside_the_other_period_have_not_changed(session: WriteSession) -> None:
    march, april = (
        class_group({"L1": ELIGIBLE}, datetime(2026, 3, 10, tzinfo=UTC)),
        class_group({"L1": ELIGIBLE}, IN_APRIL, "C2"),
    )
    june = class_group({"L1": ELIGIBLE}, datetime(2026, 6, 10, tzinfo=UTC), "C3")
    await issue_report(session, march, april)
    second = await issue_report(session, june, period=Period(date(2026, 4, 1), date(2026, 6, 30)), days=1)
    assert second.changes == [change("L1", ELIGIBLE, None, "C2")]


async def test_the_day_of_closing_is_that_of_shanghai(session: WriteSession) -> None:
    first_of_may = datetime(2026, 4, 30, 16, tzinfo=UTC)
    await issue_report(session, class_group({"L1": ELIGIBLE}, first_of_may))
    second = await issue_report(session, period=Period(date(2026, 5, 1), date(2026, 5, 1)), days=1)
    assert second.changes == [change("L1", ELIGIBLE, None)]


@pytest.mark.parametrize(
    "other",
    [
        {"by": ActorId("regulator-1")},
        {"uscc": Uscc("91440200MA4UQ0A32N")},
        {"period": Period(date(2025, 1, 1), date(2025, 12, 31))},
    ],
)
async def test_only_ones_own_reports_of_the_same_enterprise_and_time_compare(
    session: WriteSession, other: dict[str, object]
) -> None:
    await issue_report(session, class_group({"L1": ELIGIBLE}), **other)  # type: ignore[arg-type]
    assert (await issue_report(session, class_group({"L1": INELIGIBLE}), days=1)).last is None


HOUR = 1 / 24


async def test_is_the_same_on_the_same_day_while_nothing_changed(session: WriteSession) -> None:
    await issue_report(session, class_group({"L1": INELIGIBLE}), days=-1)
    first = await issue_report(session, class_group({"L1": ELIGIBLE}))
    assert first.changes == [change("L1", INELIGIBLE, ELIGIBLE)]
    assert await issue_report(session, class_group({"L1": ELIGIBLE}), days=15 * HOUR) == first
    assert await session.scalar(select(func.count()).select_from(EligibilityReport)) == 2


async def test_is_another_on_the_next_day_of_shanghai(session: WriteSession) -> None:
    first = await issue_report(session, class_group({"L1": ELIGIBLE}))
    second = await issue_report(session, class_group({"L1": ELIGIBLE}), days=16 * HOUR)
    assert (second.last, second.changes) == (first.report, [])


async def test_is_another_once_something_changed_and_then_that_is_the_one(session: WriteSession) -> None:
    first = await issue_report(session, class_group({"L1": ELIGIBLE}))
    second = await issue_report(session, class_group({"L1": INELIGIBLE}), days=HOUR)
    assert second.changes == [change("L1", ELIGIBLE, INELIGIBLE)]
    third = await issue_report(session, class_group({"L1": ELIGIBLE}), days=2 * HOUR)
    assert first.report.report_id != third.report.report_id, "it has been otherwise in between"
    assert third.changes == [change("L1", INELIGIBLE, ELIGIBLE)]
    assert await issue_report(session, class_group({"L1": ELIGIBLE}), days=3 * HOUR) == third


async def test_stands_beside_those_of_other_periods(session: WriteSession) -> None:
    first = await issue_report(session, class_group({"L1": ELIGIBLE}))
    april = Period(date(2026, 4, 1), date(2026, 4, 30))
    other = await issue_report(session, class_group({"L1": ELIGIBLE}), period=april, days=HOUR)
    assert other.report.report_id != first.report.report_id
    assert other.last == first.report
    assert await issue_report(session, class_group({"L1": ELIGIBLE}), days=2 * HOUR) == first


async def test_what_is_kept_names_nobody(session: WriteSession) -> None:
    issued = await issue_report(session, class_group({"L1": ELIGIBLE}))
    (row,) = await session.scalars(select(EligibilityReport))
    assert row.report_id == issued.report.report_id
    assert (row.uscc, row.created_by, row.ledger_size) == (USCC, OURS, 7)
    assert row.policy_versions == [{"programme": "standard", "version": "2020-01-01"}]
    assert row.entries == [
        {
            "platform": "P1",
            "class_group_id": "C1",
            "closed_at": IN_APRIL.isoformat(),
            "learners": {"L1": "eligible"},
            "subsidies": {},
        }
    ]


@pytest.mark.parametrize(
    "statement", ["UPDATE eligibility_reports SET ledger_size = 0", "DELETE FROM eligibility_reports"]
)
async def test_a_report_cannot_be_changed(session: WriteSession, statement: str) -> None:
    await issue_report(session)
    with pytest.raises(ProgrammingError, match="permission denied"):
        await session.execute(text(statement))
