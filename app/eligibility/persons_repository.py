"""All SQL of persons in several class groups: who they are, their summaries, and whom a change concerns."""

from collections.abc import Collection, Iterable, Sequence
from struct import iter_unpack, pack
from typing import Any, NamedTuple

from sqlalchemy import select, tuple_

from app.accounts.authorisation import Reach
from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.db.models import ClassGroup
from app.db.session import ReadSession, WriteSession, driver
from app.records.chosen import (
    CHOSEN_LEARNERS,
    NAMED,
    OF_CHOSEN,
    UNNAMED,
    Learners,
    learners_apart,
    of_each,
)
from app.records.selection import Selection
from app.rules.intervals import Spans
from app.rules.person import Elsewhere, PersonTime

MOST_ENROLLMENTS = 100
"""More than so many live ones are not of one human being: somebody has given a number for many."""

SHARED = f"""
    WITH own AS MATERIALIZED (
        SELECT chosen.number, found.learner_id, found.person_key
        FROM {CHOSEN_LEARNERS}, LATERAL (
            SELECT learner_id, person_key FROM enrollments WHERE {NAMED} AND NOT deleted OFFSET 0
        ) AS found
    ), shared AS MATERIALIZED (
        SELECT person_key
        FROM enrollments
        WHERE person_key = ANY(ARRAY(SELECT person_key FROM own)) AND NOT deleted
        GROUP BY person_key
        HAVING count(*) > 1
    ), summed AS MATERIALIZED (
        SELECT chosen.number, found.learner_id, found.person_key
        FROM {CHOSEN_LEARNERS}, LATERAL (
            SELECT learner_id, person_key FROM person_times WHERE {NAMED} OFFSET 0
        ) AS found
    )
    SELECT own.number, own.learner_id, own.person_key, summed.person_key
    FROM own LEFT JOIN summed USING (number, learner_id)
    WHERE own.person_key IN (SELECT person_key FROM shared) OR summed.person_key IS NOT NULL
"""  # noqa: S608 (put together from constants)

SUMMARY = """
    closed_at, starts_on, ends_on, own_spans, taken_spans, capped_fen
"""

# A class group that has not arrived is not assessed; once it does, all its enrollments are. Of more than are
# compared those come first that do not know it yet.
RELATIVES = f"""
    SELECT chosen.person_key, enrolled.*
    FROM unnest($1::bytea[]) AS chosen (person_key), LATERAL (
        SELECT platform, class_group_id, learner_id, summary.*
        FROM enrollments LEFT JOIN LATERAL (
            SELECT {SUMMARY} FROM person_times AS kept
            WHERE kept.platform = enrollments.platform AND kept.class_group_id = enrollments.class_group_id
              AND kept.learner_id = enrollments.learner_id AND kept.person_key = enrollments.person_key
            OFFSET 0
        ) AS summary ON true
        WHERE enrollments.person_key = chosen.person_key AND NOT deleted AND EXISTS (
            SELECT FROM class_groups
            WHERE class_groups.platform = enrollments.platform
              AND class_groups.class_group_id = enrollments.class_group_id AND NOT class_groups.deleted
        )
        ORDER BY starts_on IS NOT NULL AND own_spans IS NULL
        LIMIT $2
    ) AS enrolled
"""  # noqa: S608 (likewise)

STORE = """
    INSERT INTO person_times (
        platform, class_group_id, learner_id, person_key, closed_at, starts_on, ends_on, own_spans,
        taken_spans, capped_fen, before_spans, at_once_spans, granted_before_fen
    )
    SELECT * FROM unnest(
        $1::text[], $2::text[], $3::text[], $4::bytea[], $5::bigint[], $6::date[], $7::date[], $8::bytea[],
        $9::bytea[], $10::bigint[], $11::bytea[], $12::bytea[], $13::bigint[]
    )
    ON CONFLICT (platform, class_group_id, learner_id) DO UPDATE SET
        person_key = excluded.person_key,
        closed_at = excluded.closed_at,
        starts_on = excluded.starts_on,
        ends_on = excluded.ends_on,
        own_spans = excluded.own_spans,
        taken_spans = excluded.taken_spans,
        capped_fen = excluded.capped_fen,
        before_spans = excluded.before_spans,
        at_once_spans = excluded.at_once_spans,
        granted_before_fen = excluded.granted_before_fen
"""

REMOVE = f"""
    WITH gone AS MATERIALIZED (
        SELECT chosen.platform, chosen.class_group_id, found.learner_id
        FROM {CHOSEN_LEARNERS}, LATERAL (
            SELECT learner_id FROM person_times WHERE {NAMED}
            UNION ALL
            SELECT learner_id FROM person_times WHERE {UNNAMED}
            EXCEPT
            SELECT learner_id FROM enrollments WHERE {OF_CHOSEN} AND NOT deleted AND NOT $6
        ) AS found
    )
    DELETE FROM person_times AS summary USING gone
    WHERE summary.platform = gone.platform AND summary.class_group_id = gone.class_group_id
      AND summary.learner_id = gone.learner_id
    RETURNING summary.person_key
"""  # noqa: S608 (likewise)

TOLD = f"""
    SELECT chosen.number, found.*
    FROM {CHOSEN_LEARNERS}, LATERAL (
        SELECT learner_id, before_spans, at_once_spans, granted_before_fen, own_spans IS NOT NULL
        FROM person_times WHERE {NAMED} OFFSET 0
    ) AS found
"""  # noqa: S608 (likewise)


class Shared(NamedTuple):
    """An enrollment whose person is in another class group, or was."""

    learner_id: LearnerId
    person_key: bytes
    summary_of: bytes | None
    """Whose person's its summary is, if it has one: an ID number may have been put right since."""


class Relative(NamedTuple):
    """A live enrollment of a person in a stored class group; of those assessed, also itself."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    has_summary: bool
    time: PersonTime | None
    """None: it has no summary yet, or one that is not compared."""

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)


class Summary(NamedTuple):
    """What an assessment leaves of one enrollment."""

    key: ClassGroupKey
    person_key: bytes
    time: PersonTime
    told: Elsewhere


async def shared(session: ReadSession, learners: Learners) -> dict[ClassGroupKey, list[Shared]]:
    """Of these learners those whose person is not in one class group alone; mostly nobody."""
    found: dict[ClassGroupKey, list[Shared]] = {}
    rows = await (await driver(session)).fetch(SHARED, *learners_apart(learners))
    for key, row in of_each(learners, rows):
        found.setdefault(key, []).append(Shared(*row))
    return found


async def relatives(session: ReadSession, person_keys: Collection[bytes]) -> dict[bytes, list[Relative]]:
    """All live enrollments of each person, one more than `MOST_ENROLLMENTS` at most."""
    found: dict[bytes, list[Relative]] = {person_key: [] for person_key in person_keys}
    rows = await (await driver(session)).fetch(RELATIVES, list(found), MOST_ENROLLMENTS + 1)
    for person_key, *row in rows:
        found[person_key].append(_relative(row))
    return found


def _relative(row: Sequence[Any]) -> Relative:
    platform, class_group_id, learner_id, closed_at, starts_on, ends_on, own, taken, capped_fen = row
    if starts_on is None or own is None:
        return Relative(platform, class_group_id, learner_id, starts_on is not None, None)
    time = PersonTime(
        platform,
        class_group_id,
        learner_id,
        starts_on,
        ends_on,
        closed_at,
        _spans(own),
        _spans(taken),
        capped_fen,
    )
    return Relative(platform, class_group_id, learner_id, has_summary=True, time=time)


async def store(session: WriteSession, summaries: Iterable[Summary]) -> None:
    rows = [row_of(summary) for summary in summaries]
    if rows:
        await (await driver(session)).execute(STORE, *zip(*rows, strict=True))


def row_of(summary: Summary) -> tuple[object, ...]:
    """As it is stored, by the table's columns."""
    time, told = summary.time, summary.told
    own, taken = (_packed(time.own), _packed(time.taken)) if told.is_known else (None, None)
    return (
        *(*summary.key, time.learner_id, summary.person_key, time.closed_at, time.starts_on, time.ends_on),
        *(own, taken, time.capped_fen, _packed(told.before), _packed(told.others), told.granted_before_fen),
    )


async def remove(session: WriteSession, learners: Learners, *, even_enrolled: bool = False) -> list[bytes]:
    """The summaries of those who are enrolled no more; whose persons' they were."""
    if not learners:
        return []
    rows = await (await driver(session)).fetch(REMOVE, *learners_apart(learners), even_enrolled)
    return [row[0] for row in rows]


async def told(session: ReadSession, learners: Learners) -> dict[tuple[ClassGroupKey, LearnerId], Elsewhere]:
    """What the last assessment of these learners was told of their persons elsewhere."""
    rows = await (await driver(session)).fetch(TOLD, *learners_apart(learners))
    return {
        (key, learner_id): Elsewhere(_spans(before), _spans(at_once), granted_before_fen, is_known)
        for key, (learner_id, before, at_once, granted_before_fen, is_known) in of_each(learners, rows)
    }


async def visible(session: ReadSession, keys: Collection[ClassGroupKey], reach: Reach) -> set[ClassGroupKey]:
    """Which of these class groups the caller may see; learners see all of their own."""
    if not keys or reach.person_key is not None:
        return set(keys)
    key = tuple_(ClassGroup.platform, ClassGroup.class_group_id)
    conditions = Selection().within(reach).conditions()
    statement = select(ClassGroup.platform, ClassGroup.class_group_id).where(key.in_(keys), *conditions)
    return {ClassGroupKey._make(row) for row in await session.execute(statement)}


def _packed(spans: Spans) -> bytes:
    return b"".join([pack("<qq", *span) for span in spans])


def _spans(packed: bytes) -> Spans:
    """The spans again.

    >>> _spans(_packed([(1, 5), (7, 1 << 60)]))
    [(1, 5), (7, 1152921504606846976)]
    """
    return [(start, end) for start, end in iter_unpack("<qq", packed)]
