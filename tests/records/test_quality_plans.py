"""What data quality asks is found by an index, and bounded where records are many."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime

import pytest

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import Database, ReadSession, reading
from app.records import (
    quality_completeness,
    quality_freshness,
    quality_gaps,
    quality_intake,
    quality_moments,
    quality_orphans,
)
from app.records.selection import Selection
from tests.db.plans import index_used
from tests.factories.crowd import crowded, indexes_of
from tests.server import CloneServer

P3 = PlatformCode("P3")
KEY = ClassGroupKey(P3, ClassGroupId("C0203"))
MARCH = datetime(2026, 3, 1, tzinfo=UTC)

Question = Callable[[ReadSession], Awaitable[object]]


@pytest.fixture(scope="module")
async def crowd(clone_server: CloneServer) -> AsyncIterator[Database]:
    async with crowded(clone_server) as database:
        yield database


@pytest.mark.parametrize(
    ("statement", "arguments", "indexes"),
    [
        (
            quality_intake.INTAKE,
            (P3, [Feed.attendance, Feed.lessons], 1000),
            {"ix_batches_platform_feed_received_at"},
        ),
        (
            quality_intake.CODES,
            (P3, [Feed.attendance, Feed.lessons], 1000, 1000),
            {"ix_batches_platform_feed_received_at", "pk_rejections", "pk_rejection_reasons"},
        ),
        (
            quality_freshness.FRESHNESS,
            ([P3], [Feed.attendance, Feed.lessons], MARCH, 200),
            {"ix_batches_platform_feed_received_at"},
        ),
        (
            quality_freshness.BY_DAY,
            (P3, [Feed.attendance, Feed.lessons], [MARCH.date()], 100),
            {"ix_batches_platform_feed_received_at"},
        ),
        (quality_gaps.ALL_NAMED, (P3, "", 100), {"pk_batch_class_groups"}),
        (quality_gaps.NOT_ARRIVED, (P3, "", 100), {"pk_batch_class_groups", "pk_class_groups"}),
        (
            quality_completeness.LESSONS,
            (*KEY, MARCH),
            {"pk_attendance", "pk_learning_records", "pk_lessons", "pk_class_groups"},
        ),
        (
            quality_moments.MOMENTS,
            (P3, [KEY.class_group_id], 500),
            {
                "pk_attendance",
                "pk_learning_records",
                "pk_batches",
                "pk_lessons",
                "ix_ledger_checkpoints_root",
            },
        ),
        (
            quality_completeness.ENROLLMENTS,
            KEY,
            {"pk_enrollments", "pk_attendance", "pk_learning_records"},
        ),
    ],
)
async def test_a_statement_finds_what_it_asks_by_its_index(
    crowd: Database, statement: str, arguments: tuple[object, ...], indexes: set[str]
) -> None:
    async with reading(crowd) as session:
        assert await index_used(session, statement, *arguments) == indexes


@pytest.mark.parametrize(
    ("question", "indexes"),
    [
        (
            lambda session: quality_gaps.unattended_lessons(session, Selection(platform=P3), MARCH),
            {"ix_lessons_ends_at", "ix_class_groups_running", "pk_attendance"},
        ),
        (
            lambda session: quality_gaps.unknown_references(session, Selection(platform=P3)),
            {"pk_class_groups", "pk_projects", "ix_enterprises_uscc"},
        ),
        (
            lambda session: quality_gaps.is_teaching(session, P3, MARCH.date()),
            {"ix_class_groups_running"},
        ),
        (
            lambda session: quality_gaps.differences(session, P3, None),
            {"pk_enterprises", "ix_enterprises_uscc"},
        ),
    ],
)
async def test_a_gap_is_found_by_its_index(crowd: Database, question: Question, indexes: set[str]) -> None:
    async with reading(crowd) as session:
        assert await indexes_of(crowd, question(session)) == indexes


@pytest.mark.parametrize("dependent", quality_orphans.DEPENDENTS, ids=lambda dependent: dependent.feed)
async def test_orphans_are_looked_for_in_the_class_groups_asked_about(
    crowd: Database, dependent: quality_orphans.Dependent
) -> None:
    statement = quality_orphans.orphans_of(dependent)
    async with reading(crowd) as session:
        used = await index_used(session, statement, P3, [KEY.class_group_id], 100)
    assert f"pk_{dependent.table}" in used
    assert used <= {f"pk_{dependent.table}", "pk_class_groups", "pk_enrollments", "pk_lessons"}
