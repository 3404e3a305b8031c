"""Loads what rules on class groups ask for beside their timetables: of each source one statement, or none."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from app.core.ids import ClassGroupKey
from app.db.session import ReadSession, driver
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart, of_each
from app.records.moments import KNOWN_OF_CLAIMED, MOMENT, claimed
from app.records.statements import behind_numbers, exact_instants, of_class_groups
from app.rules.class_records import (
    Appearance,
    ClassRecords,
    Course,
    Examinee,
    Project,
    Registration,
    Roster,
    Source,
    TeachingRecord,
    Video,
)
from app.rules.moments import Moment

# The size as the entry of the enterprise says it that decides (`districts.deciding`).
REGISTRATIONS = f"""
    SELECT chosen.number, entry.size, said.project_id, said.planned_headcount, said.organisation,
           said.institution_uscc IS NOT NULL, project.is_stored, project.training_type, project.delivery,
           project.planned_hours
    FROM {CHOSEN}
    CROSS JOIN LATERAL (SELECT * FROM class_groups WHERE {OF_CHOSEN} AND NOT deleted OFFSET 0) AS said
    LEFT JOIN LATERAL (
        SELECT true AS is_stored, training_type, delivery, planned_hours FROM projects
        WHERE platform = chosen.platform AND project_id = said.project_id AND NOT deleted OFFSET 0
    ) AS project ON true
    LEFT JOIN LATERAL (
        SELECT size FROM enterprises WHERE uscc = said.enterprise_uscc AND NOT deleted
        ORDER BY first_batch_id, platform LIMIT 1
    ) AS entry ON true
"""  # noqa: S608 (put together from constants, like all below)

COURSES = f"""
    SELECT chosen.number, course.*
    FROM {CHOSEN},
    LATERAL (SELECT project_id FROM class_groups WHERE {OF_CHOSEN} AND NOT deleted OFFSET 0) AS said,
    LATERAL (
        SELECT course_id, industry, category, copyright FROM courses
        WHERE platform = chosen.platform AND project_id = said.project_id AND NOT deleted OFFSET 0
    ) AS course
"""  # noqa: S608

ENROLLED = f"SELECT learner_id FROM enrollments WHERE {OF_CHOSEN} AND NOT deleted AND withdrawn_at IS NULL"  # noqa: S608

ROSTERS = behind_numbers(
    CHOSEN,
    f"""
        SELECT coalesce(sum(entries), 0)::int, coalesce(sum(persons), 0)::int,
               coalesce(sum(dispatched), 0)::int, count(*) FILTER (WHERE persons > 1)
        FROM (
            SELECT count(*) AS entries, count(*) FILTER (WHERE withdrawn_at IS NULL) AS persons,
                   count(*) FILTER (WHERE withdrawn_at IS NULL AND employment = 'dispatched') AS dispatched
            FROM enrollments WHERE {OF_CHOSEN} AND NOT deleted
            GROUP BY person_key
        ) AS enrolled
    """,  # noqa: S608
)

RESPONDENTS = behind_numbers(
    CHOSEN,
    f"SELECT count(*) FROM evaluations WHERE {OF_CHOSEN} AND NOT deleted AND learner_id IN ({ENROLLED})",  # noqa: S608
)

EXAMINEES = f"""
    SELECT chosen.number, enrolled.learner_id, array(
        SELECT DISTINCT exam_id FROM exam_scores
        WHERE {OF_CHOSEN} AND learner_id = enrolled.learner_id AND NOT deleted
    )
    FROM {CHOSEN}, LATERAL ({ENROLLED} OFFSET 0) AS enrolled
"""  # noqa: S608

TEACHING = of_class_groups("lesson_id, instructor_id", "teaching_records")

# Whoever teaches no longer than a day began within the day before; the others are few, and have an index.
AROUND = """
    SELECT class_group_id, lesson_id, started_at, ended_at FROM teaching_records
    WHERE platform = chosen.platform AND instructor_id = chosen.instructor_id AND NOT deleted
      AND started_at > chosen.first - interval '24:00:00' AND started_at < chosen.last
    UNION
    SELECT class_group_id, lesson_id, started_at, ended_at FROM teaching_records
    WHERE platform = chosen.platform AND instructor_id = chosen.instructor_id AND NOT deleted
      AND ended_at AT TIME ZONE 'UTC' > started_at AT TIME ZONE 'UTC' + interval '24:00:00'
      AND started_at < chosen.last AND ended_at > chosen.first
    OFFSET 0
"""
"""What the teacher `chosen` taught on the platform between two instants, and a little before."""

APPEARANCES = exact_instants(f"""
    WITH chosen AS (
        SELECT chosen.number, chosen.platform, own.instructor_id, own.first, own.last
        FROM {CHOSEN}, LATERAL (
            SELECT instructor_id, min(started_at) AS first, max(ended_at) AS last FROM teaching_records
            WHERE {OF_CHOSEN} AND NOT deleted GROUP BY instructor_id OFFSET 0
        ) AS own
    )
    SELECT chosen.number, chosen.instructor_id, class_group_id, lesson_id, microseconds(started_at),
           microseconds(ended_at)
    FROM chosen, LATERAL ({AROUND}) AS around
""")  # noqa: S608

VIDEOS = of_class_groups(
    "video_id, lesson_id, kind, size_bytes, duration_seconds, microseconds(recorded_at),"
    " microseconds(available_until), container, video_codec, video_kbps, width, height, fps, audio_codec,"
    " audio_kbps, audio_sample_rate",
    "videos",
)


def _first(table: str) -> str:
    """Whether there is any row; behind `EXISTS` the planner might read the whole table once instead."""
    rows = f"SELECT FROM {table} WHERE {OF_CHOSEN} AND NOT deleted LIMIT 1"
    return f"SELECT count(*) > 0 AS is_there FROM ({rows}) AS first"  # noqa: S608


QUESTIONED = of_class_groups("DISTINCT lesson_id", "quiz_answers")
CHECKED = of_class_groups("DISTINCT lesson_id", "verifications")

# What everybody is asked in a lesson, its first learners tell: the rows of all others need not be read.
_FIRST_LEARNERS = f"""
    SELECT learner_id FROM enrollments WHERE {OF_CHOSEN} AND NOT deleted ORDER BY learner_id LIMIT 2
"""  # noqa: S608
QUESTIONED_FIRST, CHECKED_FIRST = (
    behind_numbers(
        CHOSEN,
        f"SELECT DISTINCT lesson_id FROM {table} "  # noqa: S608
        f"WHERE {OF_CHOSEN} AND learner_id = ANY (ARRAY({_FIRST_LEARNERS})) AND NOT deleted",
    )
    for table in ("quiz_answers", "verifications")
)

PRESENCE = f"""
    SELECT chosen.number, attended.is_there, learned.is_there
    FROM {CHOSEN},
    LATERAL ({_first("attendance")}) AS attended, LATERAL ({_first("learning_records")}) AS learned
"""  # noqa: S608


MOMENTS = exact_instants(f"""
    SELECT chosen.number, {MOMENT} FROM {CHOSEN}, LATERAL ({claimed(OF_CHOSEN)} OFFSET 0) AS claimed
    {KNOWN_OF_CLAIMED}
""")  # noqa: S608


class Asked(NamedTuple):
    sources: frozenset[Source]
    lessons: frozenset[str]
    """Of these it is asked whether there was a question, or a check."""


Wanted = Mapping[ClassGroupKey, Asked]
"""Of each class group what its policy asks for."""


async def class_records(session: ReadSession, wanted: Wanted) -> dict[ClassGroupKey, ClassRecords]:
    """Without those that have not arrived or are deleted."""
    load = _Loading(session, wanted)
    registrations = await load.registrations()
    courses = await load.rows(Source.courses, COURSES)
    rosters = await load.rows(Source.roster, ROSTERS)
    respondents = await load.rows(Source.evaluations, RESPONDENTS)
    examinees = await load.rows(Source.exams, EXAMINEES)
    teaching = await load.rows(Source.teaching, TEACHING)
    appearances = await load.rows(Source.clashes, APPEARANCES)
    videos = await load.rows(Source.videos, VIDEOS)
    questioned = await load.lessons(Source.questions, QUESTIONED_FIRST, QUESTIONED)
    checked = await load.lessons(Source.checks, CHECKED_FIRST, CHECKED)
    presence = await load.rows(Source.presence, PRESENCE)
    moments = await load.rows(Source.moments, MOMENTS)
    return {
        key: ClassRecords(
            registration=registration,
            courses=sorted(Course(*row) for row in courses[key]),
            roster=next((Roster(*row) for row in rosters[key]), None),
            respondents=sum(row[0] for row in respondents[key]),
            examinees=[Examinee(*row) for row in examinees[key]],
            teaching=[TeachingRecord(*row) for row in teaching[key]],
            appearances=[Appearance(*row) for row in appearances[key]],
            videos=sorted(Video(*row) for row in videos[key]),
            questioned=questioned.get(key, frozenset()),
            checked=checked.get(key, frozenset()),
            has_attendance=any(row[0] for row in presence[key]),
            has_learning_records=any(row[1] for row in presence[key]),
            moments=[Moment(*row) for row in moments[key]],
        )
        for key, registration in registrations.items()
    }


class _Loading:
    def __init__(self, session: ReadSession, wanted: Wanted) -> None:
        self._session = session
        self._wanted = wanted

    async def rows(self, source: Source, statement: str) -> defaultdict[ClassGroupKey, list[Sequence[Any]]]:
        """Of those that ask for it; of nobody no question is asked."""
        return await self._rows(statement, self._asking(source))

    async def lessons(self, source: Source, of_some: str, of_all: str) -> dict[ClassGroupKey, frozenset[str]]:
        """Those that the first learners tell of; where one is wanted that they do not, all learners."""
        first = await self._rows(of_some, self._asking(source))
        found = {key: frozenset(row[0] for row in rows) for key, rows in first.items()}
        lacking = [
            key for key in self._asking(source) if self._wanted[key].lessons - found.get(key, frozenset())
        ]
        rest = await self._rows(of_all, lacking)
        return found | {key: frozenset(row[0] for row in rows) for key, rows in rest.items()}

    def _asking(self, source: Source) -> list[ClassGroupKey]:
        return [key for key, asked in self._wanted.items() if source in asked.sources]

    async def _rows(
        self, statement: str, keys: Sequence[ClassGroupKey]
    ) -> defaultdict[ClassGroupKey, list[Sequence[Any]]]:
        found: defaultdict[ClassGroupKey, list[Sequence[Any]]] = defaultdict(list)
        if keys:
            for key, row in of_each(keys, await self._fetch(statement, keys)):
                found[key].append(row)
        return found

    async def registrations(self) -> dict[ClassGroupKey, Registration]:
        keys = list(self._wanted)
        found = {}
        for key, row in of_each(keys, await self._fetch(REGISTRATIONS, keys)):
            size, project_id, headcount, organisation, is_named, is_stored, *project = row
            told = Project(*project) if is_stored else None
            found[key] = Registration(project_id, headcount, organisation, is_named, told, size)
        return found

    async def _fetch(self, statement: str, keys: Sequence[ClassGroupKey]) -> Iterable[Sequence[Any]]:
        rows: Iterable[Sequence[Any]] = await (await driver(self._session)).fetch(
            statement, *keys_apart(keys)
        )
        return rows
