"""How each learner is meant to end, from what they did; the engine is never asked."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from app.core.vocabulary import Eligibility, LessonKind, Outlook, PlatformKind
from app.simulator.cast import ENDINGS, UNDER_ADVANCED, Character, Ending
from app.simulator.conduct import past, visits
from app.simulator.learners import Learner, learners
from app.simulator.questions import questions
from app.simulator.term import ADVANCED, ClassGroup, Lesson, Term, lessons

WRONG_ANSWERS = frozenset({Character.guesser, Character.silent})
ABSENT_TOO_OFTEN = frozenset(
    {Character.absentee, Character.exposed, Character.withdrawn, Character.early_leaver}
)
UNTOUCHED_BY_OTHERS = ("required_lessons", "questions_asked", "questions_correct")
"""Where time of one person counts once, what is credited depends on the other class group."""
UNCERTAIN = frozenset({Character.borderline, Character.just_below})


class Intent(NamedTuple):
    """`ending` is None while the class group runs; then `outlooks` are those that may be shown."""

    learner: Learner
    ending: Ending | None
    outlooks: frozenset[Outlook]
    facts: dict[str, int]

    @property
    def eligibility(self) -> Eligibility:
        if self.ending:
            return self.ending.eligibility
        is_gone = self.learner.character is Character.withdrawn
        return Eligibility.withdrawn if is_gone else Eligibility.in_progress


def intents(term: Term, class_group: ClassGroup) -> Iterator[Intent]:
    """One for every learner who stands on the roster in the end."""
    timetable = lessons(class_group)
    for learner in learners(term, class_group):
        if learner.character is not Character.mistaken:
            yield Intent(
                learner,
                _endings(class_group)[learner.character] if class_group.is_closed else None,
                _outlooks(learner),
                _facts(learner, timetable),
            )


def _endings(class_group: ClassGroup) -> Mapping[Character, Ending]:
    return UNDER_ADVANCED if class_group.programme == ADVANCED else ENDINGS


def _facts(learner: Learner, timetable: list[Lesson]) -> dict[str, int]:
    done = visits(learner, timetable)
    asked = list(questions(learner, done))
    due = timetable if learner.class_group.is_closed else _due(learner.term, timetable)
    due_numbers = {lesson.number for lesson in due}
    facts = {
        "required_lessons": len(due),
        "attended_lessons": sum(visit.is_attended for visit in done if visit.lesson.number in due_numbers),
        "questions_asked": len(asked),
        "questions_correct": sum(question.tries[0].is_right for question in asked),
        "credited_seconds": sum(visit.credited_s for visit in done),
        "overlap_seconds": sum(visit.overlap_s for visit in done),
    }
    if learner.is_enrolled_twice and learner.class_group.programme == ADVANCED:
        return {fact: facts[fact] for fact in UNTOUCHED_BY_OTHERS}
    return facts


def _due(term: Term, timetable: list[Lesson]) -> list[Lesson]:
    """Videos fall due with the last day of the class group, other lessons when they are over."""
    return [lesson for lesson in past(term, timetable) if lesson.kind is not LessonKind.vod]


def _outlooks(learner: Learner) -> frozenset[Outlook]:
    part = learner.character
    if part in WRONG_ANSWERS:
        return frozenset({Outlook.at_risk})
    if part in UNCERTAIN:
        return frozenset({Outlook.at_risk, Outlook.on_track})
    if learner.class_group.platform.kind is PlatformKind.vod:
        return frozenset({Outlook.on_track})
    if part is Character.no_show:
        return frozenset({Outlook.lost})
    is_absent = part in ABSENT_TOO_OFTEN
    return frozenset({Outlook.at_risk, Outlook.lost} if is_absent else {Outlook.on_track})
