"""Lists find what they show by an index, and read nothing of what learners did."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, date, datetime
from functools import partial

import pytest

from app.accounts.authorisation import Reach
from app.core.ids import ActorId, ClassGroupId, ClassGroupKey, LearnerId, PlatformCode, Uscc
from app.core.vocabulary import Eligibility, FindingState, Outcome, Outlook
from app.db.session import Database, ReadSession, reading
from app.eligibility import overview_repository
from app.eligibility import tallies_repository as tallies
from app.eligibility.answers import Position, enrollments
from app.eligibility.answers_repository import EnrollmentFilter
from app.findings.schemas import FindingFilter
from app.findings.service import list_findings
from app.records.enterprises import known_enterprise
from app.records.selection import Selection
from app.reports.repository import last_report
from app.reports.schemas import Period
from tests.factories.crowd import asked_of, crowded, indexes_of
from tests.server import CloneServer

Question = Callable[[ReadSession], Awaitable[object]]

P3 = PlatformCode("P3")
MARCH = Selection(closed_from=date(2026, 3, 1), closed_to=date(2026, 3, 3))
AFTER = Position(P3, ClassGroupId("C0203"), LearnerId("L0021"))
NAMES = {"pk_class_groups", "pk_platforms", "ix_enterprises_uscc"}
"""What is looked up for each row that is shown."""
STANDINGS = {"pk_assessments", "pk_enrollments", "pk_changed_decisions"} | NAMES


@pytest.fixture(scope="module")
async def crowd(clone_server: CloneServer) -> AsyncIterator[Database]:
    async with crowded(clone_server) as database:
        yield database


def of_enrollments(
    selection: Selection = Selection(),  # noqa: B008 (frozen)
    after: Position | None = None,
    **wanted: object,
) -> Question:
    filtered = EnrollmentFilter(**wanted)  # type: ignore[arg-type]
    return lambda session: enrollments(session, selection, filtered, after=after, limit=51)


def of_findings(selection: Selection = Selection(), **wanted: object) -> Question:  # noqa: B008
    filtered = FindingFilter(class_groups=selection, **wanted)  # type: ignore[arg-type]
    return lambda session: list_findings(session, filtered, limit=51)


@pytest.mark.parametrize(
    ("question", "indexes"),
    [
        (of_enrollments(), {"pk_class_groups"} | STANDINGS),
        (of_enrollments(after=AFTER), {"pk_class_groups"} | STANDINGS),
        (of_enrollments(Selection(platform=P3)), {"pk_class_groups"} | STANDINGS),
        (of_enrollments(Selection(P3, ClassGroupId("C0203"))), {"pk_class_groups"} | STANDINGS),
        (of_enrollments(Selection(districts=("44",))), {"ix_class_groups_province"} | STANDINGS),
        (of_enrollments(Selection(districts=("4402",))), {"ix_class_groups_city"} | STANDINGS),
        (of_enrollments(Selection(districts=("440204",)), AFTER), {"ix_class_groups_county"} | STANDINGS),
        (
            of_enrollments(Selection(districts=("440204",)), eligibility=Eligibility.ineligible),
            {"ix_class_groups_county", "pk_class_group_assessments"} | STANDINGS,
        ),
        (
            of_enrollments(Selection(programme="other")),
            {"ix_class_groups_programme"} | STANDINGS,
        ),
        (
            of_enrollments(Selection(enterprise=Uscc("U0037"))),
            {"ix_class_groups_enterprise_uscc_closed_at"} | STANDINGS,
        ),
        (of_enrollments(MARCH), {"ix_class_groups_closed_at"} | STANDINGS),
        (
            of_enrollments(eligibility=Eligibility.ineligible),
            {"pk_class_groups", "pk_class_group_assessments"} | STANDINGS,
        ),
        (
            of_enrollments(rule="attendance-rate", outcome=Outcome.failed),
            {"pk_class_groups", "pk_class_group_assessments"} | STANDINGS,
        ),
        (
            of_enrollments(learner_id=LearnerId("L0021")),
            {"pk_class_groups", "ix_assessments_learner_id"} | STANDINGS,
        ),
        (
            of_enrollments(person_key=bytes(32)),
            {"pk_class_groups", "ix_enrollments_person_key"} | STANDINGS,
        ),
        (
            of_enrollments(outlook=Outlook.at_risk),
            {"ix_class_groups_running"} | STANDINGS,
        ),
        (
            lambda session: tallies.class_groups(
                session, Selection(districts=("4402",)), after=None, limit=51
            ),
            {"ix_class_groups_city", "pk_class_group_assessments", "ix_enterprises_uscc", "pk_platforms"},
        ),
        (
            lambda session: tallies.class_groups(session, Selection(), after=None, limit=51),
            {"pk_class_groups", "pk_class_group_assessments", "ix_enterprises_uscc", "pk_platforms"},
        ),
        (
            lambda session: tallies.rates(session, [ClassGroupKey(P3, ClassGroupId("C0203"))]),
            {"pk_assessments"},
        ),
        (of_findings(), {"pk_findings", "pk_class_groups", "pk_platforms"}),
        (
            of_findings(state=FindingState.open),
            {"ix_findings_state_finding_id", "pk_class_groups", "pk_platforms"},
        ),
        (
            of_findings(Selection(P3, ClassGroupId("C0203"))),
            {"ix_findings_platform_class_group_id_finding_id", "pk_class_groups", "pk_platforms"},
        ),
        (
            of_findings(learner_id=LearnerId("L0021")),
            {"ix_findings_learner_id", "pk_class_groups", "pk_platforms"},
        ),
        (
            of_findings(Selection(enterprise=Uscc("U0037"))),
            {
                "ix_class_groups_enterprise_uscc_closed_at",
                "ix_findings_platform_class_group_id_finding_id",
                "pk_platforms",
            },
        ),
        (
            partial(known_enterprise, uscc=Uscc("U0037"), reach=Reach()),
            {"ix_enterprises_uscc"},
        ),
        (
            partial(
                last_report,
                uscc=Uscc("U7"),
                period=Period(date(2026, 1, 1), date(2026, 12, 31)),
                created_by=ActorId("c"),
            ),
            {"ix_eligibility_reports_uscc_created_at"},
        ),
    ],
)
async def test_a_list_is_found_by_its_index(crowd: Database, question: Question, indexes: set[str]) -> None:
    async with reading(crowd) as session:
        assert await indexes_of(crowd, question(session)) == indexes


@pytest.mark.parametrize("selection", [Selection(platform=P3), Selection(districts=("4402",)), MARCH])
async def test_the_overview_reads_standings_of_running_class_groups_and_of_no_others(
    crowd: Database, selection: Selection
) -> None:
    """Money is told of closed ones only where a policy names an amount."""
    today = date(2026, 6, 20)
    async with reading(crowd) as session:
        with asked_of(crowd) as asked:
            await overview_repository.sums(session, selection, today=today, until=today, by_enterprise=True)
            await overview_repository.weeks(session, selection, datetime(2026, 1, 1, tzinfo=UTC))
        assert not any("FROM assessments" in statement for statement, _ in asked)
        found = await indexes_of(
            crowd, overview_repository.running(session, selection, today=today, until=today, limit=12)
        )
    assert {"pk_assessments", "ix_enterprises_uscc"} <= found


async def test_no_standing_is_read_for_money_where_no_policy_names_an_amount(crowd: Database) -> None:
    async with reading(crowd) as session:
        found = await indexes_of(crowd, overview_repository.grants(session, MARCH))
    assert found == {"ix_assessments_granted", "pk_class_groups"}


@pytest.mark.parametrize("dimension", tallies.Dimension)
async def test_no_answer_touches_what_learners_did(crowd: Database, dimension: tallies.Dimension) -> None:
    async with reading(crowd) as session:
        with asked_of(crowd) as asked:
            await enrollments(session, Selection(), EnrollmentFilter(), limit=51)
            await tallies.class_groups(session, Selection(), after=None, limit=51)
            await tallies.summary(session, Selection(), dimension, after=None, limit=51)
            await list_findings(session, FindingFilter(since=datetime(2026, 1, 1, tzinfo=UTC)))
    statements = " ".join(statement for statement, _ in asked)
    assert "assessments" in statements
    assert "attendance " not in statements
    assert "learning_records" not in statements


async def test_a_summary_adds_up_tallies_and_never_enrollments(crowd: Database) -> None:
    async with reading(crowd) as session:
        with asked_of(crowd) as asked:
            await tallies.summary(session, Selection(), tallies.Dimension.rule, after=None, limit=51)
    (statement, _) = asked[-1]
    assert "FROM assessments" not in statement
    assert "enrollments.learner_id" not in statement


async def test_a_plan_is_kept_for_the_outcome_asked_for_and_no_other(crowd: Database) -> None:
    """Those that hold a common outcome are walked in order; for a rare one that would be all there are."""
    async with reading(crowd) as session:
        with asked_of(crowd) as asked:
            await of_enrollments(rule="attendance-rate", outcome=Outcome.missing)(session)
    assert "ARRAY['attendance-rate:missing']" in asked[0][0]
