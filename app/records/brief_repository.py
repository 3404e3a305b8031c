"""Loads feeds of learners as far as a judgement asks: one row a learner, columns as arrays.

Ids come joined by blanks, which no id holds: that and not making a row of each record takes a quarter of the
time. What only explanations name stays behind, the ids of sessions and answers.
"""

from collections import defaultdict
from collections.abc import Iterable
from functools import partial
from typing import Any, TypeVar

from app.core.ids import LearnerId
from app.records.statements import of_learners_together
from app.rules.records import Attendance, LearningRecord, QuizAnswer

Record = TypeVar("Record", bound=tuple[Any, ...])
ByLearner = defaultdict[int, dict[str, list[Record]]]
"""Behind the number of the class group."""

ATTENDANCE = of_learners_together(
    "string_agg(lesson_id, ' '), string_agg(status, ' '),"
    " array_agg(microseconds(signed_in_at)), array_agg(microseconds(signed_out_at))",
    "attendance",
)

# Without positions apart from those with them, so that nobody carries three columns of nothing.
LEARNING_RECORDS = of_learners_together(
    "string_agg(lesson_id, ' '), array_agg(microseconds(online_at)), array_agg(microseconds(offline_at)),"
    " array_agg(position_from_ms) FILTER (WHERE position_from_ms IS NOT NULL),"
    " array_agg(position_to_ms) FILTER (WHERE position_from_ms IS NOT NULL),"
    " array_agg(nullif(playback_rate, 1)) FILTER (WHERE position_from_ms IS NOT NULL)",
    "learning_records",
    "position_from_ms IS NULL",
)

QUIZ_ANSWERS = of_learners_together(
    "string_agg(lesson_id, ' '), string_agg(question_id, ' '),"
    " array_agg(correct AND answered_at IS NOT NULL)",
    "quiz_answers",
)


def attendance(rows: Iterable[Any]) -> ByLearner[Attendance]:
    """All there is of it."""
    found: ByLearner[Attendance] = defaultdict(dict)
    for number, learner_id, lesson_ids, statuses, signed_in_at, signed_out_at in rows:
        found[number][learner_id] = _records(
            Attendance, lesson_ids.split(" "), statuses.split(" "), signed_in_at, signed_out_at
        )
    return found


def learning_records(rows: Iterable[Any]) -> ByLearner[LearningRecord]:
    """Without the ids of their sessions."""
    found: ByLearner[LearningRecord] = defaultdict(dict)
    for number, learner_id, lesson_ids, online_at, offline_at, *positions in rows:
        lessons = lesson_ids.split(" ")
        nothing = [None] * len(lessons)
        of_one = _records(
            LearningRecord,
            [""] * len(lessons),
            lessons,
            online_at,
            offline_at,
            *(nothing if column is None else column for column in positions),
        )
        known = found[number].get(learner_id)
        found[number][learner_id] = of_one if known is None else known + of_one
    return found


def quiz_answers(rows: Iterable[Any]) -> tuple[ByLearner[QuizAnswer], dict[int, list[LearnerId]]]:
    """Of whoever was asked no question twice: the question, and whether it is right; then who was.

    Which attempt came first matters to the others alone.
    """
    found: ByLearner[QuizAnswer] = defaultdict(dict)
    asked_twice: defaultdict[int, list[LearnerId]] = defaultdict(list)
    for number, learner_id, lesson_ids, question_ids, right in rows:
        lessons, questions = lesson_ids.split(" "), question_ids.split(" ")
        if len(set(zip(lessons, questions, strict=True))) < len(lessons):
            asked_twice[number].append(learner_id)
            continue
        count = len(lessons)
        once, unknown = [1] * count, [0] * count
        found[number][learner_id] = _records(
            QuizAnswer, [""] * count, lessons, questions, once, unknown, unknown, right
        )
    return found, asked_twice


def _records(kind: type[Record], *columns: Iterable[Any]) -> list[Record]:
    """The columns in the order of the fields; `kind._make` would count them again, in Python."""
    return list(map(partial(tuple.__new__, kind), zip(*columns, strict=True)))
