"""Enough rows for the planner to think before it chooses, and what it chose for what was really asked."""

import json
from collections.abc import AsyncIterator, Awaitable, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any
from uuid import uuid4

import asyncpg
from sqlalchemy import event

from app.db.session import Database, reading
from tests.db.plans import index_used
from tests.factories.standings import FACTS
from tests.server import CloneServer

FEED_COLUMNS = "revision, deleted, content_hash, batch_id, line"
FEED_VALUES = "0, false, '\\x00'::bytea, md5(random()::text)::uuid, 1"

FILL = f"""
    INSERT INTO platforms SELECT 'P' || p, 'live', 'n', now() FROM generate_series(0, 4) AS p;

    INSERT INTO enterprises (platform, uscc, name, district_code, first_batch_id, {FEED_COLUMNS})
    SELECT 'P' || u % 5, 'U' || lpad(u::text, 4, '0'), 'n', CASE WHEN u < 10 THEN '440204' ELSE '110105' END,
           md5(u::text)::uuid, {FEED_VALUES}
    FROM generate_series(0, 199) AS u;

    INSERT INTO class_groups (
        platform, class_group_id, project_id, name, programme, enterprise_uscc, starts_on, ends_on,
        planned_headcount, closed_at, district_code, {FEED_COLUMNS}
    )
    SELECT 'P' || g % 5, 'C' || lpad(g::text, 4, '0'), 'J', 'n', 'standard',
           'U' || lpad((g * 37 % 200)::text, 4, '0'), '2026-01-01', '2026-06-30', 10,
           CASE WHEN g % 10 > 0 THEN timestamptz '2026-01-01' + g % 300 * interval '1 day' END,
           CASE WHEN g * 37 % 200 < 10 THEN '440204' ELSE '110105' END, {FEED_VALUES}
    FROM generate_series(0, 499) AS g;

    INSERT INTO lessons (
        platform, class_group_id, lesson_id, title, kind, planned_minutes, required, starts_at, ends_at,
        {FEED_COLUMNS}
    )
    SELECT platform, class_group_id, 'S' || n, 't', 'live', 60, true,
           timestamptz '2026-01-01' + n * interval '1 day',
           timestamptz '2026-01-01' + n * interval '1 day' + interval '1 hour', {FEED_VALUES}
    FROM class_groups, generate_series(1, 10) AS n;

    INSERT INTO enrollments (platform, class_group_id, learner_id, name, person_key, {FEED_COLUMNS})
    SELECT platform, class_group_id, 'L' || lpad(((number * 7 + n) % 100)::text, 4, '0'), '张三',
           sha256((class_group_id || n)::bytea), {FEED_VALUES}
    FROM class_groups, CAST(substr(class_group_id, 2) AS int) AS number, generate_series(0, 9) AS n;

    INSERT INTO attendance (platform, class_group_id, learner_id, lesson_id, status, {FEED_COLUMNS})
    SELECT platform, class_group_id, learner_id, 'S' || n, 'present', {FEED_VALUES}
    FROM enrollments, generate_series(1, 5) AS n;

    INSERT INTO learning_records (
        platform, class_group_id, learner_id, session_id, lesson_id, online_at, offline_at, {FEED_COLUMNS}
    )
    SELECT platform, class_group_id, learner_id, 'X' || n, 'S' || n, now(), now(), {FEED_VALUES}
    FROM enrollments, generate_series(1, 5) AS n;

    INSERT INTO assessments
    SELECT platform, class_group_id, learner_id, 'U', 'standard', '2020-01-01',
           CASE WHEN right(learner_id, 1) = '0' THEN 'ineligible' ELSE 'eligible' END, null,
           '{json.dumps(FACTS)}', '[]',
           ARRAY['attendance-rate:' || CASE WHEN right(learner_id, 1) = '0' THEN 'fail' ELSE 'pass' END],
           now(), 5, null
    FROM enrollments;

    INSERT INTO class_group_assessments
    SELECT platform, class_group_id, now(), null, 5, true, 10,
           '{{"eligible": 9, "ineligible": 1, "attendance-rate:pass": 9, "attendance-rate:fail": 1}}'
    FROM class_groups;

    INSERT INTO findings
    SELECT md5(platform || class_group_id || learner_id)::uuid, platform, class_group_id, learner_id,
           'attendance-rate', 'fail', 'blocking',
           CASE WHEN right(learner_id, 1) = '5' THEN 'open' ELSE 'resolved' END, '{{}}', now(), now(), null
    FROM assessments;

    INSERT INTO batches
    SELECT md5(f || n)::uuid, 'P' || n % 5, f, 'c', now() - n * interval '1 minute', 10, 9, 0, 0, 1, '', ''
    FROM unnest(ARRAY['attendance', 'lessons', 'enrollments']) AS f, generate_series(1, 1000) AS n;

    INSERT INTO batch_class_groups
    SELECT platform, class_group_id, md5(class_group_id || n)::uuid
    FROM class_groups, generate_series(1, 5) AS n;

    INSERT INTO eligibility_reports
    SELECT md5(n::text)::uuid, 'U' || n % 50, '2026-01-01', '2026-12-31', now(), 'c', 5, '[]', '[]'
    FROM generate_series(1, 1000) AS n;

    ANALYZE;
"""  # noqa: S608 (put together from constants)


@asynccontextmanager
async def crowded(server: CloneServer) -> AsyncIterator[Database]:
    """A database of five thousand enrollments of a hundred learners, filled and analysed by its owner."""
    name = f"crowd_{uuid4().hex}"
    await server.create(name)
    owner = await asyncpg.connect(server.owner_url(name))
    await owner.execute(FILL)
    await owner.close()
    database = Database.connect(server.program_url(name))
    yield database
    await database.dispose()
    await server.drop(name)


@contextmanager
def asked_of(database: Database) -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every statement that SQLAlchemy sends while the block runs, with its arguments."""
    asked: list[tuple[str, tuple[Any, ...]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, arguments: Any, *_: Any) -> None:  # noqa: ANN401
        asked.append((statement, arguments))

    event.listen(database.engine.sync_engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)


async def indexes_of(database: Database, question: Awaitable[object]) -> set[str]:
    """What the statements of a question use; none of them may read a table whole."""
    with asked_of(database) as asked:
        await question
    async with reading(database) as session:
        return {
            index
            for statement, arguments in asked
            for index in await index_used(session, statement, *arguments)
        }
