"""While a class group runs: what can still be reached, and what is worth a warning (semantics.md §5).

Its timetable here is 54 live lessons of 45 minutes: 40 credited hours need 40 of them, attendance needs 44.
"""

from collections.abc import Iterable
from dataclasses import replace

from app.core.vocabulary import Outlook, Severity
from app.rules.assessment import Judgement, assess_enrollment
from app.rules.fact_names import FactName
from app.rules.outlook import made_by
from app.rules.records import EnrollmentRecords, Lesson, QuizAnswer
from tests.rules.examples import A_PERSON, answer, live, online, present, standard, timetable, vod

LESSONS = [live(f"S{number}", number * 45, 45) for number in range(54)]
OPTIONAL = [lesson._replace(required=False) for lesson in LESSONS]
"""Without required lessons attendance is missing, and the outlook depends on the hours alone."""


def standing(
    due: int,
    attended: Iterable[int],
    lessons: list[Lesson] = LESSONS,
    *,
    answers: Iterable[QuizAnswer] = (),
    closed: bool = False,
) -> Judgement:
    """As the first `due` lessons are over, of which some were attended from the first minute to the last."""
    records = EnrollmentRecords(
        A_PERSON,
        attendance=[present(f"S{number}", number * 45, number * 45 + 45) for number in attended],
        quiz_answers=list(answers),
    )
    return assess_enrollment(timetable(lessons, closed=closed, as_of=due * 45), records)


def findings(judgement: Judgement) -> list[str]:
    return [rule.code for rule in judgement.findings]


class TestWhatMakesIt:
    def test_hours_that_keep_their_pace_beside_attendance_still_run(self) -> None:
        failing = {FactName.credited_hours, FactName.attendance_rate}
        assert made_by(Outlook.on_track, failing) == set()
        assert made_by(Outlook.at_risk, failing) == {FactName.attendance_rate}
        assert made_by(Outlook.at_risk, {FactName.credited_hours}) == {FactName.credited_hours}

    def test_answers_are_never_lost(self) -> None:
        assert made_by(Outlook.lost, set(FactName)) == {FactName.credited_hours, FactName.attendance_rate}


class TestOnTrack:
    def test_before_the_first_lesson(self) -> None:
        assert standing(0, []).outlook is Outlook.on_track

    def test_when_everything_due_was_attended(self) -> None:
        judgement = standing(10, range(10))
        assert judgement.outlook is Outlook.on_track
        assert findings(judgement) == []

    def test_while_nothing_is_on_the_timetable(self) -> None:
        judgement = standing(10, [], lessons=[])
        assert judgement.outlook is Outlook.on_track
        assert findings(judgement) == []

    def test_when_the_hours_keep_exactly_the_pace(self) -> None:
        assert standing(27, range(20), OPTIONAL).outlook is Outlook.on_track


class TestAtRisk:
    def test_when_attendance_is_below_its_threshold_now(self) -> None:
        judgement = standing(10, range(7))
        assert judgement.outlook is Outlook.at_risk
        assert findings(judgement) == []

    def test_when_answers_are_below_their_threshold_now(self) -> None:
        wrong = [answer("S0", "q", right=False)]
        assert standing(10, range(10), answers=wrong).outlook is Outlook.at_risk

    def test_when_the_hours_fall_behind_the_pace(self) -> None:
        assert standing(27, range(19), OPTIONAL).outlook is Outlook.at_risk


class TestLost:
    def test_when_even_attending_every_later_lesson_is_too_little(self) -> None:
        assert standing(10, []).outlook is Outlook.at_risk
        judgement = standing(11, [])
        assert judgement.outlook is Outlook.lost
        assert findings(judgement) == ["attendance-rate"]

    def test_is_not_said_while_the_threshold_can_just_be_reached(self) -> None:
        """One of two lessons attended, three to come: four of five are 80 %."""
        lessons = [lesson._replace(planned_minutes=600) for lesson in LESSONS[:5]]
        assert standing(2, [0], lessons).outlook is Outlook.at_risk
        assert "attendance-rate" in findings(standing(2, [], lessons))

    def test_when_even_studying_every_later_lesson_is_too_little(self) -> None:
        assert standing(14, [], OPTIONAL).outlook is Outlook.at_risk
        judgement = standing(15, [], OPTIONAL)
        assert judgement.outlook is Outlook.lost
        assert findings(judgement) == ["credited-hours"]

    def test_counts_of_a_later_lesson_only_what_is_left_of_it(self) -> None:
        """1,790 minutes of video can never make 40 hours, however much of them is credited already."""
        lessons = [vod("V1", 600), vod("V2", 600), vod("V3", 590)]
        records = EnrollmentRecords(A_PERSON, learning_records=[online("V1", 0, 45)])
        judgement = assess_enrollment(timetable(lessons, closed=False, as_of=60), records)
        assert findings(judgement) == ["credited-hours"]
        long_enough = [*lessons[:2], vod("V3", 600)]
        judgement = assess_enrollment(timetable(long_enough, closed=False, as_of=60), records)
        assert judgement.outlook is not Outlook.lost

    def test_is_never_said_of_answers(self) -> None:
        wrong = [answer("S0", f"q{number}", right=False) for number in range(100)]
        assert standing(54, range(54), answers=wrong).outlook is Outlook.at_risk

    def test_is_never_said_of_a_rule_that_does_not_block(self) -> None:
        version = standard()
        rules = tuple(replace(rule, severity=Severity.warning) for rule in version.rules)
        bench = timetable(LESSONS, version=replace(version, rules=rules), closed=False, as_of=54 * 45)
        assert assess_enrollment(bench, EnrollmentRecords(A_PERSON)).outlook is Outlook.on_track


class TestClosed:
    def test_there_is_no_outlook(self) -> None:
        assert standing(54, [], closed=True).outlook is None

    def test_every_failed_or_missing_rule_raises_a_finding(self) -> None:
        assert findings(standing(54, range(10), closed=True)) == [
            "attendance-rate",
            "answer-accuracy",
            "credited-hours",
        ]

    def test_a_passed_rule_raises_none(self) -> None:
        right = [answer("S0", "q")]
        assert findings(standing(54, range(54), answers=right, closed=True)) == []
