"""All SQL of class groups that a record concerns without naming them."""

from collections.abc import Collection, Sequence
from datetime import datetime
from uuid import UUID
from zlib import crc32

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.session import WriteSession, driver
from app.ingest.merge import Key
from app.ingest.repository import STRIPES, lock_number
from app.records.class_repository import AROUND

LOCK = """
    SELECT CASE WHEN $2 THEN pg_advisory_xact_lock_shared(number) ELSE pg_advisory_xact_lock(number) END
    FROM unnest($1::bigint[]) AS number
"""

OF_PROJECTS = """
    SELECT platform, class_group_id
    FROM unnest($2::text[]) AS wanted (project_id), LATERAL (
        SELECT platform, class_group_id FROM class_groups AS stored
        WHERE project_id = wanted.project_id AND platform = $1 AND NOT deleted
        OFFSET 0
    ) AS found
"""

PROJECTS_OF_COURSES = """
    SELECT DISTINCT project_id
    FROM unnest($2::text[]) AS wanted (course_id), LATERAL (
        SELECT project_id FROM courses WHERE platform = $1 AND course_id = wanted.course_id OFFSET 0
    ) AS found
"""

OF_ENTERPRISES = """
    SELECT platform, class_group_id
    FROM unnest($1::text[]) AS wanted (uscc), LATERAL (
        SELECT platform, class_group_id FROM class_groups
        WHERE enterprise_uscc = wanted.uscc AND NOT deleted
        OFFSET 0
    ) AS found
"""

# Of each teacher the time from the first of the records to the last: some that do not overlap are seen too.
OF_TEACHERS = f"""
    WITH chosen AS (
        SELECT $1::text AS platform, instructor_id, min(taught.started_at) AS first,
               max(taught.ended_at) AS last
        FROM unnest($2::text[], $3::text[], $4::text[]) AS wanted (class_group_id, lesson_id, instructor_id),
        LATERAL (
            SELECT started_at, ended_at FROM teaching_records AS stored
            WHERE platform = $1 AND stored.class_group_id = wanted.class_group_id
              AND stored.lesson_id = wanted.lesson_id AND stored.instructor_id = wanted.instructor_id
            OFFSET 0
        ) AS taught
        GROUP BY instructor_id
    )
    SELECT DISTINCT chosen.platform, around.class_group_id FROM chosen, LATERAL ({AROUND}) AS around
"""  # noqa: S608 (put together from constants)

TOUCH = """
    WITH concerned AS (
        SELECT * FROM unnest($1::text[], $2::text[]) AS concerned (platform, class_group_id)
    ), links AS (
        INSERT INTO batch_class_groups (platform, class_group_id, batch_id)
        SELECT platform, class_group_id, $3 FROM concerned WHERE $3::uuid IS NOT NULL
        ON CONFLICT DO NOTHING
    )
    INSERT INTO touches (platform, class_group_id, learner_ids, batch_id, touched_at)
    SELECT platform, class_group_id, '{}', $3, $4 FROM concerned
"""


async def lock_projects(session: WriteSession, platform: PlatformCode, *, is_shared: bool) -> None:
    number = lock_number(f"projects {platform}")
    await (await driver(session)).execute(LOCK, [number], is_shared)


async def lock_teachers(
    session: WriteSession, platform: PlatformCode, instructor_ids: Collection[str]
) -> None:
    stripes = {crc32(instructor_id.encode()) % STRIPES for instructor_id in instructor_ids}
    numbers = sorted(lock_number(f"teachers {platform} {stripe}") for stripe in stripes)
    await (await driver(session)).execute(LOCK, numbers, False)


async def of_projects(
    session: WriteSession, platform: PlatformCode, project_ids: Sequence[str]
) -> set[ClassGroupKey]:
    return await _found(session, OF_PROJECTS, platform, project_ids)


async def of_courses(
    session: WriteSession, platform: PlatformCode, course_ids: Sequence[str]
) -> set[ClassGroupKey]:
    rows = await (await driver(session)).fetch(PROJECTS_OF_COURSES, platform, course_ids)
    return await of_projects(session, platform, [row[0] for row in rows])


async def of_enterprises(session: WriteSession, usccs: Sequence[str]) -> set[ClassGroupKey]:
    """On all platforms."""
    return await _found(session, OF_ENTERPRISES, usccs)


async def of_teachers(
    session: WriteSession, platform: PlatformCode, keys: Sequence[Key]
) -> set[ClassGroupKey]:
    return await _found(session, OF_TEACHERS, platform, *map(list, zip(*keys, strict=True)))


async def touch(
    session: WriteSession, concerned: Collection[ClassGroupKey], batch_id: UUID | None, at: datetime
) -> None:
    """The class groups, no learner of theirs; a batch is one more that they rest on."""
    if concerned:
        places = sorted(concerned)
        platforms, class_group_ids = ([place[part] for place in places] for part in (0, 1))
        await (await driver(session)).execute(TOUCH, platforms, class_group_ids, batch_id, at)


async def _found(session: WriteSession, statement: str, *arguments: object) -> set[ClassGroupKey]:
    rows = await (await driver(session)).fetch(statement, *arguments)
    return {ClassGroupKey(PlatformCode(row[0]), ClassGroupId(row[1])) for row in rows}
