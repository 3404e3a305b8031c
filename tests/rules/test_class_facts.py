"""Facts of class groups: what is planned, who is there, what must have come."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.vocabulary import Outcome
from app.rules.clashes import clashes
from app.rules.class_assessment import next_change_at
from app.rules.class_records import Appearance, Course, Examinee, Roster, TeachingRecord
from app.rules.days import start_of_day
from app.rules.fact_names import FactName
from app.rules.figures import Figure
from app.rules.policy import Operator
from tests.rules.class_examples import LESSONS, REGISTRATION, ROSTER, VIDEO, facts, figure, judged, rule
from tests.rules.examples import FIRST_DAY, at, class_group

# What is planned


def test_hours_and_the_online_share_are_those_of_the_whole_timetable() -> None:
    assert figure(FactName.lesson_hours) == Fraction(60 * 3 + 30, 45)
    assert figure(FactName.online_share) == Fraction(150, 210)
    early = facts(closed=False, as_of=0)
    assert early.figure(FactName.lesson_hours) == Fraction(14, 3)


def test_without_lessons_there_is_nothing_to_judge_hours_by() -> None:
    empty = facts([])
    for fact in (FactName.lesson_hours, FactName.online_share, FactName.teaching_record_rate):
        assert empty.figure(fact) is None


def test_health_and_public_hours_are_online_ones_of_courses_of_these_kinds() -> None:
    courses = [Course("H", None, "health_safety", None), Course("P", None, "professional", None)]
    lessons = [lesson._replace(course_id=of) for lesson, of in zip(LESSONS, "HPHH", strict=True)]
    found = figure(FactName.health_public_online_hours, *lessons, courses=courses)
    assert found == Fraction(60 + 30, 45)
    assert figure(FactName.health_public_online_hours) is None


def test_industries_are_counted_once_all_courses_name_one() -> None:
    steel, shops = Course("A", "steel", "public", None), Course("B", "shops", "public", None)
    assert figure(FactName.course_industries, courses=[steel, shops, steel]) == 2
    assert figure(FactName.course_industries, courses=[steel, Course("C", None, "public", None)]) is None
    assert figure(FactName.course_industries) is None


def test_the_project_tells_its_hours_delivery_and_type_once_it_is_stored() -> None:
    assert figure(FactName.planned_hours) == Fraction(81, 2)
    assert figure(FactName.delivery) == "online"
    unknown = REGISTRATION._replace(project=None)
    assert figure(FactName.training_type, registration=unknown) is None


# Who is there


@pytest.mark.parametrize(
    ("fact", "expected"),
    [
        (FactName.headcount, 20),
        (FactName.headcount_over_plan, 0),
        (FactName.dispatched_learners, 3),
        (FactName.roster_duplicates, 1),
        (FactName.survey_respondents, 15),
        (FactName.survey_coverage, Fraction(3, 4)),
    ],
)
def test_the_roster_is_counted_once_it_has_arrived(fact: FactName, expected: Figure) -> None:
    assert figure(fact, roster=ROSTER, respondents=15) == expected
    assert figure(fact, roster=Roster(0, 0, 0, 0)) is None


def test_an_exam_is_taken_by_who_has_a_score_in_each_that_is_named() -> None:
    examinees = [Examinee("L1", ["E1", "E2"]), Examinee("L2", ["E1"]), Examinee("L3", [])]
    assert figure(FactName.exam_taken_rate, examinees=examinees, exam_ids=["E1"]) == Fraction(2, 3)
    both = facts(examinees=examinees)
    assert both.figure(FactName.exam_taken_rate) == Fraction(1, 3)
    assert list(both.places(FactName.exam_taken_rate)) == ["L2", "L3"]
    assert figure(FactName.exam_named, examinees=examinees) is True
    assert figure(FactName.exam_named) is False
    assert figure(FactName.exam_taken_rate) is None


# What must have come


def test_of_a_running_class_group_only_lessons_due_need_their_records() -> None:
    taught = [TeachingRecord("S1", "T1"), TeachingRecord("S1", "T2")]
    assert facts(teaching=taught).parts(FactName.teaching_record_rate) == (1, 4)
    noon = facts(teaching=taught, closed=False, as_of=720)
    assert noon.parts(FactName.teaching_record_rate) == (1, 1)
    assert figure(FactName.teaching_record_rate, closed=False, as_of=0) is None


def test_videos_and_questions_belong_to_online_lessons() -> None:
    found = facts(videos=[VIDEO], questioned=frozenset({"S1", "S2"}))
    assert found.parts(FactName.video_hash_rate) == (1, 3)
    assert found.parts(FactName.quiz_lesson_rate) == (2, 3)
    assert list(found.places(FactName.quiz_lesson_rate)) == ["S3"]


def test_feeds_that_bring_nothing_though_lessons_are_due_are_named() -> None:
    silent = facts(closed=False, as_of=720)
    assert silent.figure(FactName.expected_feeds_missing) == 4
    asked = rule(FactName.expected_feeds_missing, Operator.at_most, Fraction(0))
    expected = ("attendance", "learning-records", "teaching-records", "videos")
    assert judged(asked, silent).rules[0].places == expected
    complete = facts(
        teaching=[TeachingRecord("S1", "T1")], videos=[VIDEO], has_attendance=True, has_learning_records=True
    )
    assert complete.figure(FactName.expected_feeds_missing) == 0


def test_nothing_is_expected_of_what_is_not_due_and_lessons_once_it_has_begun() -> None:
    assert figure(FactName.expected_feeds_missing, closed=False, as_of=0) == 0
    assert facts([], closed=False, as_of=0).figure(FactName.expected_feeds_missing) == 1
    assert facts([], closed=False, as_of=-1).figure(FactName.expected_feeds_missing) == 0
    assert facts([], as_of=-1).figure(FactName.expected_feeds_missing) == 1


def test_only_where_records_are_expected_does_the_first_day_change_anything() -> None:
    asked = [rule(FactName.expected_feeds_missing, Operator.at_most, Fraction(0))]
    group = class_group(closed=False)
    assert next_change_at(asked, group, at(-5)) == start_of_day(FIRST_DAY)
    assert next_change_at(asked, group, at(0)) is None
    assert next_change_at(asked, class_group(), at(-5)) is None
    assert next_change_at([rule(FactName.headcount, Operator.at_least, Fraction(1))], group, at(-5)) is None


def test_a_clash_names_the_other_lesson() -> None:
    taught = [
        Appearance("T1", "C1", "S1", 0, 60),
        Appearance("T1", "C2", "S7", 59, 90),
        Appearance("T1", "C1", "S2", 90, 120),
        Appearance("T2", "C2", "S8", 90, 120),
        Appearance("T2", "C1", "S3", 100, 110),
    ]
    asked = rule(FactName.teacher_clashes, Operator.at_most, Fraction(0))
    outcome = judged(asked, facts(appearances=taught)).rules[0]
    assert (outcome.outcome, outcome.observed) == (Outcome.failed, 2)
    assert outcome.places == ("S1 C2/S7", "S3 C2/S8")
    assert judged(asked, facts(appearances=taught[:1])).rules[0].outcome is Outcome.passed
    assert figure(FactName.teacher_clashes) is None


@given(st.lists(st.tuples(st.sampled_from("12"), st.integers(0, 30), st.integers(1, 10)), max_size=12))
def test_every_clash_is_found_and_nothing_else(taught: list[tuple[str, int, int]]) -> None:
    appearances = [
        Appearance("T1", f"C{group}", f"S{number}", start, start + length)
        for number, (group, start, length) in enumerate(taught)
    ]
    found = {clash.own for clash in clashes("C1", appearances)}
    assert found == {
        own
        for own in appearances
        for other in appearances
        if own.class_group_id == "C1"
        and own != other
        and own.started_at < other.ended_at
        and other.started_at < own.ended_at
    }
    for own, other in clashes("C1", appearances):
        assert own.started_at < other.ended_at
        assert other.started_at < own.ended_at
