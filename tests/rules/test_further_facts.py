"""Facts of an enrollment that only some policies ask for (docs/semantics.md Q)."""

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest

from app.core.errors import Text
from app.core.vocabulary import LessonKind, Severity
from app.rules.fact_names import FactName, Unit
from app.rules.facts import account_for
from app.rules.figures import Figure
from app.rules.parameters import Parameter, ParameterValue
from app.rules.policy import Comparison, Operator, PolicyVersion, Rule
from app.rules.records import EnrollmentRecords, Lesson
from tests.rules.examples import A_PERSON, answer, check, live, online, present, standard, timetable, vod

OPERATORS = {Unit.yes_or_no: Operator.is_true, Unit.text: Operator.one_of}


def asking(fact: FactName) -> PolicyVersion:
    """The standard version with a rule on this fact."""
    operator = OPERATORS.get(fact.unit, Operator.at_least)
    values: dict[Operator, ParameterValue] = {Operator.is_true: True, Operator.one_of: ("contract",)}
    value = values.get(operator, Fraction(1))
    limit = Parameter("limit", Text("限值", "Limit"), value, "clause", "words", date(2020, 1, 1))
    rule = Rule(
        "a-rule",
        Text("规则", "Rule"),
        Text("补救", "Remedy"),
        Severity.info,
        Comparison(fact, operator, limit),
    )
    return replace(standard(), rules=(*standard().rules, rule))


def figure(fact: FactName, lessons: list[Lesson], records: EnrollmentRecords) -> Figure:
    return account_for(timetable(lessons, version=asking(fact)), records).facts.figure(fact)


def of_course(lesson: Lesson, course_id: str | None) -> Lesson:
    return lesson._replace(course_id=course_id)


class TestWholeHours:
    @pytest.mark.parametrize(
        ("watched", "hours"),
        [([25, 25], 1), ([89], 1), ([90], 2), ([44], 0), ([15, 15, 15], 1)],
    )
    def test_segments_of_a_course_are_added_before_they_are_divided(
        self, watched: list[int], hours: int
    ) -> None:
        lessons = [of_course(vod(f"S{place}", 120), "K1") for place in range(len(watched))]
        records = [
            online(f"S{place}", 300 * place, 300 * place + length) for place, length in enumerate(watched)
        ]
        told = EnrollmentRecords(A_PERSON, learning_records=records)
        assert figure(FactName.whole_credited_hours, lessons, told) == hours

    def test_a_remainder_is_not_carried_to_another_course(self) -> None:
        lessons = [of_course(vod("S0", 120), "K1"), of_course(vod("S1", 120), "K2")]
        told = EnrollmentRecords(A_PERSON, learning_records=[online("S0", 0, 89), online("S1", 100, 189)])
        assert figure(FactName.whole_credited_hours, lessons, told) == 2
        one_course = [of_course(lesson, None) for lesson in lessons]
        assert figure(FactName.whole_credited_hours, one_course, told) == 3

    def test_without_lessons_there_are_none_to_earn(self) -> None:
        assert figure(FactName.whole_credited_hours, [], EnrollmentRecords(A_PERSON)) is None


class TestSignIns:
    LESSONS = (live("S0", 480), live("S1", 600), vod("S2"))

    def test_by_face_are_counted_of_live_lessons_attended(self) -> None:
        attendance = [present("S0"), present("S1"), present("S2")]
        told = EnrollmentRecords(A_PERSON, attendance, face_sign_ins={"S0", "S2"})
        assert figure(FactName.face_sign_in_rate, [*self.LESSONS], told) == Fraction(1, 2)

    def test_of_nobody_who_attended_are_missing(self) -> None:
        told = EnrollmentRecords(A_PERSON, [present("S0")._replace(status="absent")], face_sign_ins={"S0"})
        assert figure(FactName.face_sign_in_rate, [*self.LESSONS], told) is None

    def test_to_offline_lessons_are_of_all_that_are_required(self) -> None:
        offline = [lesson._replace(kind=LessonKind.offline) for lesson in (live("S0", 480), live("S1", 600))]
        told = EnrollmentRecords(A_PERSON, [present("S1")])
        assert figure(FactName.offline_signed_rate, offline, told) == Fraction(1, 2)
        assert figure(FactName.offline_signed_rate, [*self.LESSONS], told) is None


class TestChecks:
    def test_are_those_of_the_lesson_that_had_the_fewest(self) -> None:
        lessons = [live("S0", 480), live("S1", 600)]
        told = EnrollmentRecords(
            A_PERSON,
            learning_records=[online("S0", 480, 540), online("S1", 600, 660)],
            verifications=[check("S0", 490, passed=True), check("S0", 500, passed=False)],
            quiz_answers=[answer("S1", "Q1"), answer("S1", "Q1", attempt=2)],
        )
        assert figure(FactName.least_checks_per_lesson, lessons, told) == 1

    def test_of_who_studied_nothing_are_missing(self) -> None:
        told = EnrollmentRecords(A_PERSON, verifications=[check("S0", 490, passed=True)])
        assert figure(FactName.least_checks_per_lesson, [live("S0", 480)], told) is None


def test_what_the_roster_says_is_told_as_it_stands() -> None:
    roster = A_PERSON._replace(employment="dispatched", gender_agrees=False, phone_valid=True)
    said = EnrollmentRecords(roster)
    assert figure(FactName.employment, [], said) == "dispatched"
    assert figure(FactName.gender_agrees, [], said) is False
    assert figure(FactName.phone_valid, [], said) is True
    assert figure(FactName.gender_agrees, [], EnrollmentRecords(A_PERSON)) is None


def test_any_credited_time_is_study_on_record_and_a_day_in_class() -> None:
    lessons = [vod("S0", 120), live("S1", 480), live("S2", 600)._replace(kind=LessonKind.offline)]
    told = EnrollmentRecords(A_PERSON, learning_records=[online("S0", 300, 301)])
    assert figure(FactName.study_recorded, lessons, told) is True
    assert figure(FactName.study_recorded, lessons, EnrollmentRecords(A_PERSON)) is False
    untimed = [present(lesson)._replace(signed_in_at=None, signed_out_at=None) for lesson in ("S1", "S2")]
    assert figure(FactName.study_recorded, lessons, EnrollmentRecords(A_PERSON, untimed)) is True
    assert figure(FactName.study_recorded, lessons, EnrollmentRecords(A_PERSON, untimed[:1])) is False
    assert figure(FactName.study_recorded, [], EnrollmentRecords(A_PERSON)) is None


def test_what_nobody_supplies_yet_is_missing() -> None:
    assert figure(FactName.certificate_issued, [], EnrollmentRecords(A_PERSON)) is None


def test_what_no_rule_asks_for_is_neither_counted_nor_kept() -> None:
    facts = account_for(timetable([live("S0", 480)]), EnrollmentRecords(A_PERSON)).facts
    assert facts.further == {}
    assert FactName.employment not in facts.stored()
