"""What is stored of an enrollment is judged as the enrollment itself would be: by the same engine."""

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.vocabulary import Outcome, Subject
from app.rules.changes import Change, with_changes
from app.rules.engine import judge
from app.rules.facts import Facts
from app.rules.policy import PolicyVersion
from app.rules.stored_facts import StoredJudge
from tests.rules.examples import minutes, standard

COUNTS = st.integers(0, 60)
MICROSECONDS = st.integers(0, minutes(3000))


def facts(**otherwise: Any) -> Facts:  # noqa: ANN401
    base = Facts(
        required_lessons=5,
        attended_lessons=4,
        lessons_completed=3,
        questions_asked=10,
        questions_correct=8,
        exams_required=0,
        exams_passed=0,
        verifications_issued=3,
        verifications_passed=2,
        evaluation_submitted=False,
        credited=minutes(1800),
        overlap=1,
        credited_hour=Fraction(minutes(45)),
    )
    return base._replace(**otherwise)


def said(version: PolicyVersion, stored: Facts) -> tuple[Outcome | None, ...]:
    return StoredJudge(version).outcomes(json.dumps(stored.stored()))


@given(
    st.tuples(COUNTS, COUNTS), st.tuples(COUNTS, COUNTS), MICROSECONDS, st.sampled_from(["0.85", "0.8", ""])
)
def test_every_outcome_is_that_of_the_facts_themselves(
    lessons: tuple[int, int], questions: tuple[int, int], credited: int, least: str
) -> None:
    (version,) = with_changes([standard()], [Change("attendance-rate.at_least", least)])
    enrollment = facts(
        required_lessons=lessons[0],
        attended_lessons=min(lessons),
        questions_asked=questions[0],
        questions_correct=min(questions),
        credited=credited,
        credited_hour=Fraction(minutes(45)) if lessons[0] else None,
    )
    directly = judge(version.rules_on(Subject.enrollment), enrollment)
    assert said(version, enrollment) == tuple(each.outcome for each in directly)


def test_the_boundary_is_exact() -> None:
    """Forty hours less one microsecond are not forty hours."""
    assert said(standard(), facts())[2] is Outcome.passed
    assert said(standard(), facts(credited=minutes(1800) - 1))[2] is Outcome.failed


def test_hours_are_counted_anew_by_their_length() -> None:
    """1,800 minutes are 40 hours of 45 minutes and 36 of 50."""
    (longer,) = with_changes([standard()], [Change("minutes_per_hour", "50")])
    assert said(longer, facts())[2] is Outcome.failed
    assert said(longer, facts(credited=minutes(2000)))[2] is Outcome.passed
    assert said(longer, facts(credited_hour=None))[2] is Outcome.missing


def test_a_fact_that_was_never_counted_cannot_be_judged() -> None:
    stored = {name: value for name, value in facts().stored().items() if name != "attendance_rate"}
    outcomes = StoredJudge(standard()).outcomes(json.dumps(stored))
    assert outcomes[0] is None
    assert outcomes[1] is Outcome.passed


@pytest.mark.parametrize("times", [1, 2])
def test_what_was_said_before_is_said_again(times: int) -> None:
    desk = StoredJudge(standard())
    said_before = [desk.outcomes(json.dumps(facts().stored())) for _ in range(times)]
    assert set(said_before) == {(Outcome.passed, Outcome.passed, Outcome.passed)}


def test_a_version_without_rules_says_nothing() -> None:
    assert said(replace(standard(), rules=()), facts()) == ()
