"""Loads feeds of learners as far as a judgement asks: one row a learner, columns as arrays.

Ids come joined by blanks, which no id holds: that and not making a row of each record takes a quarter of the
time. What only explanations name stays behind, the ids of sessions and answers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, TypeVar, overload

from app.core.ids import LearnerId
from app.records.statements import of_learners_together
from app.rules.records import Attendance, LearningRecord, QuizAnswer

Record = TypeVar("Record", bound=tuple[Any, ...])
Found = defaultdict[int, dict[str, Sequence[Record]]]
"""Behind the number of the class group."""


class InColumns(Sequence[Record]):
    """Records of one kind, each made when it is looked at.

    A visit has tens of thousands: kept as tuples, the collector of garbage goes through all of them.
    """

    __slots__ = ("_columns", "_kind")

    def __init__(self, kind: type[Record], *columns: Sequence[Any]) -> None:
        """Of equal length, in the order of the fields; `kind._make` would count them again, in Python."""
        self._kind = kind
        self._columns = columns

    def __iter__(self) -> Iterator[Record]:
        return map(partial(tuple.__new__, self._kind), zip(*self._columns, strict=True))

    def __len__(self) -> int:
        return len(self._columns[0])

    @overload
    def __getitem__(self, index: int) -> Record: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Record]: ...
    def __getitem__(self, index: int | slice) -> Record | Sequence[Record]:
        return list(self)[index]


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


def attendance(rows: Iterable[Any]) -> Found[Attendance]:
    """All there is of it."""
    found: Found[Attendance] = defaultdict(dict)
    for number, learner_id, lesson_ids, statuses, signed_in_at, signed_out_at in rows:
        found[number][learner_id] = InColumns(
            Attendance, lesson_ids.split(" "), statuses.split(" "), signed_in_at, signed_out_at
        )
    return found


def learning_records(rows: Iterable[Any]) -> Found[LearningRecord]:
    """Without the ids of their sessions."""
    found: Found[LearningRecord] = defaultdict(dict)
    for number, learner_id, lesson_ids, online_at, offline_at, *positions in rows:
        lessons = lesson_ids.split(" ")
        nothing = [None] * len(lessons)
        of_one = InColumns(
            LearningRecord,
            [""] * len(lessons),
            lessons,
            online_at,
            offline_at,
            *(nothing if column is None else column for column in positions),
        )
        known = found[number].get(learner_id)
        found[number][learner_id] = of_one if known is None else [*known, *of_one]
    return found


def quiz_answers(rows: Iterable[Any]) -> tuple[Found[QuizAnswer], dict[int, list[LearnerId]]]:
    """Of whoever was asked no question twice: the question, and whether it is right; then who was.

    Which attempt came first matters to the others alone.
    """
    found: Found[QuizAnswer] = defaultdict(dict)
    asked_twice: defaultdict[int, list[LearnerId]] = defaultdict(list)
    for number, learner_id, lesson_ids, question_ids, right in rows:
        lessons, questions = lesson_ids.split(" "), question_ids.split(" ")
        if len(set(zip(lessons, questions, strict=True))) < len(lessons):
            asked_twice[number].append(learner_id)
            continue
        count = len(lessons)
        once, unknown = [1] * count, [0] * count
        found[number][learner_id] = InColumns(
            QuizAnswer, [""] * count, lessons, questions, once, unknown, unknown, right
        )
    return found, asked_twice
