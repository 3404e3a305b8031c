"""What a platform sends of one class group, and when: in thirds of the term, some late, some wrong.

The order is untidy, the end is not: what is sent wrongly is mended, what is held back comes in the end.
"""

from collections.abc import Iterator
from enum import IntEnum
from typing import NamedTuple

from app.core.vocabulary import AttendanceStatus, Feed, LessonKind
from app.simulator import class_records, learner_records
from app.simulator.cast import Character
from app.simulator.conduct import past, visits
from app.simulator.learners import Learner, learners
from app.simulator.organisations import Record
from app.simulator.questions import checks, questions
from app.simulator.term import ClassGroup, Lesson, Term, lessons
from app.simulator.visits import Mend, Visit

LESSONS_OF_A_THIRD = 9


class Step(IntEnum):
    """The order in which a platform sends; every step is a round of batches."""

    catalogue = 0
    opening = 1
    first_third = 2
    second_third = 3
    last_third = 4
    late = 5
    ending = 6


class Sending(NamedTuple):
    step: Step
    feed: Feed
    record: Record
    fault: str | None = None
    """The error code with which the server must reject the record."""


def sendings(term: Term, class_group: ClassGroup) -> Iterator[Sending]:
    timetable = lessons(class_group)
    yield from _of_the_class(term, class_group, timetable)
    for learner in learners(term, class_group):
        done = visits(learner, timetable)
        yield from _of_the_roster(learner, done)
        yield from _of_presence(learner, done)
        yield from _of_answers(learner, done)
        if class_group.is_closed:
            yield from _of_the_end(learner)


def third(lesson: Lesson) -> Step:
    return Step(Step.first_third + lesson.number // LESSONS_OF_A_THIRD)


def _of_the_class(term: Term, class_group: ClassGroup, timetable: list[Lesson]) -> Iterator[Sending]:
    comes_after_its_events = class_group.number % 5 == 1
    step = Step.second_third if comes_after_its_events else Step.opening
    yield Sending(step, Feed.class_groups, class_records.class_group_record(class_group))
    for lesson in timetable:
        yield Sending(Step.opening, Feed.lessons, class_records.lesson_record(class_group, lesson))
        if lesson.kind is LessonKind.vod:
            yield Sending(Step.opening, Feed.videos, class_records.video(term, class_group, lesson))
    for lesson in past(term, timetable):
        taught = class_records.teaching_record(class_group, lesson)
        yield Sending(third(lesson), Feed.teaching_records, taught)
        yield Sending(third(lesson), Feed.platform_logs, class_records.platform_log(class_group, lesson))
        if lesson.kind is LessonKind.live:
            yield Sending(third(lesson), Feed.videos, class_records.video(term, class_group, lesson))
    if class_group.is_closed:
        yield Sending(Step.ending, Feed.class_groups, class_records.closing(class_group))


def _of_the_roster(learner: Learner, done: list[Visit]) -> Iterator[Sending]:
    comes_after_its_events = learner.class_group.number % 4 == 2  # noqa: PLR2004 -- any class group but the first
    step = Step.second_third if comes_after_its_events else Step.opening
    yield Sending(step, Feed.enrollments, learner_records.enrollment(learner))
    if learner.character is Character.withdrawn:
        yield Sending(Step.last_third, Feed.enrollments, learner_records.withdrawal(learner, done))
    if learner.character is Character.mistaken:
        yield Sending(Step.late, Feed.enrollments, tombstone(learner_records.key(learner), {}))


def _of_presence(learner: Learner, done: list[Visit]) -> Iterator[Sending]:
    for visit in done:
        yield from _attendance(learner, visit)
        is_held_back = learner.chance("held-back", visit.lesson.lesson_id).happens(10)
        step = Step.late if is_held_back else third(visit.lesson)
        for record in learner_records.learning_records(learner, visit):
            yield from _learning(visit, step, record)


def _attendance(learner: Learner, visit: Visit) -> Iterator[Sending]:
    """A wrong first report is mended by a higher revision; the old one then comes again, stale."""
    if visit.status is None:
        return
    told = learner_records.attendance(learner, visit)
    untold = learner_records.attendance(learner, visit, AttendanceStatus.absent)
    match visit.mend:
        case Mend.credited_late:
            first, last = untold, told
        case Mend.taken_back:
            first, last = told, untold
        case _:
            yield Sending(third(visit.lesson), Feed.attendance, told)
            return
    yield Sending(third(visit.lesson), Feed.attendance, first)
    yield Sending(Step.late, Feed.attendance, {**last, "revision": 1})
    yield Sending(Step.late, Feed.attendance, first)


def _learning(visit: Visit, step: Step, record: Record) -> Iterator[Sending]:
    feed = Feed.learning_records
    match visit.mend:
        case Mend.credited_late:
            yield Sending(step, feed, learner_records.cut_short(record))
            yield Sending(Step.late, feed, {**record, "revision": 1})
        case Mend.taken_back:
            yield Sending(step, feed, record)
            yield Sending(Step.late, feed, tombstone(record, {"session_id": record["session_id"]}))
        case _:
            yield Sending(step, feed, record)


def _of_answers(learner: Learner, done: list[Visit]) -> Iterator[Sending]:
    for question in questions(learner, done):
        for record in learner_records.quiz_answers(learner, question):
            yield Sending(third(question.visit.lesson), Feed.quiz_answers, record)
    for check in checks(learner, done):
        record = learner_records.verification(learner, check)
        yield Sending(third(check.visit.lesson), Feed.verifications, record)


def _of_the_end(learner: Learner) -> Iterator[Sending]:
    for record in learner_records.exam_scores(learner):
        yield Sending(Step.ending, Feed.exam_scores, record)
    for record in learner_records.evaluation(learner):
        yield Sending(Step.ending, Feed.evaluations, record)


def tombstone(of: Record, further_key: Record) -> Record:
    """Only the key is told of a deleted record."""
    key = {name: of[name] for name in ("class_group_id", "learner_id")}
    return {**key, **further_key, "revision": 1, "deleted": True}
