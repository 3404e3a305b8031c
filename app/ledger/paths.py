"""Which spans of leaves a proof is made of: RFC 6962 §2.1.1 and §2.1.2 without a single hash.

A span is whole (a power of two, and aligned: one node of the tree) or ends where the tree ends, and is then
joined from whole ones.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from app.ledger.merkle import joined


class Span(NamedTuple):
    """Leaves from `start` up to `end`, not included."""

    start: int
    end: int


class Node(NamedTuple):
    """A whole span: the leaves from `number << height` on, `1 << height` of them."""

    height: int
    number: int


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The neighbours of leaf `index` on its way up, the nearest first.

    >>> inclusion_spans(2, 7)
    [Span(start=3, end=4), Span(start=0, end=2), Span(start=4, end=7)]
    """
    if not 0 <= index < size:
        raise ValueError("The leaf is in the tree.")
    start, end, found = 0, size, list[Span]()
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start = middle
    return found[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """What proves that the first `old` leaves of `new` are the old tree.

    >>> consistency_spans(3, 7)
    [Span(start=2, end=3), Span(start=3, end=4), Span(start=0, end=2), Span(start=4, end=7)]
    """
    if not 0 < old <= new:
        raise ValueError("The old tree is not empty, and not larger than the new one.")
    start, end, found, is_known = 0, new, list[Span](), True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            found.append(Span(middle, end))
            end = middle
        else:
            found.append(Span(start, middle))
            start, is_known = middle, False
    if not is_known:
        found.append(Span(start, end))
    return found[::-1]


def nodes_of(span: Span) -> Iterator[Node]:
    """The whole spans that it is joined from, from left to right."""
    start, rest = span.start, span.end - span.start
    while rest:
        height = rest.bit_length() - 1
        yield Node(height, start >> height)
        start, rest = start + (1 << height), rest - (1 << height)


def hash_of_span(nodes: Sequence[bytes]) -> bytes:
    """From the hashes of `nodes_of` it, from left to right."""
    last, *others = reversed(nodes)
    for node in others:
        last = joined(node, last)
    return last


def _split(size: int) -> int:
    """The largest power of two below it."""
    return 1 << (size - 1).bit_length() - 1
