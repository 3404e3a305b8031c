"""Loads the records of class groups as the rules want them: few statements, no object per instant.

Instants leave PostgreSQL as whole microseconds, which costs this process a third less than a `datetime` per
column. Statements run on the driver itself, whose rows become named tuples.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple

from asyncpg import Connection

from app.core.ids import ClassGroupKey, Uscc
from app.core.vocabulary import LessonKind
from app.db.session import ReadSession, driver
from app.records import brief_repository as brief
from app.records.brief_repository import Found, Record
from app.records.chosen import (
    CHOSEN_LEARNERS,
    NAMED,
    UNNAMED,
    Learners,
    keys_apart,
    learners_apart,
    of_each,
)
from app.records.statements import behind_numbers, of_class_groups, of_learners, rows_of
from app.rules.records import (
    ClassGroup,
    Enrollment,
    EnrollmentRecords,
    ExamScore,
    LearningRecord,
    Lesson,
    QuizAnswer,
    Verification,
)


class StoredClassGroup(NamedTuple):
    """A class group and whose it is, which the rules need not know."""

    class_group: ClassGroup
    enterprise_uscc: Uscc


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
    CHOSEN_LEARNERS, f"{rows_of(*ENROLLED, NAMED)} UNION ALL {rows_of(*ENROLLED, UNNAMED)}"
)

# 1 is the playback rate of a record that names none, and a Decimal is dear to build.
LEARNING_RECORDS = of_learners(
    "learner_id, session_id, lesson_id, microseconds(online_at), microseconds(offline_at),"
    " position_from_ms, position_to_ms, nullif(playback_rate, 1)",
    "learning_records",
)

VERIFICATIONS = of_learners(
    "learner_id, verification_id, lesson_id, microseconds(issued_at), passed", "verifications"
)

QUIZ_ANSWERS = of_learners(
    "learner_id, answer_id, lesson_id, question_id, attempt,"
    " microseconds(asked_at), microseconds(answered_at), correct",
    "quiz_answers",
)

EXAM_SCORES = of_learners("learner_id, exam_id, attempt, score, pass_score", "exam_scores")

EVALUATIONS = of_learners("learner_id", "evaluations")


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
    session: ReadSession, enrolled: Mapping[ClassGroupKey, Sequence[Enrollment]], *, in_brief: bool = False
) -> dict[ClassGroupKey, list[EnrollmentRecords]]:
    """Everything the rules need of these learners: one statement a feed, however many they are.

    `in_brief`: what a judgement needs, in half the time; sessions and answers have no ids then.
    """
    connection = await driver(session)
    learner_ids = {key: [each.learner_id for each in of_one] for key, of_one in enrolled.items()}
    arguments = learners_apart(learner_ids)

    async def load(statement: str, kind: type[Record]) -> Found[Record]:
        return _by_learner(await connection.fetch(statement, *arguments), kind)

    attendance = brief.attendance(await connection.fetch(brief.ATTENDANCE, *arguments))
    if in_brief:
        learning_records = brief.learning_records(await connection.fetch(brief.LEARNING_RECORDS, *arguments))
        quiz_answers = await _answers_in_brief(connection, learner_ids)
    else:
        learning_records = await load(LEARNING_RECORDS, LearningRecord)
        quiz_answers = await load(QUIZ_ANSWERS, QuizAnswer)
    verifications = await load(VERIFICATIONS, Verification)
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


async def _answers_in_brief(connection: Connection, learners: Learners) -> Found[QuizAnswer]:
    """Whole where a question was asked twice."""
    rows = await connection.fetch(brief.QUIZ_ANSWERS, *learners_apart(learners))
    found, asked_twice = brief.quiz_answers(rows)
    if asked_twice:
        among: Learners = {key: asked_twice.get(number, []) for number, key in enumerate(learners, start=1)}
        whole = await connection.fetch(QUIZ_ANSWERS, *learners_apart(among))
        for number, of_one in _by_learner(whole, QuizAnswer).items():
            found[number] |= of_one
    return found


def _by_learner(rows: Iterable[Any], kind: type[Record]) -> Found[Record]:
    """The first two columns say whose a row is, the others are the fields.

    `kind._make` would count them again, in Python: each statement was written for its kind.
    """
    make = partial(tuple.__new__, kind)
    records: defaultdict[tuple[int, str], list[Record]] = defaultdict(list)
    for row in rows:
        records[row[0], row[1]].append(make(row[2:]))
    groups: Found[Record] = defaultdict(dict)
    for (number, learner_id), of_one in records.items():
        groups[number][learner_id] = of_one
    return groups
