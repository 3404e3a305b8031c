"""Records that name no class group touch those whose figures rest on them, and no others."""

import asyncio

import pytest

from app.core.vocabulary import Feed
from app.db.session import Database, driver, transaction
from app.ingest import concerned_repository
from app.privacy.keyring import KeyRing
from tests.db.plans import index_used
from tests.ingest.deliveries import PLATFORM, deliver, rows
from tests.ingest.examples import FULL, Record, changed

TOUCHED = "SELECT DISTINCT class_group_id FROM touches WHERE learner_ids = '{}' ORDER BY class_group_id"
LINKED = "SELECT class_group_id FROM batch_class_groups WHERE batch_id = :batch_id ORDER BY class_group_id"
ENTERPRISE = FULL[Feed.enterprises]["uscc"]


async def put_class_groups(database: Database, key_ring: KeyRing, **projects: str) -> None:
    """Each of the project named, all of one enterprise; and nothing waits."""
    batch = [
        changed(Feed.class_groups, class_group_id=name, project_id=project, enterprise_uscc=ENTERPRISE)
        for name, project in projects.items()
    ]
    await deliver(database, key_ring, Feed.class_groups, *batch)
    await forget(database)


async def forget(database: Database) -> None:
    async with transaction(database) as session:
        await (await driver(session)).execute("DELETE FROM touches")


async def touched(database: Database) -> list[str]:
    return [name for (name,) in await rows(database, TOUCHED)]


def taught(class_group_id: str, lesson_id: str, begins: str, ends: str, **otherwise: object) -> Record:
    return changed(
        Feed.teaching_records,
        class_group_id=class_group_id,
        lesson_id=lesson_id,
        started_at=f"2026-03-02T{begins}:00+08:00",
        ended_at=f"2026-03-02T{ends}:00+08:00",
        **otherwise,
    )


async def test_a_project_touches_its_class_groups_and_is_one_of_their_batches(
    database: Database, key_ring: KeyRing
) -> None:
    await put_class_groups(database, key_ring, C1="P1", C2="P2", C3="P1")
    receipt = await deliver(database, key_ring, Feed.projects, changed(Feed.projects, project_id="P1"))
    assert await touched(database) == ["C1", "C3"]
    assert await rows(database, LINKED, batch_id=receipt.batch.batch_id) == [("C1",), ("C3",)]


async def test_a_project_that_says_nothing_new_touches_nobody(database: Database, key_ring: KeyRing) -> None:
    await put_class_groups(database, key_ring, C1="P1")
    project = changed(Feed.projects, project_id="P1")
    await deliver(database, key_ring, Feed.projects, project)
    await forget(database)
    await deliver(database, key_ring, Feed.projects, project)
    assert await touched(database) == []


async def test_a_course_that_moves_touches_both_projects(database: Database, key_ring: KeyRing) -> None:
    await put_class_groups(database, key_ring, C1="P1", C2="P2", C3="P3")
    await deliver(database, key_ring, Feed.courses, changed(Feed.courses, project_id="P1"))
    assert await touched(database) == ["C1"]
    await forget(database)
    await deliver(database, key_ring, Feed.courses, changed(Feed.courses, project_id="P2", revision=1))
    assert await touched(database) == ["C1", "C2"]


async def test_a_course_that_is_deleted_touches_the_project_it_was_in(
    database: Database, key_ring: KeyRing
) -> None:
    await put_class_groups(database, key_ring, C1="P1", C2="P2")
    course = changed(Feed.courses, project_id="P1")
    await deliver(database, key_ring, Feed.courses, course)
    await forget(database)
    key = {"course_id": course["course_id"], "revision": 1, "deleted": True}
    await deliver(database, key_ring, Feed.courses, key)
    assert await touched(database) == ["C1"]


async def test_an_enterprise_touches_its_class_groups(database: Database, key_ring: KeyRing) -> None:
    await put_class_groups(database, key_ring, C1="P1", C2="P2")
    await deliver(database, key_ring, Feed.enterprises, FULL[Feed.enterprises])
    assert await touched(database) == ["C1", "C2"]


async def test_a_teaching_record_touches_whoever_has_the_same_teacher_then(
    database: Database, key_ring: KeyRing
) -> None:
    await deliver(
        database,
        key_ring,
        Feed.teaching_records,
        taught("C1", "S1", "09:00", "10:00"),
        taught("C2", "S1", "14:00", "15:00"),
        taught("C3", "S1", "09:00", "10:00", instructor_id="T9"),
    )
    await forget(database)
    receipt = await deliver(database, key_ring, Feed.teaching_records, taught("C4", "S1", "09:30", "10:30"))
    assert await touched(database) == ["C1", "C4"]
    assert await rows(database, LINKED, batch_id=receipt.batch.batch_id) == [("C1",), ("C4",)]


async def test_a_teaching_record_that_moves_touches_whom_it_was_beside(
    database: Database, key_ring: KeyRing
) -> None:
    await deliver(
        database,
        key_ring,
        Feed.teaching_records,
        taught("C1", "S1", "09:00", "10:00"),
        taught("C2", "S1", "09:00", "10:00"),
    )
    await forget(database)
    moved = taught("C2", "S1", "20:00", "21:00", revision=1)
    await deliver(database, key_ring, Feed.teaching_records, moved)
    assert await touched(database) == ["C1", "C2"]


async def test_who_is_stored_at_the_same_moment_is_seen(database: Database, key_ring: KeyRing) -> None:
    """Whichever comes first: the other waits for it, and sees it."""
    await put_class_groups(database, key_ring, C0="P1")
    group = changed(Feed.class_groups, class_group_id="C1", project_id="P1")
    project = changed(Feed.projects, project_id="P1")
    for number in range(8):
        await asyncio.gather(
            deliver(database, key_ring, Feed.class_groups, group | {"revision": number, "name": f"{number}"}),
            deliver(database, key_ring, Feed.projects, project | {"revision": number, "name": f"{number}"}),
        )
    named = await rows(database, "SELECT count(*) FROM touches WHERE class_group_id = 'C0'")
    assert named == [(8,)]
    either = await rows(database, "SELECT count(*) FROM touches WHERE class_group_id = 'C1'")
    assert either[0][0] >= 8


@pytest.mark.parametrize(
    ("statement", "arguments", "indexes"),
    [
        (concerned_repository.OF_PROJECTS, (PLATFORM, ["P1"]), {"ix_class_groups_project_id"}),
        (
            concerned_repository.PROJECTS_OF_COURSES,
            (PLATFORM, ["K1"]),
            {"pk_courses"},
        ),
        (
            concerned_repository.OF_ENTERPRISES,
            ([ENTERPRISE],),
            {"ix_class_groups_enterprise_uscc_closed_at"},
        ),
        (
            concerned_repository.OF_TEACHERS,
            (PLATFORM, ["C1"], ["S1"], ["T1"]),
            {"pk_teaching_records", "ix_teaching_records_instructor", "ix_teaching_records_long"},
        ),
    ],
)
async def test_who_is_concerned_is_found_by_an_index(
    database: Database, statement: str, arguments: tuple[object, ...], indexes: set[str]
) -> None:
    async with transaction(database) as session:
        assert await index_used(session, statement, *arguments) == indexes
