"""How figures are spread: ranges of one width, for whoever draws them."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

STEPS = (1, 2, 5)
"""Widths of a range: these, and ten times these, and so on."""
MOST_RANGES = 25


class Range(NamedTuple):
    """From this much to less than that, and how many have it."""

    at_least: int
    below: int
    number: int


def ranges(figures: Sequence[Decimal], line: Decimal) -> list[Range]:
    """From nothing to beyond both the largest of the figures and the line that they are compared with.

    >>> [tuple(each) for each in ranges([Decimal(3), Decimal("3.9"), Decimal(41)], Decimal(40))[:3]]
    [(0, 2, 0), (2, 4, 2), (4, 6, 0)]
    >>> ranges([], Decimal(0))
    []
    """
    if not figures:
        return []
    top = int(max(*figures, line, Decimal(1)))
    width = width_for(top)
    number = Counter(int(each) // width for each in figures)
    return [Range(each * width, (each + 1) * width, number[each]) for each in range(top // width + 1)]


def width_for(top: int) -> int:
    """The least of the steps with which few ranges are enough.

    >>> width_for(20), width_for(40), width_for(61), width_for(700)
    (1, 2, 5, 50)
    """
    scale = 1
    while True:
        for step in STEPS:
            if top // (step * scale) < MOST_RANGES:
                return step * scale
        scale *= 10
