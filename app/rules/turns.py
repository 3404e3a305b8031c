"""A minute counts once (semantics.md §4): lessons take turns at the instants a learner was present."""

from collections.abc import Collection, Mapping, Sequence

from app.rules.intervals import Span, Spans, earliest, intersect, length, meeting, subtract, union
from app.rules.study import Study


def take_turns(studies: Mapping[str, Study], crowded: Collection[str], before: Sequence[Span] = ()) -> None:
    """Settle what lessons are credited that share instants with another, as only `crowded` ones can.

    `before`: what the person took in class groups that come first (docs/semantics.md T).
    """
    if not crowded and not before:
        return
    intervals = [
        (start, end, lesson_id)
        for lesson_id in crowded
        if lesson_id in studies
        for start, end in studies[lesson_id].presence
    ]
    rivals = meeting(intervals)
    if before:
        rivals |= {lesson_id for lesson_id, study in studies.items() if intersect(study.presence, before)}
    _settle(sorted([studies[lesson_id] for lesson_id in rivals], key=_turn), list(before))


def _turn(study: Study) -> tuple[bool, int, int, str]:
    return study.plan.is_vod, study.presence[-1][1], study.presence[0][0], study.plan.lesson_id


def _settle(order: Sequence[Study], taken: Spans) -> None:
    """First come the instants that no later lesson wants, then the others, each time the earliest first."""
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
