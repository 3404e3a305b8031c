"""Advice is the shortest way: who follows it passes, who does one less does not (docs/semantics.md U).

The first `due` lessons of the class group are over.
"""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Text
from app.core.vocabulary import LessonKind, Outlook
from app.rules.advice import Advice, Way
from app.rules.days import MINUTE, SECOND
from app.rules.fact_names import FactName
from app.rules.outlook import look_ahead
from app.rules.records import EnrollmentRecords
from tests.rules.advised import (
    HOUR,
    THRESHOLDS,
    Run,
    Standing,
    asking,
    attended,
    learning,
    standings,
    time_ahead,
)
from tests.rules.examples import A_PERSON, live, online, present, vod


class TestLessons:
    @given(standings(), THRESHOLDS, st.sampled_from([FactName.attendance_rate, FactName.completion_rate]))
    def test_who_follows_it_passes_and_who_attends_one_less_does_not(
        self, standing: Standing, threshold: Fraction, fact: FactName
    ) -> None:
        run = standing.run(asking(fact, threshold))
        advice = run.advice
        if advice is None:
            assert run.passes_in_the_end()
            return
        assert isinstance(advice.amount, int)
        assert advice.available == len(standing.ahead)
        if not advice.is_reachable:
            assert not run.passes_in_the_end(attendance=[attended(each) for each in standing.ahead])
            return
        wanted = [attended(each) for each in standing.ahead[: advice.amount]]
        assert run.passes_in_the_end(attendance=wanted)
        assert advice.amount == 0 or not run.passes_in_the_end(attendance=wanted[1:])

    @given(standings(), st.integers(1, 12))
    def test_counts_of_lessons_too(self, standing: Standing, threshold: int) -> None:
        run = standing.run(asking(FactName.attended_lessons, Fraction(threshold)))
        advice = run.advice
        if advice is None or not advice.is_reachable:
            assert run.passes_in_the_end(attendance=map(attended, standing.ahead)) is (advice is None)
            return
        assert isinstance(advice.amount, int)
        wanted = [attended(each) for each in standing.ahead[: advice.amount]]
        assert run.passes_in_the_end(attendance=wanted)
        assert advice.amount == 0 or not run.passes_in_the_end(attendance=wanted[1:])

    def test_says_how_many_in_words(self) -> None:
        """Three of five attended, five to come: 8 of 10 are asked for."""
        advice = Standing(10, 5, [0, 1, 2]).run(asking(FactName.attendance_rate, Fraction(4, 5))).advice
        assert advice == Advice(
            Way.attend,
            Text(
                "再到课 5 次（尚有 5 个必修课次未到期）。",
                "Attend 5 more; 5 required lessons still to come.",
            ),
            5,
            5,
            is_reachable=True,
        )

    def test_says_so_where_it_is_out_of_reach(self) -> None:
        advice = Standing(10, 5, [0, 1]).run(asking(FactName.attendance_rate, Fraction(4, 5))).advice
        assert advice is not None
        assert (advice.amount, advice.available, advice.is_reachable) == (6, 5, False)
        assert advice.text.zh == "须再到课 6 次，而尚未到期的必修课次只剩 5 个，已无法达标。"

    def test_tells_who_passes_today_what_keeps_it_so(self) -> None:
        advice = Standing(10, 5, [0, 1, 2, 3]).run(asking(FactName.attendance_rate, Fraction(4, 5))).advice
        assert advice is not None
        assert advice.amount == 4
        assert advice.text.zh.startswith("目前达标；至结班须保持：再到课 4 次")

    def test_a_lesson_done_before_it_is_due_is_not_to_be_done_again(self) -> None:
        """Two videos, due when the class group ends, and a lesson that was missed: 2 of 3 will do."""
        done = [vod("V1"), vod("V2")]
        records = EnrollmentRecords(A_PERSON, attendance=[present("V1"), present("V2")])
        version = asking(FactName.attendance_rate, Fraction(2, 3))
        advice = Run(version, [live("S1", 0), *done], records, due=1).advice
        assert advice is not None
        assert (advice.amount, advice.available, advice.is_reachable) == (0, 0, True)
        assert "到期后即可达标" in advice.text.zh

    def test_rates_over_lessons_of_one_kind_leave_the_others_aside(self) -> None:
        """Two videos and a live lesson are online, of which one is watched whole; one lesson is offline."""
        signing = live("S1", 0)._replace(kind=LessonKind.offline)
        lessons = [signing, live("S2", 60), vod("V1"), vod("V2")]
        records = EnrollmentRecords(A_PERSON, learning_records=[online("V1", 200, 260)])
        done = Run(asking(FactName.online_completion_rate, Fraction(2, 3)), lessons, records, due=2).advice
        assert done is not None
        assert (done.way, done.amount, done.available, done.is_reachable) == (Way.complete, 1, 1, True)
        signed = Run(asking(FactName.offline_signed_rate, Fraction(1)), lessons, records, due=1).advice
        assert signed is not None
        assert (signed.way, signed.amount, signed.available, signed.is_reachable) == (Way.attend, 1, 0, False)


class TestHours:
    @given(standings(), st.integers(1, 9), st.integers(0, HOUR * MINUTE))
    def test_who_learns_as_long_passes_and_a_microsecond_less_does_not(
        self, standing: Standing, hours: int, partly: int
    ) -> None:
        """`partly`: how much of the first lesson to come is credited already."""
        version = asking(FactName.credited_hours, Fraction(hours))
        run = standing.run(version)
        if standing.ahead and partly:
            first = learning(standing.ahead[0], 0, partly)
            run = run._replace(records=run.records._replace(learning_records=[first]))
        else:
            partly = 0
        advice = run.advice
        if advice is None:
            assert run.passes_in_the_end()
            return
        whole = time_ahead(standing, partly, 10**18)
        assert isinstance(advice.amount, Fraction)
        amount = int(advice.amount * SECOND)
        if not advice.is_reachable:
            assert not run.passes_in_the_end(learning_records=whole)
            return
        assert run.passes_in_the_end(learning_records=time_ahead(standing, partly, amount))
        assert not run.passes_in_the_end(learning_records=time_ahead(standing, partly, amount - 1))

    def test_the_sentence_is_rounded_up_and_what_there_is_down(self) -> None:
        run = Standing(6, 1, []).run(asking(FactName.credited_hours, Fraction("3.501")))
        advice = run.advice
        assert advice is not None
        assert advice.amount == Fraction("3.501") * 45 * 60
        assert advice.available == 5 * 3600
        assert advice.text.zh == (
            "还差 3.51 学时（158 分钟）；"
            "尚未到期的课次最多还能计入 6.66 学时（300 分钟），学满所差时间即可达标。"
        )

    def test_says_so_where_the_lessons_to_come_cannot_give_it(self) -> None:
        advice = Standing(6, 5, []).run(asking(FactName.credited_hours, Fraction(3))).advice
        assert advice is not None
        assert advice.is_reachable is False
        assert "已无法达标" in advice.text.zh

    def test_seconds_are_told_in_minutes(self) -> None:
        advice = Standing(6, 1, []).run(asking(FactName.credited_seconds, Fraction(61))).advice
        assert advice is not None
        assert advice.amount == 61
        assert advice.text.zh.startswith("还差 2 分钟；")


@given(
    standings(),
    st.integers(1, 9),
    st.sampled_from([FactName.attendance_rate, FactName.credited_hours]),
)
def test_what_is_out_of_reach_is_what_makes_an_outlook_lost(
    standing: Standing, threshold: int, fact: FactName
) -> None:
    number = Fraction(threshold, 9) if fact is FactName.attendance_rate else Fraction(threshold)
    run = standing.run(asking(fact, number))
    case, outcome = run.judged
    outlook, _ = look_ahead(case.timetable, case.account, [outcome])
    advice = run.advice
    assert (outlook is Outlook.lost) is (advice is not None and advice.is_reachable is False)
