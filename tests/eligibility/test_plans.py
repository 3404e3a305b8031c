"""Every statement of an assessment finds its rows by an index."""

from datetime import UTC, datetime

import asyncpg
import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId
from app.db.session import Database, WriteSession, driver, transaction
from app.eligibility import class_level_repository, decisions_repository, inputs_repository, repository
from app.eligibility import exported_repository as exported
from app.eligibility import persons_repository as persons
from app.eligibility import touches_repository as touches
from app.findings import repository as findings
from app.records import brief_repository as brief
from app.records import repository as records
from app.records.chosen import Learners, keys_apart, learners_apart, load_by_bitmap
from tests.db.plans import index_kept, index_used
from tests.factories.feeds import KEY, OTHER_KEY, OTHER_PLATFORM
from tests.server import CloneServer

LI, ZHAO = LearnerId("L1"), LearnerId("L2")
LEARNERS: Learners = {
    KEY: [LI, ZHAO],
    OTHER_KEY: [LI],
    ClassGroupKey(OTHER_PLATFORM, ClassGroupId("C1")): None,
}
CHOSEN = keys_apart(LEARNERS)
CHOSEN_LEARNERS = learners_apart(LEARNERS)
NOW = datetime(2026, 5, 4, tzinfo=UTC)
RAISED = (["live-a"], ["C1"], [LI], ["attendance-rate"])

OF_VISIT = [
    (records.CLASS_GROUPS, CHOSEN, {"pk_class_groups"}),
    (records.LESSONS, CHOSEN, {"pk_lessons"}),
    (records.ENROLLMENTS, CHOSEN_LEARNERS, {"pk_enrollments"}),
    (brief.ATTENDANCE, CHOSEN_LEARNERS, {"pk_attendance"}),
    (records.LEARNING_RECORDS, CHOSEN_LEARNERS, {"pk_learning_records"}),
    (brief.LEARNING_RECORDS, CHOSEN_LEARNERS, {"pk_learning_records"}),
    (brief.QUIZ_ANSWERS, CHOSEN_LEARNERS, {"pk_quiz_answers"}),
    (records.VERIFICATIONS, CHOSEN_LEARNERS, {"pk_verifications"}),
    (records.QUIZ_ANSWERS, CHOSEN_LEARNERS, {"pk_quiz_answers"}),
    (records.EXAM_SCORES, CHOSEN_LEARNERS, {"pk_exam_scores"}),
    (records.EVALUATIONS, CHOSEN_LEARNERS, {"pk_evaluations"}),
    (class_level_repository.STORED_RULES, CHOSEN, {"pk_class_group_assessments"}),
    (
        persons.SHARED,
        CHOSEN_LEARNERS,
        {"pk_enrollments", "ix_enrollments_person_key", "pk_person_times"},
    ),
    (
        persons.RELATIVES,
        ([b"li", b"zhao"], 101),
        {"ix_enrollments_person_key", "pk_person_times", "pk_class_groups"},
    ),
    (persons.REMOVE, (*CHOSEN_LEARNERS, False), {"pk_person_times", "pk_enrollments"}),
    (exported.KNOWN, CHOSEN_LEARNERS, {"pk_changed_decisions"}),
    (exported.LAST_REPORTED, CHOSEN_LEARNERS, {"ix_eligibility_reports_class_groups"}),
    (touches.TAKE, CHOSEN, {"ix_touches_platform_class_group_id"}),
    (repository.REMOVE_DEPARTED, CHOSEN_LEARNERS, {"pk_assessments", "pk_enrollments"}),
    (repository.REMOVE_CLASS_GROUPS, CHOSEN, {"pk_assessments", "pk_class_group_assessments"}),
    (findings.RESOLVE_OTHERS, (*CHOSEN_LEARNERS, *RAISED, NOW, [], False), {"uq_findings_open"}),
    (
        decisions_repository.BATCHES,
        CHOSEN,
        {"pk_batch_class_groups", "ix_ledger_entries_subject_id", "pk_distrusted_batches"},
    ),
    (
        decisions_repository.BATCHES_WITH_REFERENCES,
        CHOSEN,
        {
            *("pk_batch_class_groups", "ix_ledger_entries_subject_id", "pk_distrusted_batches"),
            *("pk_class_groups", "pk_projects", "ix_courses_project_id", "ix_enterprises_uscc"),
        },
    ),
    (
        inputs_repository.CATALOGUE,
        CHOSEN,
        {"pk_class_groups", "pk_projects", "ix_courses_project_id", "ix_enterprises_uscc"},
    ),
    (
        inputs_repository.CLASHING,
        CHOSEN,
        {"pk_teaching_records", "ix_teaching_records_instructor", "ix_teaching_records_long"},
    ),
    (
        decisions_repository.LAST_DECISIONS,
        CHOSEN_LEARNERS,
        {"ix_decisions_platform_class_group_id_learner_id_decided_at", "pk_assessment_runs"},
    ),
    (
        repository.STORE_CLASS_GROUPS,
        (*CHOSEN, [None] * 3, [True] * 3, [""] * 3, ["{}"] * 3, ["[]"] * 3, NOW, 7),
        {"pk_assessments"},
    ),
]


@pytest.mark.parametrize(("statement", "arguments", "indexes"), OF_VISIT)
async def test_of_a_visit(
    session: WriteSession, statement: str, arguments: tuple[object, ...], indexes: set[str]
) -> None:
    await load_by_bitmap(session)
    assert await index_used(session, statement, *arguments) == indexes


async def test_that_chooses_who_is_assessed_next(session: WriteSession) -> None:
    assert await index_used(session, touches.WAITING, 2000, [], [], NOW, 400) == {
        "pk_touches",
        "ix_class_group_assessments_next_due_at",
        "pk_enrollments",
    }


@pytest.fixture
async def just_emptied(clone_server: CloneServer, database_name: str) -> None:
    owner = await asyncpg.connect(clone_server.owner_url(database_name))
    await owner.execute("VACUUM ANALYZE")
    await owner.close()


@pytest.mark.usefixtures("just_emptied")
@pytest.mark.parametrize(("statement", "indexes"), [(each[0], each[2]) for each in OF_VISIT])
async def test_of_a_visit_though_tables_were_empty_a_moment_ago(
    database: Database, statement: str, indexes: set[str]
) -> None:
    """The connection keeps the plan while the tables fill: it must be the right one then."""
    async with transaction(database, repeatable=True) as session:
        await load_by_bitmap(session)
        assert await index_kept(session, statement) == indexes


@pytest.mark.usefixtures("just_emptied")
async def test_that_opens_a_visit_though_tables_were_empty_a_moment_ago(database: Database) -> None:
    """What waits for its index is looked through; the batches of a class group never are."""
    async with transaction(database, repeatable=True) as session:
        await load_by_bitmap(session)
        rows = await (await driver(session)).fetch(f"EXPLAIN {repository.OPEN}", *CHOSEN, NOW)
    for table in ("batch_class_groups", "class_group_assessments"):
        assert [line for (line,) in rows if f"Bitmap Heap Scan on {table}" in line], rows
