"""Loads the records of class groups as the rules want them: few statements, no object per instant.

Instants leave PostgreSQL as whole microseconds, which costs this process a third less than a `datetime` per
column. Statements run on the driver itself, whose rows become named tuples.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple, TypeVar

from app.core.ids import ClassGroupKey, Uscc
from app.core.vocabulary import LessonKind
from app.db.session import ReadSession, driver
from app.records.chosen import (
    CHOSEN,
    CHOSEN_LEARNERS,
    NAMED,
    OF_CHOSEN,
    UNNAMED,
    Learners,
    keys_apart,
    learners_apart,
    of_each,
)
from app.rules.records import (
    Attendance,
    ClassGroup,
    Enrollment,
    EnrollmentRecords,
    ExamScore,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)

Record = TypeVar("Record", bound=tuple[Any, ...])
ByLearner = defaultdict[int, dict[str, list[Record]]]
"""Behind the number of the class group."""


class StoredClassGroup(NamedTuple):
    """A class group and whose it is, which the rules need not know."""

    class_group: ClassGroup
    enterprise_uscc: Uscc


MICROSECONDS = r"""
    CASE WHEN \1 >= '1970-01-01Z' AND \1 < '2040-01-01Z'
         THEN (tstzrange_subdiff(\1, '1970-01-01Z') * 1000000)::bigint
         WHEN isfinite(\1) THEN (extract(epoch FROM \1) * 1000000)::bigint
         WHEN \1 < 'epoch' THEN -62135596800000000
         WHEN \1 > 'epoch' THEN 253402300799999999 END"""
"""The driver stores the first and the last instant that Python knows as infinities.

Both ways are exact. The difference between two bounds of a range takes a tenth of the time. As a double in
seconds, divided and multiplied, it errs by less than half a microsecond up to 2^51 of them, in 2041.
"""


def exact_instants(statement: str) -> str:
    """Spells out `microseconds(column)`."""
    return re.sub(r"microseconds\((\w+)\)", MICROSECONDS, statement)


def behind_numbers(chosen: str, rows: str) -> str:
    """The rows of each class group chosen, behind its number."""
    return exact_instants(f"""
        SELECT chosen.number, found.* FROM {chosen}, LATERAL ({rows} OFFSET 0) AS found
    """)  # noqa: S608 (put together from constants)


def _rows(columns: str, table: str, where: str) -> str:
    return f"SELECT {columns} FROM {table} WHERE {where} AND NOT deleted"  # noqa: S608 (likewise)


def of_class_groups(columns: str, table: str) -> str:
    return behind_numbers(CHOSEN, _rows(columns, table, OF_CHOSEN))


def _of_learners(columns: str, table: str) -> str:
    return behind_numbers(CHOSEN_LEARNERS, _rows(columns, table, NAMED))


CLASS_GROUPS = of_class_groups(
    "platform, class_group_id, programme, starts_on, ends_on, coalesce(exam_ids, '{}'),"
    " microseconds(closed_at), enterprise_uscc",
    "class_groups",
)

LESSONS = of_class_groups(
    "lesson_id, title, kind, planned_minutes, required, microseconds(starts_at), microseconds(ends_at),"
    " course_id",
    "lessons",
)

ENROLLED = (
    "learner_id, microseconds(withdrawn_at), employment, gender = id_gender, phone_valid",
    "enrollments",
)
ENROLLMENTS = behind_numbers(
    CHOSEN_LEARNERS, f"{_rows(*ENROLLED, NAMED)} UNION ALL {_rows(*ENROLLED, UNNAMED)}"
)

ATTENDANCE = _of_learners(
    "learner_id, lesson_id, status, microseconds(signed_in_at), microseconds(signed_out_at)", "attendance"
)

# 1 is the playback rate of a record that names none, and a Decimal is dear to build.
LEARNING_RECORDS = _of_learners(
    "learner_id, session_id, lesson_id, microseconds(online_at), microseconds(offline_at),"
    " position_from_ms, position_to_ms, nullif(playback_rate, 1)",
    "learning_records",
)

VERIFICATIONS = _of_learners(
    "learner_id, verification_id, lesson_id, microseconds(issued_at), passed", "verifications"
)

QUIZ_ANSWERS = _of_learners(
    "learner_id, answer_id, lesson_id, question_id, attempt,"
    " microseconds(asked_at), microseconds(answered_at), correct",
    "quiz_answers",
)

EXAM_SCORES = _of_learners("learner_id, exam_id, attempt, score, pass_score", "exam_scores")

EVALUATIONS = _of_learners("learner_id", "evaluations")


async def class_groups(
    session: ReadSession, keys: Sequence[ClassGroupKey]
) -> dict[ClassGroupKey, StoredClassGroup]:
    """Without those that have not arrived or are deleted."""
    rows = await (await driver(session)).fetch(CLASS_GROUPS, *keys_apart(keys))
    return {key: StoredClassGroup(ClassGroup(*row[:-1]), row[-1]) for key, row in of_each(keys, rows)}


async def lessons(session: ReadSession, keys: Sequence[ClassGroupKey]) -> dict[ClassGroupKey, list[Lesson]]:
    """Of each class group, by lesson id in code point order."""
    found: dict[ClassGroupKey, list[Lesson]] = {key: [] for key in keys}
    rows = await (await driver(session)).fetch(LESSONS, *keys_apart(keys))
    for key, (lesson_id, title, kind, *rest) in of_each(keys, rows):
        found[key].append(Lesson(lesson_id, title, LessonKind(kind), *rest))
    for of_one in found.values():
        of_one.sort(key=attrgetter("lesson_id"))
    return found


async def enrollments(session: ReadSession, learners: Learners) -> dict[ClassGroupKey, list[Enrollment]]:
    """Of each class group those that are stored and not deleted, by learner id in code point order."""
    found: dict[ClassGroupKey, list[Enrollment]] = {key: [] for key in learners}
    rows = await (await driver(session)).fetch(ENROLLMENTS, *learners_apart(learners))
    for key, row in of_each(learners, rows):
        found[key].append(Enrollment(*row))
    for of_one in found.values():
        of_one.sort(key=attrgetter("learner_id"))
    return found


async def enrollment_records(
    session: ReadSession, enrolled: Mapping[ClassGroupKey, Sequence[Enrollment]]
) -> dict[ClassGroupKey, list[EnrollmentRecords]]:
    """Everything the rules need of these learners: one statement a feed, however many they are."""
    connection = await driver(session)
    learner_ids = {key: [each.learner_id for each in of_one] for key, of_one in enrolled.items()}
    arguments = learners_apart(learner_ids)

    async def load(statement: str, kind: type[Record]) -> ByLearner[Record]:
        return _by_learner(await connection.fetch(statement, *arguments), kind)

    attendance = await load(ATTENDANCE, Attendance)
    learning_records = await load(LEARNING_RECORDS, LearningRecord)
    verifications = await load(VERIFICATIONS, Verification)
    quiz_answers = await load(QUIZ_ANSWERS, QuizAnswer)
    exam_scores = await load(EXAM_SCORES, ExamScore)
    evaluated = {(row[0], row[1]) for row in await connection.fetch(EVALUATIONS, *arguments)}
    return {
        key: [
            EnrollmentRecords(
                enrollment,
                attendance[number].get(enrollment.learner_id, ()),
                learning_records[number].get(enrollment.learner_id, ()),
                verifications[number].get(enrollment.learner_id, ()),
                quiz_answers[number].get(enrollment.learner_id, ()),
                exam_scores[number].get(enrollment.learner_id, ()),
                (number, enrollment.learner_id) in evaluated,
            )
            for enrollment in of_one
        ]
        for number, (key, of_one) in enumerate(enrolled.items(), start=1)
    }


def _by_learner(rows: Iterable[Any], kind: type[Record]) -> ByLearner[Record]:
    """The first two columns say whose a row is, the others are the fields.

    `kind._make` would count them again, in Python: each statement was written for its kind.
    """
    make = partial(tuple.__new__, kind)
    groups: ByLearner[Record] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        groups[row[0]][row[1]].append(make(row[2:]))
    return groups
