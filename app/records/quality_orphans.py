"""Records whose class group, lesson or enrollment has not arrived: kept, and without effect until then.

They are looked for class group by class group, since only there the question is cheap.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

from app.core.ids import ClassGroupId, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver

KEYS_OF_A_FEED = 100

CLASS_GROUP = ("class_group_id",)
LEARNER = (*CLASS_GROUP, "learner_id")
LESSON = (*CLASS_GROUP, "lesson_id")


class Dependent(NamedTuple):
    """A feed whose records need others to have come."""

    feed: Feed
    table: str
    key: Sequence[str]
    needs: Sequence[str]


DEPENDENTS = (
    Dependent(Feed.lessons, "lessons", LESSON, CLASS_GROUP),
    Dependent(Feed.enrollments, "enrollments", LEARNER, CLASS_GROUP),
    Dependent(Feed.attendance, "attendance", (*LEARNER, "lesson_id"), (*LEARNER, "lesson_id")),
    Dependent(Feed.learning_records, "learning_records", (*LEARNER, "session_id"), (*LEARNER, "lesson_id")),
    Dependent(Feed.verifications, "verifications", (*LEARNER, "verification_id"), (*LEARNER, "lesson_id")),
    Dependent(Feed.quiz_answers, "quiz_answers", (*LEARNER, "answer_id"), (*LEARNER, "lesson_id")),
    Dependent(Feed.exam_scores, "exam_scores", (*LEARNER, "exam_id", "attempt"), LEARNER),
    Dependent(Feed.teaching_records, "teaching_records", (*LESSON, "instructor_id"), LESSON),
    Dependent(Feed.videos, "videos", (*CLASS_GROUP, "video_id"), LESSON),
    Dependent(Feed.evaluations, "evaluations", LEARNER, LEARNER),
)

STORED = {
    "class_group_id": ("record.class_group_id", "SELECT class_group_id FROM class_groups"),
    "learner_id": (
        "(record.class_group_id, record.learner_id)",
        "SELECT class_group_id, learner_id FROM enrollments",
    ),
    "lesson_id": (
        "(record.class_group_id, record.lesson_id)",
        "SELECT class_group_id, lesson_id FROM lessons",
    ),
}
"""What a field names, and all there is of it."""


def _is_missing(field: str) -> str:
    """`NOT IN` looks each record up in a hash; as a join it would be compared with every lesson."""
    named, stored = STORED[field]
    return f"{named} NOT IN ({stored} WHERE platform = $1 AND class_group_id = ANY($2) AND NOT deleted)"


def orphans_of(dependent: Dependent) -> str:
    """`$1` platform, `$2` class groups, `$3` how many keys of each."""
    record_key = ", ".join(f"'{field}', record.{field}" for field in dependent.key)
    order = ", ".join(f"record.{field}" for field in dependent.key)
    missing = ", ".join(
        f"'{field}', CASE WHEN {_is_missing(field)} THEN record.{field} END" for field in dependent.needs
    )
    is_orphan = " OR ".join(_is_missing(field) for field in dependent.needs)
    return f"""
        SELECT '{dependent.feed}', class_group_id, record_key, missing, records,
               (SELECT name FROM class_groups AS named
                WHERE named.platform = $1 AND named.class_group_id = orphan.class_group_id)
        FROM (
            SELECT record.class_group_id, jsonb_build_object({record_key}) AS record_key,
                   jsonb_strip_nulls(jsonb_build_object({missing})) AS missing,
                   count(*) OVER (PARTITION BY record.class_group_id) AS records,
                   row_number() OVER (PARTITION BY record.class_group_id ORDER BY {order}) AS place
            FROM {dependent.table} AS record
            WHERE record.platform = $1 AND record.class_group_id = ANY($2) AND NOT record.deleted
              AND ({is_orphan})
        ) AS orphan
        WHERE place <= $3
    """  # noqa: S608 (put together from constants)


ORPHANS = " UNION ALL ".join(orphans_of(dependent) for dependent in DEPENDENTS)


class Orphan(NamedTuple):
    record_key: Mapping[str, str | int]
    missing: Mapping[str, str]
    """Which field names something that has not arrived, and what."""


class Orphans(NamedTuple):
    """Of one feed and class group."""

    class_group_id: ClassGroupId
    class_group_name: str | None
    feed: Feed
    records: int
    first: Sequence[Orphan]


async def orphans(
    session: ReadSession,
    platform: PlatformCode,
    class_groups: Sequence[ClassGroupId],
    *,
    keys: int = KEYS_OF_A_FEED,
) -> list[Orphans]:
    """In the order of the class groups, then of the feeds; reads only records of these class groups.

    `keys`: how many records of each feed and class group are told of, one at least; all are counted.
    """
    rows = await (await driver(session)).fetch(ORPHANS, platform, class_groups, keys)
    order = {feed: place for place, feed in enumerate(Feed)}
    rows.sort(key=lambda row: (class_groups.index(row[1]), order[row[0]]))
    return [
        Orphans(
            ClassGroupId(class_group_id),
            group[0][5],
            Feed(feed),
            records=group[0][4],
            first=[Orphan(row[2], row[3]) for row in group],
        )
        for (feed, class_group_id), rows_of_one in groupby(rows, key=lambda row: (row[0], row[1]))
        if (group := list(rows_of_one))
    ]
