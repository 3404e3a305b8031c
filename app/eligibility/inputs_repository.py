"""All SQL of records outside a class group that its own figures rest on."""

from collections import defaultdict
from collections.abc import Mapping, Sequence

from app.core.ids import ClassGroupKey
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver
from app.eligibility.inputs import Reference
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart, of_each

# Of the enterprise's entries the one that decides (`districts.deciding`).
CATALOGUE = f"""
    SELECT chosen.number, entry.*
    FROM {CHOSEN},
    LATERAL (SELECT * FROM class_groups WHERE {OF_CHOSEN} AND NOT deleted OFFSET 0) AS said,
    LATERAL (
        SELECT '{Feed.projects}', batch_id, line FROM projects
        WHERE platform = chosen.platform AND project_id = said.project_id AND NOT deleted
        UNION ALL
        SELECT '{Feed.courses}', batch_id, line FROM courses
        WHERE platform = chosen.platform AND project_id = said.project_id AND NOT deleted
        UNION ALL
        (
            SELECT '{Feed.enterprises}', batch_id, line FROM enterprises
            WHERE uscc = said.enterprise_uscc AND NOT deleted
            ORDER BY first_batch_id, platform LIMIT 1
        )
        OFFSET 0
    ) AS entry
"""  # noqa: S608 (put together from constants)

# Behind the same two indexes as `class_repository.AROUND`, but only what overlaps.
CLASHING = f"""
    SELECT DISTINCT chosen.number, '{Feed.teaching_records}', other.batch_id, other.line
    FROM {CHOSEN},
    LATERAL (
        SELECT instructor_id, started_at, ended_at FROM teaching_records
        WHERE {OF_CHOSEN} AND NOT deleted OFFSET 0
    ) AS own, LATERAL (
        SELECT class_group_id, batch_id, line FROM teaching_records
        WHERE platform = chosen.platform AND instructor_id = own.instructor_id AND NOT deleted
          AND started_at > own.started_at - interval '24:00:00' AND started_at < own.ended_at
          AND ended_at > own.started_at
        UNION
        SELECT class_group_id, batch_id, line FROM teaching_records
        WHERE platform = chosen.platform AND instructor_id = own.instructor_id AND NOT deleted
          AND ended_at AT TIME ZONE 'UTC' > started_at AT TIME ZONE 'UTC' + interval '24:00:00'
          AND started_at < own.ended_at AND ended_at > own.started_at
        OFFSET 0
    ) AS other
    WHERE other.class_group_id <> chosen.class_group_id
"""  # noqa: S608 (likewise)


async def references(
    session: ReadSession, with_catalogue: Sequence[ClassGroupKey], with_clashes: Sequence[ClassGroupKey]
) -> Mapping[ClassGroupKey, Sequence[Reference]]:
    """Of the first project, courses and enterprise, of the second what their teachers taught elsewhere."""
    found: defaultdict[ClassGroupKey, list[Reference]] = defaultdict(list)
    for statement, keys in ((CATALOGUE, with_catalogue), (CLASHING, with_clashes)):
        rows = await (await driver(session)).fetch(statement, *keys_apart(keys)) if keys else []
        for key, (feed, batch_id, line) in of_each(keys, rows):
            found[key].append(Reference(Feed(feed), batch_id, line))
    return {key: sorted(of_one) for key, of_one in found.items()}
