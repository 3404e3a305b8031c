"""All visits of a learner up to the morning on which the term is looked at."""

from app.core.vocabulary import LessonKind
from app.simulator.learners import Learner
from app.simulator.live import scheduled_visit
from app.simulator.term import Lesson, Term
from app.simulator.visits import Visit, lessons_attended
from app.simulator.vod import video_visit


def visits(learner: Learner, timetable: list[Lesson]) -> list[Visit]:
    comes_to = lessons_attended(learner)
    return [
        _visit(learner, lesson, timetable, comes=lesson.number in comes_to)
        for lesson in past(learner.term, timetable)
    ]


def past(term: Term, timetable: list[Lesson]) -> list[Lesson]:
    return [lesson for lesson in timetable if term.has_happened(lesson.ends)]


def _visit(learner: Learner, lesson: Lesson, timetable: list[Lesson], *, comes: bool) -> Visit:
    if lesson.kind is LessonKind.vod:
        return video_visit(learner, lesson, timetable[lesson.number ^ 1], comes=comes)
    return scheduled_visit(learner, lesson, comes=comes)
