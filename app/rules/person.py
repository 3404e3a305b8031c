"""One human being in several class groups: what was taken elsewhere, who comes first (docs/semantics.md T).

Each enrollment of such a person leaves a small summary. Another one of the same person is counted with what
those summaries say; what it takes away and grants depends on class groups that closed earlier alone, so
however often they are assessed, and in whatever order, all come to rest at the same result.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.rules.intervals import Span, Spans, subtract, union

Place = tuple[bool, int, str, str, str]
"""The order of closing; who runs comes after all that are closed."""


class PersonTime(NamedTuple):
    """What one enrollment tells the others of its person; instants in microseconds."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    starts_on: date
    ends_on: date
    closed_at: int | None
    own: Spans
    """The instants that its lessons take among themselves (semantics.md §4)."""
    taken: Spans
    """Those that count: `own`, unless class groups that closed earlier have taken some of them."""
    capped_fen: int
    """Granted under a yearly cap."""

    @property
    def place(self) -> Place:
        return place_of(self.closed_at, self.platform, self.class_group_id, self.learner_id)

    @property
    def key(self) -> ClassGroupKey:
        return ClassGroupKey(self.platform, self.class_group_id)


class Elsewhere(NamedTuple):
    """What the assessment of one enrollment is told of the others of its person."""

    before: Spans
    """Taken by class groups that closed earlier."""
    others: Spans
    """What any of the others takes of its own."""
    granted_before_fen: int
    """Under a yearly cap, by class groups that closed earlier, for the year that this one ends in."""
    is_known: bool = True
    """False: so many enrollments bear this person's key that it is nobody's, and nothing is compared."""
    named: tuple[tuple[ClassGroupKey, Spans], ...] = ()
    """Of `before`, which class group took it first; for explanations, as far as their reader may know."""


NOBODY_KNOWN = Elsewhere([], [], 0, is_known=False)


def place_of(closed_at: int | None, platform: str, class_group_id: str, learner_id: str) -> Place:
    """Where in the order of closing an enrollment stands.

    >>> place_of(None, "a", "1", "x") > place_of(7, "b", "2", "y") > place_of(7, "a", "3", "z")
    True
    """
    return closed_at is None, closed_at or 0, platform, class_group_id, learner_id


def elsewhere_of(place: Place, year: int, others: Iterable[PersonTime]) -> Elsewhere:
    """What the enrollment of this place, in a class group that ends in this year, is told of the others."""
    every = sorted(others, key=lambda other: other.place)
    earlier = [other for other in every if other.closed_at is not None and other.place < place]
    return Elsewhere(
        before=together(other.taken for other in earlier),
        others=together(other.own for other in every),
        granted_before_fen=sum([other.capped_fen for other in earlier if other.ends_on.year == year]),
        named=tuple(_first_takers(earlier)),
    )


def together(spans: Iterable[Sequence[Span]]) -> Spans:
    """What all of them cover."""
    return union([span for each in spans for span in each])


def may_depend(one: PersonTime, other: PersonTime) -> bool:
    """Whether a change of the first can change anything of the second: some day or the year is the same."""
    if one.ends_on.year == other.ends_on.year:
        return True
    return one.starts_on <= other.ends_on and other.starts_on <= one.ends_on


def _first_takers(earlier: Sequence[PersonTime]) -> Iterable[tuple[ClassGroupKey, Spans]]:
    seen: Spans = []
    for other in earlier:
        yield other.key, subtract(other.taken, seen)
        seen = union(seen + other.taken)
