"""Whose instants and positions counted: each is ascribed to the first record of its lesson that proves it."""

from collections.abc import Iterable
from typing import NamedTuple

from app.core.ids import ClassGroupKey
from app.rules.at_once import PersonCount
from app.rules.coverage import MICROSECONDS_PER_MILLISECOND, Places, covered_by, extent
from app.rules.intervals import Place, Span, Spans, intersect, length, subtract, union
from app.rules.presence import presence_of
from app.rules.reasons import Reason
from app.rules.records import LearningRecord
from app.rules.study import Study
from app.rules.timetable import Timetable


class LeftOut(NamedTuple):
    """A part that did not count, in microseconds."""

    reason: Reason
    amount: Place
    lesson_id: str | None = None
    """The other lesson, where the time is credited to one."""
    class_group: ClassGroupKey | None = None
    """The other class group, where the time is credited there and the reader may know of it."""


class Watched(NamedTuple):
    """What a record passed of the video, in microseconds of playing time."""

    claimed: int
    newly_covered: Place
    left_out: tuple[LeftOut, ...]


class Ascription:
    """One lesson of one learner, record by record: later records get what earlier ones left."""

    def __init__(
        self, timetable: Timetable, study: Study, studies: Iterable[Study], person: PersonCount | None
    ) -> None:
        self._period = timetable.period
        self._study = study
        self._taken = study.taken
        is_once = person is not None and timetable.version.counting.one_person_at_once
        self._elsewhere = person if is_once else None
        self._rivals = [other for other in studies if other.contested and other is not study]
        self._proven: Spans = []
        self._covered: Places = []

    def time_of(self, span: Span) -> tuple[int, tuple[LeftOut, ...]]:
        """How much of a record's time counted, and why the rest did not."""
        plan = self._study.plan
        in_period = intersect([span], [self._period])
        in_timetable = intersect(in_period, [(plan.opens_at, plan.closes_at)])
        present = presence_of([span], plan, self._study.stops)
        first = subtract(present, self._proven)
        self._proven = union(self._proven + present)
        left_out = [
            LeftOut(Reason.outside_period, length([span]) - length(in_period)),
            LeftOut(Reason.outside_timetable, length(in_period) - length(in_timetable)),
            LeftOut(Reason.failed_verification, length(in_timetable) - length(present)),
            LeftOut(Reason.same_time_as_another_record, length(present) - length(first)),
            *self._not_taken(subtract(first, self._taken)),
        ]
        return length(intersect(first, self._taken)), _without_empty(left_out)

    def _not_taken(self, spans: Spans) -> list[LeftOut]:
        """Presence that was not credited: another lesson took it, or this one had enough."""
        elsewhere = [
            LeftOut(
                Reason.credited_to_another_lesson,
                length(intersect(spans, rival.taken)),
                rival.plan.lesson_id,
            )
            for rival in self._rivals
        ]
        study = self._study
        for rival in self._rivals:
            spans = subtract(spans, rival.taken)
        elsewhere += self._taken_before(spans)
        is_short_of_media = study.media is not None and study.media < study.plan.planned
        enough = Reason.nothing_new_covered if is_short_of_media else Reason.over_planned_minutes
        rest = spans if self._elsewhere is None else subtract(spans, self._elsewhere.before)
        return [*elsewhere, LeftOut(enough, length(rest))]

    def _taken_before(self, spans: Spans) -> list[LeftOut]:
        """What the person is credited elsewhere: by class group, as far as they are named, and the rest."""
        if self._elsewhere is None:
            return []
        before = intersect(spans, self._elsewhere.before)
        reason = Reason.credited_in_another_class_group
        parts = []
        for key, taken in self._elsewhere.elsewhere.named:
            parts.append(LeftOut(reason, length(intersect(before, taken)), class_group=key))
            before = subtract(before, taken)
        return [*parts, LeftOut(reason, length(before))]

    def positions_of(self, record: LearningRecord) -> Watched | None:
        """What a VOD record with positions covered that no earlier record had."""
        start, end = record.position_from_ms, record.position_to_ms
        if not self._study.plan.is_vod or start is None or end is None:
            return None
        span = (record.online_at, record.offline_at)
        claimed = (end - start) * MICROSECONDS_PER_MILLISECOND
        passed = covered_by(record, presence_of([span], self._study.plan, self._study.stops))
        newly = extent(subtract(passed, self._covered))
        self._covered = union(self._covered + passed)
        possible = extent(covered_by(record, [span]))
        left_out = [
            LeftOut(Reason.faster_than_playback_rate, claimed - possible),
            LeftOut(Reason.passed_while_not_present, possible - extent(passed)),
            LeftOut(Reason.position_already_covered, extent(passed) - newly),
        ]
        return Watched(claimed, newly, _without_empty(left_out))


def _without_empty(parts: Iterable[LeftOut]) -> tuple[LeftOut, ...]:
    return tuple(part for part in parts if part.amount)
