"""What is due when (semantics.md §4), and when time alone will change the figures."""

from fractions import Fraction

from app.rules.timetable import next_due_at
from tests.rules.examples import at, class_group, counting, live, timetable, vod

LESSONS = [live("A", 0), live("B", 60, required=False), vod("V")]
END_OF_PERIOD = 2 * 24 * 60


class TestDue:
    def test_a_live_lesson_is_due_from_its_end_on(self) -> None:
        assert not timetable(LESSONS, closed=False, as_of=59).lessons["A"].is_due
        assert timetable(LESSONS, closed=False, as_of=60).lessons["A"].is_due

    def test_a_video_is_due_from_the_end_of_the_last_day_on(self) -> None:
        assert not timetable(LESSONS, closed=False, as_of=END_OF_PERIOD - 1).lessons["V"].is_due
        assert timetable(LESSONS, closed=False, as_of=END_OF_PERIOD).lessons["V"].is_due

    def test_while_it_runs_a_class_group_requires_only_what_is_due(self) -> None:
        running = timetable(LESSONS, closed=False, as_of=120)
        assert (running.required_lessons, running.required_later) == (1, 1)

    def test_a_closed_class_group_requires_everything_whatever_the_moment(self) -> None:
        closed = timetable(LESSONS, as_of=0)
        assert (closed.required_lessons, closed.required_later) == (2, 0)


def test_a_video_is_attended_from_the_whole_microsecond_that_reaches_the_share_on() -> None:
    third = counting(vod_attended_share=Fraction("0.333333333333"))
    assert timetable([vod("V", 1)], version=third).lessons["V"].attended_from == 20_000_000


class TestNextDue:
    def test_is_the_next_end_of_a_lesson_required_or_not(self) -> None:
        running = class_group(closed=False)
        assert next_due_at(running, LESSONS, at(0)) == at(60)
        assert next_due_at(running, LESSONS, at(60)) == at(120)
        assert next_due_at(running, LESSONS, at(120)) == at(END_OF_PERIOD)

    def test_is_none_when_everything_is_due(self) -> None:
        assert next_due_at(class_group(closed=False), LESSONS, at(END_OF_PERIOD)) is None

    def test_is_none_once_the_class_group_is_closed(self) -> None:
        assert next_due_at(class_group(), LESSONS, at(0)) is None
