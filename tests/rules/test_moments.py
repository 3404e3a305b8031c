"""What a record's time is worth: by the checkpoint it quotes, and by when it came (docs/semantics.md Y)."""

from dataclasses import replace
from fractions import Fraction

import pytest

from app.core.vocabulary import Outcome
from app.rules.class_facts import ClassFacts
from app.rules.fact_names import FactName
from app.rules.moments import Bracket, Moment, bracket_of, is_late, tally
from app.rules.policy import Operator
from tests.rules.class_examples import LESSONS, facts, judged, rule
from tests.rules.examples import at, counting, minutes, timetable


def moment(
    lesson_id: str = "S1",
    *,
    begins: int = 540,
    ends: int = 600,
    received: int | None = 601,
    issued: int | None = None,
    quotes: bool = True,
) -> Moment:
    came_at = None if received is None else at(received)
    return Moment(lesson_id, at(begins), at(ends), came_at, quotes, None if issued is None else at(issued))


@pytest.mark.parametrize(
    ("issued", "expected"),
    [
        (None, Bracket.unknown),
        (0, Bracket.bracketed),
        (540, Bracket.bracketed),
        (541, Bracket.meanwhile),
        (600, Bracket.meanwhile),
        (601, Bracket.backdated),
    ],
)
def test_a_checkpoint_says_when_a_record_was_not_made_yet(issued: int | None, expected: Bracket) -> None:
    assert bracket_of(moment(issued=issued)) is expected


def test_a_record_that_quotes_nothing_proves_nothing() -> None:
    assert bracket_of(moment(quotes=False)) is Bracket.unquoted


def test_a_moment_is_before_or_after_to_the_microsecond() -> None:
    signed_in = moment(ends=540, issued=540)
    assert bracket_of(signed_in) is Bracket.bracketed
    later = signed_in._replace(issued_at=at(540) + 1)
    assert bracket_of(later) is Bracket.backdated


@pytest.mark.parametrize(
    ("received", "allowed", "expected"),
    [(615, 15, False), (616, 15, True), (599, 15, False), (None, 15, None), (616, None, None)],
)
def test_late_is_what_comes_later_than_is_allowed(
    received: int | None,
    allowed: int | None,
    expected: bool | None,  # noqa: FBT001 (a case)
) -> None:
    limit = None if allowed is None else minutes(allowed)
    assert is_late(moment(received=received), limit) is expected


def test_a_tally_counts_each_record_once() -> None:
    found = tally(
        [
            moment(quotes=False, received=700),
            moment(issued=None),
            moment(issued=0),
            moment(issued=550),
            moment(issued=700, received=701),
            moment("S3", issued=0, received=None),
        ],
        lambda each: minutes(60) if each.lesson_id == "S1" else None,
    )
    assert found._asdict() == {
        "records": 6,
        "quoting": 5,
        "unknown": 1,
        "bracketed": 2,
        "backdated": 1,
        "timed": 5,
        "late": 2,
    }


MOMENTS = [
    moment("S1", issued=0),
    moment("S1", issued=700, received=616),
    moment("S3", quotes=False, received=2041),
    moment("S4", begins=700, ends=760, issued=700, received=761),
    moment("S9", issued=700, received=9000),
]
"""S1 is live, S3 VOD, S4 offline; S9 is not stored."""


def of_class(**allowed: int) -> ClassFacts:
    plan = timetable(LESSONS, version=counting(**allowed))
    return replace(facts(moments=MOMENTS), timetable=plan, _known={})


def test_shares_are_of_the_records_of_lessons_that_are_stored() -> None:
    found = of_class()
    assert found.figure(FactName.bracketed_rate) == Fraction(1, 2)
    assert found.figure(FactName.backdated_rate) == Fraction(1, 4)
    assert found.parts(FactName.bracketed_rate) == (2, 4)


def test_without_records_there_are_no_shares() -> None:
    for fact in (FactName.bracketed_rate, FactName.backdated_rate, FactName.late_rate):
        assert facts().figure(fact) is None


def test_what_is_late_the_policy_says_for_live_and_vod_apart() -> None:
    assert of_class().figure(FactName.late_rate) is None
    assert of_class(late_after_live_minutes=15).parts(FactName.late_rate) == (1, 3)
    assert of_class(late_after_vod_minutes=24 * 60).parts(FactName.late_rate) == (1, 1)
    both = of_class(late_after_live_minutes=16, late_after_vod_minutes=24 * 60)
    assert both.parts(FactName.late_rate) == (1, 4)


def test_a_rule_names_the_lessons_in_which_something_is_backdated_or_late() -> None:
    asked = rule(FactName.backdated_rate, Operator.at_most, Fraction(0))
    (outcome,) = judged(asked, of_class()).rules
    assert (outcome.outcome, outcome.places) == (Outcome.failed, ("S1",))
    asked = rule(FactName.late_rate, Operator.at_most, Fraction(0))
    (outcome,) = judged(asked, of_class(late_after_live_minutes=15, late_after_vod_minutes=1)).rules
    assert (outcome.outcome, outcome.places) == (Outcome.failed, ("S1", "S3"))
    assert judged(asked, of_class()).rules[0].outcome is Outcome.missing
