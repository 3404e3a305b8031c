"""Rules on class groups and on what belongs to them: how many members become one outcome."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from app.core.vocabulary import Outcome, Severity
from app.rules.class_assessment import judge_class_group, sources_of
from app.rules.class_records import Course, Source
from app.rules.days import SECOND
from app.rules.fact_names import FactName
from app.rules.member_facts import whole_months
from app.rules.policy import Operator
from tests.rules.class_examples import LESSONS, REGISTRATION, ROSTER, VIDEO, facts, judged, rule
from tests.rules.examples import live, vod

# Members


def test_a_rule_on_lessons_fails_where_one_fails_and_names_them() -> None:
    asked = rule(FactName.lesson_minutes, Operator.at_least, Fraction(45))
    outcome = judged(asked, facts([vod("S0", planned=40), *LESSONS])).rules[0]
    assert (outcome.outcome, outcome.places) == (Outcome.failed, ("S0", "S3"))
    assert (outcome.observed, outcome.shortfall) == (40, 5)
    assert judged(asked, facts([live("S1", 540)])).rules[0].outcome is Outcome.passed


def test_it_is_missing_where_none_fails_and_one_is_missing() -> None:
    asked = rule(FactName.video_kbps, Operator.at_least, Fraction(1024))
    unknown = VIDEO._replace(video_id="V2", video_kbps=None)
    outcome = judged(asked, facts(videos=[VIDEO, unknown])).rules[0]
    assert (outcome.outcome, outcome.places) == (Outcome.missing, ("V2",))
    slow = VIDEO._replace(video_id="V3", video_kbps=Decimal("1023.9"))
    outcome = judged(asked, facts(videos=[VIDEO, unknown, slow])).rules[0]
    assert (outcome.outcome, outcome.places) == (Outcome.failed, ("V3",))


def test_it_does_not_apply_where_there_is_no_member() -> None:
    asked = rule(FactName.video_codec, Operator.one_of, ("h264",))
    assert judged(asked, facts()).rules[0].outcome is Outcome.not_applicable
    of_no_lesson = VIDEO._replace(lesson_id="S9")
    assert judged(asked, facts(videos=[of_no_lesson])).rules[0].outcome is Outcome.not_applicable
    assert judged(asked, facts(videos=[VIDEO])).rules[0].outcome is Outcome.passed


def test_the_project_is_missing_until_it_is_stored() -> None:
    asked = rule(FactName.planned_hours, Operator.at_least, Fraction(40))
    outcome = judged(asked, facts()).rules[0]
    assert (outcome.outcome, outcome.observed, outcome.places) == (Outcome.passed, Fraction(81, 2), ())
    unknown = REGISTRATION._replace(project=None)
    outcome = judged(asked, facts(registration=unknown)).rules[0]
    assert (outcome.outcome, outcome.places) == (Outcome.missing, ("PR1",))


def test_at_most_twenty_places_are_named() -> None:
    short = [vod(f"S{number:02}", planned=10) for number in range(30)]
    asked = rule(FactName.lesson_minutes, Operator.at_least, Fraction(45))
    assert judged(asked, facts(short)).rules[0].places == tuple(f"S{number:02}" for number in range(20))


def test_conditions_of_a_member_may_ask_for_the_class_group() -> None:
    asked = rule(
        FactName.lesson_minutes, Operator.at_least, Fraction(45), when=[(FactName.delivery, ("offline",))]
    )
    assert judged(asked, facts()).rules[0].outcome is Outcome.not_applicable


@pytest.mark.parametrize(
    ("size", "organisation", "outcome"),
    [
        ("above_scale", "self", Outcome.failed),
        ("below_scale", "self", Outcome.not_applicable),
        ("growth", "self", Outcome.not_applicable),
        ("above_scale", "entrusted", Outcome.not_applicable),
        (None, "entrusted", Outcome.not_applicable),
        (None, "self", Outcome.missing),
    ],
)
def test_twenty_persons_are_asked_for_but_for_the_exceptions(
    size: str | None, organisation: str, outcome: Outcome
) -> None:
    asked = rule(
        FactName.headcount,
        Operator.at_least,
        Fraction(20),
        when=[(FactName.enterprise_size, ("above_scale",)), (FactName.organisation, ("self",))],
    )
    of = REGISTRATION._replace(enterprise_size=size, organisation=organisation)
    found = judged(asked, facts(registration=of, roster=ROSTER._replace(headcount=19)))
    assert found.rules[0].outcome is outcome


# Videos


def test_sides_and_aspect_are_exact() -> None:
    outcome = judged(
        rule(FactName.video_aspect, Operator.one_of, (Fraction(16, 9), Fraction(4, 3))), facts(videos=[VIDEO])
    )
    assert outcome.rules[0].outcome is Outcome.passed
    upright = VIDEO._replace(width=720, height=1281)
    short_side = rule(FactName.video_short_side, Operator.at_least, Fraction(720))
    assert judged(short_side, facts(videos=[upright])).rules[0].outcome is Outcome.passed


@pytest.mark.parametrize(
    ("start", "end", "months"),
    [
        ("2026-01-31T09:00", "2026-02-28T09:00", 1),
        ("2026-01-31T09:00", "2026-02-28T08:59", 0),
        ("2026-03-02T09:00", "2027-03-02T09:00", 12),
        ("2026-03-02T09:00", "2027-03-02T08:59", 11),
        ("2026-03-02T09:00", "2026-01-01T00:00", 0),
    ],
)
def test_months_are_whole_and_end_on_the_same_day(start: str, end: str, months: int) -> None:
    begin, finish = (
        int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * SECOND for text in (start, end)
    )
    assert whole_months(begin, finish) == months


def test_inside_a_course_resolutions_are_counted_where_it_has_videos() -> None:
    courses = [Course("A", None, None, None), Course("B", None, None, None)]
    lessons = [lesson._replace(course_id="A") for lesson in LESSONS]
    asked = rule(FactName.video_resolutions, Operator.at_most, Fraction(1))
    larger = VIDEO._replace(video_id="V2", lesson_id="S2", width=1920, height=1080)
    outcome = judged(asked, facts(lessons, courses=courses, videos=[VIDEO, larger])).rules[0]
    assert (outcome.outcome, outcome.observed, outcome.places) == (Outcome.failed, 2, ("A",))
    aspects = rule(FactName.video_aspects, Operator.at_most, Fraction(1))
    assert judged(aspects, facts(lessons, courses=courses, videos=[VIDEO, larger])).rules[0].outcome is (
        Outcome.passed
    )
    unknown = VIDEO._replace(width=None)
    assert judged(asked, facts(lessons, courses=courses, videos=[unknown])).rules[0].outcome is (
        Outcome.missing
    )
    assert judged(asked, facts(lessons, courses=courses)).rules[0].outcome is Outcome.not_applicable


# What follows


def test_only_blocking_rules_that_fail_or_are_missing_reach_enrollments() -> None:
    asked = rule(FactName.headcount, Operator.at_least, Fraction(21))
    of = facts(roster=ROSTER)
    assert [each.code for each in judged(asked, of).reaching] == ["R"]
    assert judged(replace(asked, severity=Severity.warning), of).reaching == ()
    assert judged(rule(FactName.headcount, Operator.at_least, Fraction(20)), of).reaching == ()
    assert len(judged(asked, facts()).reaching) == 1


def test_a_running_class_group_raises_what_is_wrong_already() -> None:
    few = rule(FactName.headcount, Operator.at_least, Fraction(21))
    assert judged(few, facts(roster=ROSTER, closed=False)).findings == ()
    assert judged(few, facts(roster=ROSTER)).findings != ()
    short = rule(FactName.lesson_minutes, Operator.at_least, Fraction(45))
    assert judged(short, facts(closed=False)).findings != ()
    untold = rule(FactName.course_industries, Operator.at_most, Fraction(1))
    assert judged(untold, facts(closed=False)).findings == ()
    assert judged(untold, facts()).findings != ()


def test_nor_does_it_raise_what_follows_from_a_roster_that_fills_up() -> None:
    twenty = (FactName.headcount, (Fraction(20),))
    growing = rule(FactName.enterprise_size, Operator.one_of, ("growth",), when=[twenty])
    assert judged(growing, facts(roster=ROSTER, closed=False)).findings == ()
    assert judged(growing, facts(roster=ROSTER)).findings != ()


def test_facts_are_kept_of_the_class_group_and_its_project_as_far_as_asked_for() -> None:
    rules = [
        rule(FactName.headcount, Operator.at_least, Fraction(20), when=[(FactName.organisation, ("self",))]),
        rule(FactName.planned_hours, Operator.at_least, Fraction(40)),
        rule(FactName.lesson_minutes, Operator.at_least, Fraction(45)),
    ]
    assert judge_class_group(rules, facts(roster=ROSTER)).facts == {
        FactName.headcount: 20,
        FactName.organisation: "self",
        FactName.planned_hours: Fraction(81, 2),
    }
    assert sources_of(rules) == {Source.roster}
    assert sources_of([rule(FactName.video_codec, Operator.one_of, ("h264",))]) == {Source.videos}
