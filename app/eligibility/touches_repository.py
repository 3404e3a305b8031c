"""All SQL of touches: who waits for an assessment, what one takes, what is still pending."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import insert, literal, select

from app.core.ids import ClassGroupKey, LearnerId
from app.db.models import ClassGroup, Touch
from app.db.session import ReadSession, WriteSession, driver
from app.eligibility.schemas import WaitingClassGroup
from app.records.chosen import keys_apart
from app.records.selection import Selection

Taken = tuple[ClassGroupKey, Sequence[LearnerId] | None]
"""A touch: of this class group these learners; None: all of them."""

WAITING = """
    WITH passed_over AS (
        SELECT * FROM unnest($2::text[], $3::text[]) AS passed_over (platform, class_group_id)
    ), oldest AS (
        SELECT platform, class_group_id, touched_at AS since, cardinality(learner_ids) AS named
        FROM touches
        WHERE (platform, class_group_id) NOT IN (SELECT * FROM passed_over)
        ORDER BY touch_id
        LIMIT $1
    ), due AS (
        SELECT platform, class_group_id, next_due_at AS since, NULL::int
        FROM class_group_assessments
        WHERE next_due_at <= $4 AND (platform, class_group_id) NOT IN (SELECT * FROM passed_over)
        ORDER BY next_due_at
        LIMIT $1
    ), waiting AS (
        SELECT platform, class_group_id, min(since) AS since, bool_or(named IS NULL) AS is_whole,
               sum(named) AS named
        FROM (SELECT * FROM oldest UNION ALL SELECT * FROM due) AS waiting
        GROUP BY platform, class_group_id
        ORDER BY min(since)
        LIMIT $5
    )
    SELECT platform, class_group_id, CASE WHEN is_whole THEN (
        SELECT count(*)
        FROM enrollments AS enrolled
        WHERE enrolled.platform = waiting.platform AND enrolled.class_group_id = waiting.class_group_id
    ) ELSE named END
    FROM waiting
    ORDER BY since
"""

TAKE = """
    DELETE FROM touches USING unnest($1::text[], $2::text[]) AS chosen (platform, class_group_id)
    WHERE touches.platform = chosen.platform AND touches.class_group_id = chosen.class_group_id
    RETURNING touches.platform, touches.class_group_id, learner_ids
"""

TOUCH_LEARNERS = """
    INSERT INTO touches (platform, class_group_id, learner_ids, touched_at)
    SELECT platform, class_group_id, array_agg(DISTINCT learner_id), $4
    FROM unnest($1::text[], $2::text[], $3::text[]) AS touched (platform, class_group_id, learner_id)
    GROUP BY platform, class_group_id
"""

PENDING = """
    WITH waiting AS (
        SELECT platform, class_group_id, touched_at AS since, learner_ids
        FROM touches
        UNION ALL
        SELECT platform, class_group_id, next_due_at, NULL
        FROM class_group_assessments
        WHERE next_due_at <= $1
    ), class_groups_waiting AS (
        SELECT platform, class_group_id, min(since) AS since, bool_or(learner_ids IS NULL) AS is_whole
        FROM waiting
        GROUP BY platform, class_group_id
    ), sizes AS (
        SELECT since, CASE WHEN is_whole THEN (
            SELECT greatest(count(*), 1)
            FROM enrollments AS enrolled
            WHERE enrolled.platform = class_groups_waiting.platform
              AND enrolled.class_group_id = class_groups_waiting.class_group_id
              AND NOT enrolled.deleted
        ) ELSE (
            SELECT count(DISTINCT learner_id)
            FROM touches AS touch, unnest(touch.learner_ids) AS learner_id
            WHERE touch.platform = class_groups_waiting.platform
              AND touch.class_group_id = class_groups_waiting.class_group_id
        ) END AS enrollments
        FROM class_groups_waiting
    ), unsequenced AS (
        SELECT min(recorded_at) AS since FROM ledger_pending WHERE kind = 'batch'
    )
    SELECT coalesce(sum(sizes.enrollments), 0)::bigint,
           least(min(sizes.since), (SELECT since FROM unsequenced)),
           (SELECT size FROM ledger_head)
    FROM sizes
"""

TOUCHES_WAITING = """
    SELECT count(*), min(touched_at)
    FROM (SELECT touched_at FROM touches ORDER BY touch_id LIMIT $1) AS oldest
"""

DUE_WAITING = """
    SELECT count(*), min(next_due_at)
    FROM (
        SELECT next_due_at FROM class_group_assessments WHERE next_due_at <= $2 ORDER BY next_due_at LIMIT $1
    ) AS oldest
"""

OPENNESS = """
    SELECT platform, class_group_id,
           EXISTS (
               SELECT FROM class_groups
               WHERE platform = asked.platform AND class_group_id = asked.class_group_id
                 AND NOT deleted AND closed_at IS NOT NULL
           ),
           EXISTS (
               SELECT FROM touches
               WHERE platform = asked.platform AND class_group_id = asked.class_group_id
           ),
           EXISTS (
               SELECT FROM batch_class_groups AS named JOIN ledger_pending ON subject_id = named.batch_id
               WHERE named.platform = asked.platform AND named.class_group_id = asked.class_group_id
           ),
           EXISTS (
               SELECT FROM class_group_assessments
               WHERE platform = asked.platform AND class_group_id = asked.class_group_id AND is_final
           )
    FROM unnest($1::text[], $2::text[]) AS asked (platform, class_group_id)
"""


class PendingWork(NamedTuple):
    enrollments: int
    oldest_since: datetime | None
    """The oldest touch, due lesson or batch without a ledger index; None: nothing waits."""
    ledger_size: int


class Openness(NamedTuple):
    """What can keep a class group's eligibility from being final."""

    is_closed: bool
    is_touched: bool
    is_unsequenced: bool
    is_assessed_finally: bool


async def waiting_class_groups(
    session: ReadSession, *, as_of: datetime, passing_over: Collection[ClassGroupKey], window: int, most: int
) -> list[WaitingClassGroup]:
    """Who has waited longest comes first, among the `window` oldest touches and the `window` oldest due."""
    rows = await (await driver(session)).fetch(WAITING, window, *keys_apart(passing_over), as_of, most)
    return [WaitingClassGroup(ClassGroupKey(*key), enrollments) for *key, enrollments in rows]


async def take(session: WriteSession, keys: Collection[ClassGroupKey]) -> list[Taken]:
    """All touches of these class groups, deleted with this transaction and never taken by two."""
    rows = await (await driver(session)).fetch(TAKE, *keys_apart(keys))
    return [(ClassGroupKey(*key), learner_ids) for *key, learner_ids in rows]


async def touch_stored(session: WriteSession, selection: Selection, at: datetime) -> int:
    """Mark the selected class groups to be assessed whole; how many."""
    selected = select(ClassGroup.platform, ClassGroup.class_group_id, literal(at)).where(
        ~ClassGroup.deleted, *selection.conditions()
    )
    columns = [Touch.platform, Touch.class_group_id, Touch.touched_at]
    statement = insert(Touch).from_select(columns, selected).returning(Touch.touch_id)
    return len(list(await session.scalars(statement)))


async def touch_learners(
    session: WriteSession, learners: Iterable[tuple[ClassGroupKey, LearnerId]], at: datetime
) -> None:
    """Have these enrollments assessed again."""
    touched = list(learners)
    if touched:
        learner_ids = [learner_id for _, learner_id in touched]
        keys = keys_apart([key for key, _ in touched])
        await (await driver(session)).execute(TOUCH_LEARNERS, *keys, learner_ids, at)


async def pending_work(session: ReadSession, as_of: datetime) -> PendingWork:
    return PendingWork(*await (await driver(session)).fetchrow(PENDING, as_of))


async def openness(session: ReadSession, keys: Collection[ClassGroupKey]) -> dict[ClassGroupKey, Openness]:
    rows = await (await driver(session)).fetch(OPENNESS, *keys_apart(keys))
    return {ClassGroupKey(*row[:2]): Openness(*row[2:]) for row in rows}


async def touches_waiting(session: ReadSession, most: int) -> tuple[int, datetime | None]:
    """How many touches there are, at most `most` of them looked at, and since when the oldest waits."""
    number, since = await (await driver(session)).fetchrow(TOUCHES_WAITING, most)
    return number, since


async def due_waiting(session: ReadSession, as_of: datetime, most: int) -> tuple[int, datetime | None]:
    """The same of class groups with a lesson that has fallen due."""
    number, since = await (await driver(session)).fetchrow(DUE_WAITING, most, as_of)
    return number, since
