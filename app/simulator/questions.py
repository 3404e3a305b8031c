"""What is asked of a learner while they learn: quiz questions and checks of presence."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple

from app.core.vocabulary import LessonKind
from app.simulator.cast import Character
from app.simulator.chance import Chance
from app.simulator.learners import Learner
from app.simulator.visits import Visit

ASKED_AFTER_S = {LessonKind.live: (1_200, 2_640), LessonKind.vod: (90, 240)}
CHECKED_AFTER_S = {LessonKind.live: 2_760, LessonKind.vod: 150}
NEVER_ASKED = frozenset({Character.unasked, Character.mistaken})


class Try(NamedTuple):
    """`answered_at` is None where the question was left unanswered."""

    attempt: int
    asked_at: datetime
    answered_at: datetime | None
    is_right: bool


class Question(NamedTuple):
    """The first try is the one that counts."""

    visit: Visit
    question_id: str
    tries: tuple[Try, ...]


class Check(NamedTuple):
    visit: Visit
    number: int
    issued_at: datetime
    answered_at: datetime | None
    passed: bool


def questions(learner: Learner, visits: list[Visit]) -> Iterator[Question]:
    if learner.character in NEVER_ASKED:
        return
    number = 0
    for visit in visits:
        chance = learner.chance("answers", visit.lesson.lesson_id)
        for place, asked_at in enumerate(_asked_at(visit)):
            tries = _tries(learner.character, number, asked_at, chance)
            yield Question(visit, f"Q{place + 1}", tries)
            number += 1


def checks(learner: Learner, visits: list[Visit]) -> Iterator[Check]:
    """One face check a lesson; who misses it passes the next one seconds later."""
    for visit in visits:
        if not visit.sittings:
            continue
        chance = learner.chance("checks", visit.lesson.lesson_id)
        issued_at = _first_moment(visit) + timedelta(seconds=CHECKED_AFTER_S[visit.lesson.kind])
        if chance.happens(4):
            yield Check(visit, 1, issued_at, None, passed=False)
            issued_at += timedelta(seconds=20)
        yield Check(visit, 2, issued_at, issued_at + timedelta(seconds=chance.between(2, 9)), passed=True)


def _asked_at(visit: Visit) -> list[datetime]:
    if not visit.sittings:
        return []
    first = _first_moment(visit)
    return [first + timedelta(seconds=after_s) for after_s in ASKED_AFTER_S[visit.lesson.kind]]


def _first_moment(visit: Visit) -> datetime:
    """Live questions are put to everybody at once; those of a video come when the learner gets there."""
    is_live = visit.lesson.kind is LessonKind.live
    return visit.lesson.begins if is_live else visit.sittings[0].begins


def _tries(character: Character, number: int, asked_at: datetime, chance: Chance) -> tuple[Try, ...]:
    """`number` counts the learner's questions through the whole term."""
    answered_at = asked_at + timedelta(seconds=chance.between(4, 45))
    again = asked_at + timedelta(seconds=50)
    second = Try(2, again, again + timedelta(seconds=8), is_right=True)
    match character:
        case Character.guesser if number % 2 == 0:
            return (Try(1, asked_at, answered_at, is_right=False), second)
        case Character.silent if number % 2 == 0:
            return (Try(1, asked_at, None, is_right=False),)
        case Character.borderline:
            return (Try(1, asked_at, answered_at, is_right=number % 5 != 0),)
        case _ if number % 10 == 9 and chance.happens(70):  # noqa: PLR2004 -- at most every tenth is wrong
            return (Try(1, asked_at, answered_at, is_right=False), second)[: chance.between(1, 2)]
        case _:
            return (Try(1, asked_at, answered_at, is_right=True),)
