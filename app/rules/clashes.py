"""One teacher in two places at one time (docs/semantics.md S): found in one pass over what each taught."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from app.rules.class_records import Appearance


class Clash(NamedTuple):
    own: Appearance
    other: Appearance
    """Of all that it overlaps, the one that ends last."""


def clashes(class_group_id: str, appearances: Iterable[Appearance]) -> Iterator[Clash]:
    """Each teaching record of the class group that overlaps another of the same teacher."""
    by_teacher: defaultdict[str, list[Appearance]] = defaultdict(list)
    for each in appearances:
        by_teacher[each.instructor_id].append(each)
    for taught in by_teacher.values():
        taught.sort(key=attrgetter("started_at"))
        if _is_one_after_another(taught):
            continue
        starts = [each.started_at for each in taught]
        last = list(accumulate(((each,) for each in taught), _last_two))
        for own in taught:
            if own.class_group_id == class_group_id:
                before_its_end = last[bisect_left(starts, own.ended_at) - 1]
                other = next((each for each in before_its_end if each != own), None)
                if other is not None and other.ended_at > own.started_at:
                    yield Clash(own, other)


def _is_one_after_another(taught: Iterable[Appearance]) -> bool:
    """As nearly always: then nothing needs to be looked for."""
    until: int | None = None
    for each in taught:
        if until is not None and each.started_at < until:
            return False
        until = each.ended_at
    return True


def _last_two(known: tuple[Appearance, ...], further: tuple[Appearance, ...]) -> tuple[Appearance, ...]:
    """The two that end last: one of them may be the very record that is asked about."""
    return tuple(sorted(known + further, key=_end, reverse=True)[:2])


def _end(appearance: Appearance) -> tuple[int, str, str]:
    return appearance.ended_at, appearance.class_group_id, appearance.lesson_id
