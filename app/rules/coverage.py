"""How much of a video a learner's records cover (semantics.md §4, `media`). Fractions where they arise."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from math import floor

from app.rules.intervals import Place, Spans, length, subtract, union
from app.rules.records import LearningRecord

MICROSECONDS_PER_MILLISECOND = 1000
FASTEST_RATE = Decimal(2)

Places = list[tuple[Place, Place]]
"""Stretches of a video, in microseconds of its playing time."""


def media_of(records: Sequence[LearningRecord], presences: Sequence[Spans]) -> int:
    """Positions covered, and the time of records without positions that no record with positions shares.

    Rounded down to whole microseconds.
    """
    places: Places = []
    with_positions: Spans = []
    without: Spans = []
    for record, presence in zip(records, presences, strict=True):
        if record.position_from_ms is None:
            without += presence
        else:
            with_positions += presence
            places += covered_by(record, presence)
    unplaced = length(subtract(union(without), union(with_positions))) if without else 0
    return floor(extent(union(places))) + unplaced


def covered_by(record: LearningRecord, presence: Spans) -> Places:
    """What one record passes of the video while the learner is present."""
    if record.position_from_ms is None or record.position_to_ms is None:
        return []
    origin = record.position_from_ms * MICROSECONDS_PER_MILLISECOND
    advance = record.position_to_ms * MICROSECONDS_PER_MILLISECOND - origin
    online_at = record.online_at
    duration = record.offline_at - online_at
    steps, per = _fastest(record.playback_rate)
    if advance * per <= steps * duration:
        steps, per = advance, duration
    return [
        (origin + _ratio((start - online_at) * steps, per), origin + _ratio((end - online_at) * steps, per))
        for start, end in presence
    ]


def extent(places: Places) -> Place:
    """The exact length. Halves are added to halves, so that unlike denominators stay small for long."""
    if len(places) <= 1:
        return places[0][1] - places[0][0] if places else 0
    middle = len(places) // 2
    return extent(places[:middle]) + extent(places[middle:])


@lru_cache(maxsize=1024)
def _fastest(playback_rate: Decimal | None) -> tuple[int, int]:
    """The fastest the position may move, as a ratio."""
    return (1, 1) if playback_rate is None else min(playback_rate, FASTEST_RATE).as_integer_ratio()


def _ratio(steps: int, per: int) -> Place:
    whole, rest = divmod(steps, per)
    return Fraction(steps, per) if rest else whole
