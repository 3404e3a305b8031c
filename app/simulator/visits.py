"""What one learner did in one lesson, before it becomes records: the truth that the intent is built on."""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from app.core.vocabulary import AttendanceStatus
from app.simulator.cast import Character
from app.simulator.chance import Chance
from app.simulator.learners import Learner
from app.simulator.term import LESSON_MINUTES, LESSONS, Lesson

LESSON_S = LESSON_MINUTES * 60
CORRECTED = range(1, 7)
EXPOSED = range(2, 12)
FIRST_LESSONS_OF_THE_WITHDRAWN = 5


class Mend(StrEnum):
    """What the platform told wrongly at first and mends later."""

    credited_late = "credited_late"
    taken_back = "taken_back"


class Sitting(NamedTuple):
    """One interval online; positions in seconds of the video, where the player reports them."""

    begins: datetime
    ends: datetime
    positions: tuple[int, int] | None = None
    rate: int | None = None


class Visit(NamedTuple):
    """`is_attended` and `credited_s` are what must come out in the end, after everything is mended."""

    lesson: Lesson
    status: AttendanceStatus | None
    sittings: tuple[Sitting, ...] = ()
    signed_in_at: datetime | None = None
    signed_out_at: datetime | None = None
    is_attended: bool = False
    credited_s: int = 0
    overlap_s: int = 0
    mend: Mend | None = None


def lessons_attended(learner: Learner) -> frozenset[int]:
    """The numbers of the lessons the learner comes to, were the term played to its end."""
    everything = range(LESSONS)
    match learner.character:
        case Character.borderline:
            missed = set(range(4, LESSONS, 5))
        case Character.just_below:
            missed = {*range(4, LESSONS, 5), 22}
        case Character.absentee:
            missed = {*range(3, LESSONS, 5), *range(4, LESSONS, 5)}
        case Character.no_show:
            missed = set(everything)
        case Character.withdrawn:
            missed = set(everything[FIRST_LESSONS_OF_THE_WITHDRAWN:])
        case Character.mistaken:
            missed = set(everything[1:])
        case Character.honest | Character.guesser | Character.silent | Character.unasked:
            missed = set(_now_and_then(learner.chance("missed")))
        case _:
            missed = set()
    return frozenset(everything) - missed


def mend_of(learner: Learner, lesson: Lesson) -> Mend | None:
    if learner.character is Character.corrected and lesson.number in CORRECTED:
        return Mend.credited_late
    if learner.character is Character.exposed and lesson.number in EXPOSED:
        return Mend.taken_back
    return None


def _now_and_then(chance: Chance) -> Iterator[int]:
    """At most one of eight lessons, so that honest learners stay above the threshold at any time."""
    for first in range(0, LESSONS - 1, 8):
        if chance.happens(30):
            yield chance.between(first, first + 7)
