"""Algebra of half-open intervals `[start, end)`.

`Spans` are intervals in order that do not overlap; every function that takes them relies on it. Points are
whole microseconds; for positions in a video they may also be fractions of one.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from fractions import Fraction
from typing import TypeVar

Span = tuple[int, int]
Spans = list[Span]
Place = int | Fraction
Point = TypeVar("Point", int, Place)


def union(intervals: list[tuple[Point, Point]]) -> list[tuple[Point, Point]]:
    """What the intervals cover together; each must have a length.

    >>> union([(20, 30), (0, 10), (5, 15)])
    [(0, 15), (20, 30)]
    """
    if len(intervals) <= 1:
        return intervals
    if len(intervals) == 2:  # noqa: PLR2004 (most lessons have one learning record and one sign-in)
        (start, end), (other_start, other_end) = intervals
        if start <= other_end and other_start <= end:
            # Conditions: calls of min and max take twice as long.
            return [(start if start < other_start else other_start, end if end > other_end else other_end)]  # noqa: FURB136
    ordered = sorted(intervals)
    merged = []
    start, end = ordered[0]
    for next_start, next_end in ordered:
        if next_start > end:
            merged.append((start, end))
            start, end = next_start, next_end
        elif next_end > end:
            end = next_end
    merged.append((start, end))
    return merged


def length(spans: Spans) -> int:
    total = 0
    for start, end in spans:
        total += end - start
    return total


def intersect(
    spans: Sequence[tuple[Point, Point]], others: Sequence[tuple[Point, Point]]
) -> list[tuple[Point, Point]]:
    """What lies in both.

    >>> intersect([(0, 10), (20, 30)], [(5, 6), (8, 25)])
    [(5, 6), (8, 10), (20, 25)]
    """
    common = []
    here = there = 0
    while here < len(spans) and there < len(others):
        span, other = spans[here], others[there]
        start, end = max(span[0], other[0]), min(span[1], other[1])
        if start < end:
            common.append((start, end))
        if span[1] < other[1]:
            here += 1
        else:
            there += 1
    return common


def subtract(
    spans: list[tuple[Point, Point]], less: Sequence[tuple[Point, Point]]
) -> list[tuple[Point, Point]]:
    """What of the first does not lie in the second.

    >>> subtract([(0, 10), (20, 30)], [(5, 6), (8, 25)])
    [(0, 5), (6, 8), (25, 30)]
    """
    if not spans or not less:
        return spans
    before = bisect_left(less, spans[0][0], key=_start)
    after = bisect_left(less, spans[-1][1], key=_start)
    near = less[max(0, before - 1) : after]
    gaps = zip(
        [spans[0][0]] + [end for _, end in near],
        [start for start, _ in near] + [spans[-1][1]],
        strict=True,
    )
    return intersect(spans, list(gaps))


def _start(span: tuple[Point, Point]) -> Point:
    return span[0]


def earliest(spans: Sequence[Span], amount: int) -> Spans:
    """The first `amount` of what the spans hold, or all of it.

    >>> earliest([(0, 10), (20, 30)], 15)
    [(0, 10), (20, 25)]
    """
    taken = []
    for start, end in spans:
        if amount <= 0:
            break
        stop = min(end, start + amount)
        taken.append((start, stop))
        amount -= stop - start
    return taken


def meeting(intervals: Iterable[tuple[int, int, str]]) -> set[str]:
    """Whose intervals overlap one of somebody else; each has a length, and nobody's own overlap.

    Of all intervals that have begun, it is enough to look at the one that ends last: any other that is still
    open overlaps that one, so it was found before.

    >>> sorted(meeting([(10, 20, "a"), (0, 10, "b"), (15, 16, "c")]))
    ['a', 'c']
    """
    found = set()
    open_until, holder = None, ""
    for start, end, owner in sorted(intervals):
        if open_until is not None and start < open_until:
            found |= {owner, holder}
        if open_until is None or end > open_until:
            open_until, holder = end, owner
    return found
