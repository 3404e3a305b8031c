"""The algebra of intervals is that of sets of instants."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from app.rules.intervals import Span, Spans, earliest, intersect, length, subtract, union

INTERVALS = st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda pair: (pair[0], sum(pair))))
SPANS = INTERVALS.map(union)


def instants(intervals: list[Span]) -> set[int]:
    return {instant for start, end in intervals for instant in range(start, end)}


def is_in_order(spans: Spans) -> bool:
    return all(start < end for start, end in spans) and all(
        before[1] <= after[0] for before, after in pairwise(spans)
    )


@given(INTERVALS)
def test_union(intervals: list[Span]) -> None:
    assert instants(union(intervals)) == instants(intervals)
    assert is_in_order(union(intervals))


@given(SPANS, SPANS)
def test_intersect(spans: Spans, others: Spans) -> None:
    assert instants(intersect(spans, others)) == instants(spans) & instants(others)
    assert is_in_order(intersect(spans, others))


@given(SPANS, SPANS)
def test_subtract(spans: Spans, less: Spans) -> None:
    assert instants(subtract(spans, less)) == instants(spans) - instants(less)
    assert is_in_order(subtract(spans, less))


@given(SPANS, st.integers(0, 40))
def test_earliest(spans: Spans, amount: int) -> None:
    assert sorted(instants(earliest(spans, amount))) == sorted(instants(spans))[:amount]
    assert is_in_order(earliest(spans, amount))


@given(SPANS)
def test_length(spans: Spans) -> None:
    assert length(spans) == len(instants(spans))
