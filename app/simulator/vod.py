"""How learners behave with videos that they watch when they like."""

from datetime import datetime, timedelta
from itertools import pairwise

from app.simulator.cast import Character
from app.simulator.chance import Chance
from app.simulator.learners import Learner
from app.simulator.term import Lesson
from app.simulator.visits import LESSON_S, Mend, Sitting, Visit, mend_of

WATCHED_BY_SKIPPERS_S = 300
LATE_AT_NIGHT_S = 4 * 3600
LONGEST_EVENING_S = LESSON_S + 3_600


def video_visit(learner: Learner, lesson: Lesson, partner: Lesson, *, comes: bool) -> Visit:
    """`partner` is the video that a double booker starts at the same time."""
    if not comes:
        return Visit(lesson, None)
    chance = learner.chance(lesson.lesson_id)
    match learner.character:
        case Character.speeder:
            sittings, credited_s = _double_speed(lesson), LESSON_S // 2
        case Character.skipper:
            sittings, credited_s = _jump(lesson), WATCHED_BY_SKIPPERS_S
        case Character.rewatcher:
            sittings, credited_s = _first_half_twice(lesson), LESSON_S // 2
        case Character.double_booker:
            return _one_of_two(lesson, partner)
        case _:
            return _whole_video(learner, lesson, chance)
    return Visit(lesson, None, sittings, credited_s=credited_s)


def _double_speed(lesson: Lesson) -> tuple[Sitting, ...]:
    return (_sitting(lesson.begins, LESSON_S // 2, (0, LESSON_S), rate=2),)


def _jump(lesson: Lesson) -> tuple[Sitting, ...]:
    return (_sitting(lesson.begins, WATCHED_BY_SKIPPERS_S, (0, LESSON_S)),)


def _first_half_twice(lesson: Lesson) -> tuple[Sitting, ...]:
    half_s = LESSON_S // 2
    again = lesson.begins + timedelta(seconds=half_s + 60)
    return (_sitting(lesson.begins, half_s, (0, half_s)), _sitting(again, half_s, (0, half_s)))


def _one_of_two(lesson: Lesson, partner: Lesson) -> Visit:
    """Of two videos at one time the minutes count once: for the one that stands first in the plan."""
    is_first = lesson.number <= partner.number
    begins = min(lesson.begins, partner.begins)
    return Visit(
        lesson,
        None,
        (_sitting(begins, LESSON_S, (0, LESSON_S)),),
        is_attended=is_first,
        credited_s=LESSON_S if is_first else 0,
        overlap_s=0 if is_first else LESSON_S,
    )


def _whole_video(learner: Learner, lesson: Lesson, chance: Chance) -> Visit:
    mend = mend_of(learner, lesson)
    is_attended = mend is not Mend.taken_back
    begins = lesson.begins + timedelta(seconds=_start_s(learner, lesson, chance))
    has_positions = learner.character is not Character.honest or learner.chance("player").happens(85)
    return Visit(
        lesson,
        None,
        _parts(begins, chance, has_positions=has_positions),
        is_attended=is_attended,
        credited_s=LESSON_S if is_attended else 0,
        mend=mend,
    )


def _start_s(learner: Learner, lesson: Lesson, chance: Chance) -> int:
    """Some evening hour; now and then so late that it crosses midnight."""
    at_night = LATE_AT_NIGHT_S + chance.between(0, 1_800)
    is_over = lesson.begins + timedelta(seconds=at_night + LONGEST_EVENING_S)
    if chance.happens(8) and learner.term.has_happened(is_over):
        return at_night
    return chance.between(-1_800, 5_400)


def _parts(begins: datetime, chance: Chance, *, has_positions: bool) -> tuple[Sitting, ...]:
    """The whole video in one to three sittings, going back a little where the player was left."""
    edges = [0, *sorted(chance.between(600, LESSON_S - 600) for _ in range(chance.between(0, 2))), LESSON_S]
    parts: list[Sitting] = []
    for since, until in pairwise(edges):
        if until - since < 1:
            continue
        rewound = min(since, chance.between(0, 120)) if has_positions else 0
        length_s = until - since + rewound
        parts.append(_sitting(begins, length_s, (since - rewound, until) if has_positions else None))
        begins = parts[-1].ends + timedelta(seconds=chance.between(20, 900))
    return tuple(parts)


def _sitting(
    begins: datetime, length_s: int, positions: tuple[int, int] | None, rate: int | None = None
) -> Sitting:
    return Sitting(begins, begins + timedelta(seconds=length_s), positions, rate)
