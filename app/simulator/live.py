"""How learners behave in lessons held at an hour: live online, and in person."""

from datetime import timedelta

from app.core.vocabulary import AttendanceStatus, LessonKind
from app.simulator.cast import Character
from app.simulator.chance import Chance
from app.simulator.learners import Learner
from app.simulator.term import Lesson
from app.simulator.visits import LESSON_S, Mend, Sitting, Visit, mend_of

TIDY = frozenset({Character.borderline, Character.just_below})
NOTICED_S = 120
"""Who comes later or leaves earlier than this is reported as late or as having left early."""


def scheduled_visit(learner: Learner, lesson: Lesson, *, comes: bool) -> Visit:
    chance = learner.chance(lesson.lesson_id)
    return _present(learner, lesson, chance) if comes else _absent(lesson, chance)


def _absent(lesson: Lesson, chance: Chance) -> Visit:
    status = chance.one_of((AttendanceStatus.absent, AttendanceStatus.absent, AttendanceStatus.leave, None))
    return Visit(lesson, status)


def _present(learner: Learner, lesson: Lesson, chance: Chance) -> Visit:
    arrives_s, leaves_s = _span(learner.character, chance)
    away = _away(chance) if lesson.kind is LessonKind.live else ()
    signs_out = learner.character in TIDY or lesson.kind is LessonKind.offline or not chance.happens(6)
    mend = mend_of(learner, lesson)
    is_attended = mend is not Mend.taken_back
    within_s = min(leaves_s, LESSON_S) - max(arrives_s, 0)
    lost_s = 0 if signs_out else sum(until - since for since, until in away)
    return Visit(
        lesson=lesson,
        status=_status(arrives_s, leaves_s),
        sittings=_sittings(lesson, arrives_s, leaves_s, away) if lesson.kind is LessonKind.live else (),
        signed_in_at=lesson.begins + timedelta(seconds=arrives_s),
        signed_out_at=lesson.begins + timedelta(seconds=leaves_s) if signs_out else None,
        is_attended=is_attended,
        credited_s=within_s - lost_s if is_attended else 0,
        mend=mend,
    )


def _span(character: Character, chance: Chance) -> tuple[int, int]:
    """Seconds after the lesson's start at which the learner comes and goes."""
    if character in TIDY:
        return chance.between(-300, 30), LESSON_S + chance.between(-30, 120)
    if character is Character.early_leaver:
        return chance.between(-300, 60), chance.between(3_000, 3_500)
    return chance.between(-300, 240), LESSON_S + chance.between(-180, 300)


def _away(chance: Chance) -> tuple[tuple[int, int], ...]:
    """A short break and a lost connection, neither while a question is put."""
    away: list[tuple[int, int]] = []
    if chance.happens(15):
        since = chance.between(1_300, 2_200)
        away.append((since, since + chance.between(60, 240)))
    if chance.happens(10):
        away.append((2_900, 2_900 + chance.between(3, 60)))
    return tuple(away)


def _status(arrives_s: int, leaves_s: int) -> AttendanceStatus:
    if arrives_s > NOTICED_S:
        return AttendanceStatus.late
    return AttendanceStatus.left_early if leaves_s < LESSON_S - NOTICED_S else AttendanceStatus.present


def _sittings(
    lesson: Lesson, arrives_s: int, leaves_s: int, away: tuple[tuple[int, int], ...]
) -> tuple[Sitting, ...]:
    edges = [arrives_s, *(edge for gap in away for edge in gap), leaves_s]
    moments = [lesson.begins + timedelta(seconds=edge) for edge in edges]
    return tuple(Sitting(begins, ends) for begins, ends in zip(moments[::2], moments[1::2], strict=True))
