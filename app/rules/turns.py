"""A minute counts once (semantics.md §4): lessons take turns at the instants a learner was present."""

from collections.abc import Iterable, Sequence

from app.rules.intervals import Spans, earliest, intersect, length, subtract, union
from app.rules.study import Study


def take_turns(studies: Iterable[Study]) -> None:
    """Fill in what each lesson is credited. Lessons that share no instant with another need no turn."""
    present = [study for study in studies if study.presence]
    for study in present:
        study.credited = study.counted
    rivals = _rivals(present)
    if rivals:
        _settle(sorted(rivals, key=_turn))


def _turn(study: Study) -> tuple[bool, int, int, str]:
    return study.plan.is_vod, study.presence[-1][1], study.presence[0][0], study.plan.lesson_id


def _rivals(studies: Sequence[Study]) -> list[Study]:
    """Those whose presence overlaps that of another.

    Of all intervals that have begun, it is enough to look at the one that ends last: any other that is still
    open overlaps that one, so it was found before.
    """
    intervals = [
        (start, end, number) for number, study in enumerate(studies) for start, end in study.presence
    ]
    intervals.sort()
    rivals = set()
    _, open_until, holder = intervals[0] if intervals else (0, 0, 0)
    for start, end, number in intervals[1:]:
        if start < open_until:
            rivals |= {number, holder}
        if end > open_until:
            open_until, holder = end, number
    return [studies[number] for number in rivals]


def _settle(order: Sequence[Study]) -> None:
    """First come the instants that no later lesson wants, then the others, each time the earliest first."""
    taken: Spans = []
    for study, unwanted in zip(order, _unwanted_by_later(order), strict=True):
        free = subtract(study.presence, taken)
        first = earliest(intersect(free, unwanted), study.counted)
        then = earliest(subtract(free, unwanted), study.counted - length(first))
        study.contested = union(first + then)
        study.credited = length(study.contested)
        taken = union(taken + study.contested)


def _unwanted_by_later(order: Sequence[Study]) -> list[Spans]:
    """For each lesson the part of its presence that lies in no later lesson's."""
    unwanted = []
    later: Spans = []
    for study in reversed(order):
        unwanted.append(subtract(study.presence, later))
        later = union(later + study.presence)
    return unwanted[::-1]
