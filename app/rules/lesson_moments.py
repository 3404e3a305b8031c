"""The moments that records of a class group claim, held against its lessons and its policy."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from app.rules.days import MINUTE
from app.rules.moments import Bracket, Moment, Tally, bracket_of, is_late, tally
from app.rules.timetable import Timetable


@dataclass(frozen=True)
class LessonMoments:
    """Of lessons that are stored; others count nowhere."""

    timetable: Timetable
    claimed: Sequence[Moment]

    @cached_property
    def tally(self) -> Tally:
        return tally(self._of_lessons(), self._allowed)

    def backdated_lessons(self) -> Iterator[str]:
        """In which a record is; likewise below."""
        return iter({each.lesson_id for each in self._of_lessons() if bracket_of(each) is Bracket.backdated})

    def late_lessons(self) -> Iterator[str]:
        return iter({each.lesson_id for each in self._of_lessons() if is_late(each, self._allowed(each))})

    def _of_lessons(self) -> Iterator[Moment]:
        return (each for each in self.claimed if each.lesson_id in self.timetable.lessons)

    def _allowed(self, moment: Moment) -> int | None:
        counting = self.timetable.version.counting
        is_vod = self.timetable.lessons[moment.lesson_id].is_vod
        minutes = counting.late_after_vod_minutes if is_vod else counting.late_after_live_minutes
        return None if minutes is None else minutes * MINUTE
