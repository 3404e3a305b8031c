"""The facts against a second, slow and plain computation of them, and laws that hold for every enrollment."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from math import gcd
from random import Random
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.fact_names import ALWAYS, FactName
from app.rules.facts import Account, account_for
from app.rules.figures import from_stored, stored
from app.rules.intervals import length, union
from app.rules.presence import presence_at, presence_of, signed_span
from app.rules.records import EnrollmentRecords, LearningRecord
from app.rules.timetable import Timetable, draw_up
from tests.rules.examples import (
    A_PERSON,
    answer,
    at,
    check,
    class_group,
    counting,
    live,
    minutes,
    online,
    present,
    standard,
    timetable,
    vod,
)
from tests.rules.slow_facts import SlowFacts
from tests.rules.strategies import Example, crowds, examples

Record = TypeVar("Record")


def timetable_of(example: Example) -> Timetable:
    version = replace(standard(), counting=example.counting)
    return draw_up(version, class_group(closed=example.closed), example.lessons, example.as_of)


def jumps(record: LearningRecord) -> bool:
    if record.position_from_ms is None or record.position_to_ms is None:
        return False
    rate = min(Fraction(record.playback_rate or 1), Fraction(2))
    return (record.position_to_ms - record.position_from_ms) * 1000 > rate * (
        record.offline_at - record.online_at
    )


def cut(record: LearningRecord) -> list[LearningRecord]:
    """In two, where its position is a whole number of milliseconds; whole if there is no such instant."""
    duration = record.offline_at - record.online_at
    start, end = record.position_from_ms, record.position_to_ms
    advance = 0 if start is None or end is None else end - start
    steps = gcd(duration, advance)
    if steps == 1:
        return [record]
    instant = record.online_at + duration // steps
    place = None if start is None else start + advance // steps
    return [
        record._replace(session_id="piece-1", offline_at=instant, position_to_ms=place),
        record._replace(session_id="piece-2", online_at=instant, position_from_ms=place),
    ]


def account(example: Example) -> Account:
    return account_for(timetable_of(example), example.records)


@settings(max_examples=300)
@given(st.one_of(examples(), crowds()))
def test_the_facts_are_those_of_the_plain_computation(example: Example) -> None:
    group = class_group(closed=example.closed)
    slow = SlowFacts(group, example.lessons, example.records, example.counting, example.as_of).facts()
    facts = account(example).facts
    assert {name: facts.figure(FactName(name)) for name in slow} == slow


@given(examples(), st.randoms(use_true_random=False))
def test_the_order_of_records_never_matters(example: Example, random: Random) -> None:
    def shuffled(records: Sequence[Record]) -> list[Record]:
        return random.sample(records, len(records))

    original = example.records
    other = EnrollmentRecords(
        original.enrollment,
        shuffled(original.attendance),
        shuffled(original.learning_records),
        shuffled(original.verifications),
        shuffled(original.quiz_answers),
        shuffled(original.exam_scores),
        original.evaluation_submitted,
    )
    again = example._replace(lessons=shuffled(example.lessons), records=other)
    assert account(again).facts == account(example).facts


@given(examples())
def test_credited_is_never_more_than_counted_nor_counted_than_planned_or_present(example: Example) -> None:
    for study in account(example).studies.values():
        limits = [study.wall, study.plan.planned]
        if study.media is not None:
            limits.append(study.media)
        assert 0 <= study.credited <= study.counted == min(limits)


@given(examples())
def test_every_instant_is_credited_once_and_to_a_lesson_that_it_lies_in(example: Example) -> None:
    studies = account(example).studies.values()
    taken = [span for study in studies for span in study.taken]
    assert length(union(taken)) == sum(study.credited for study in studies)
    for study in studies:
        assert union(study.presence + study.taken) == union(study.presence)


@given(examples(), st.data())
def test_a_record_in_two_pieces_is_worth_what_it_was_whole(example: Example, data: st.DataObject) -> None:
    """Unless its position jumps: then the pieces would claim the middle of the jump."""
    whole = [record for record in example.records.learning_records if not jumps(record)]
    if not whole:
        return
    record = data.draw(st.sampled_from(whole))
    rest = [other for other in example.records.learning_records if other is not record]
    pieces = example.records._replace(learning_records=[*rest, *cut(record)])
    assert account(example._replace(records=pieces)).facts == account(example).facts


@given(examples())
def test_what_is_stored_is_each_figure_exactly(example: Example) -> None:
    facts = account(example).facts
    kept = facts.stored()
    assert kept == {fact: stored(fact, facts.figure(fact)) for fact in ALWAYS}
    assert all(from_stored(fact, kept[fact]) == facts.figure(fact) for fact in ALWAYS)


@given(examples())
def test_presence_in_one_pass_is_the_presence_of_its_parts(example: Example) -> None:
    for study in account(example).studies.values():
        if not study.plan.is_vod:
            spans = [(record.online_at, record.offline_at) for record in study.records]
            signed = signed_span(study.plan, study.attendance)
            whole = presence_of([*spans, signed] if signed else spans, study.plan, study.stops)
            assert presence_at(study.plan, study.records, study.attendance, study.stops) == whole


def test_a_lesson_outside_the_period_has_no_presence() -> None:
    lesson = live("A", 2 * 24 * 60 + 60)
    records = EnrollmentRecords(A_PERSON, attendance=[present("A", 2 * 24 * 60 - 60, 2 * 24 * 60 + 120)])
    [study] = account_for(timetable([lesson]), records).studies.values()
    assert study.presence == []


def test_signing_in_and_out_at_one_instant_is_no_presence() -> None:
    records = EnrollmentRecords(A_PERSON, attendance=[present("A", 30, 30)])
    [study] = account_for(timetable([live("A", 0)]), records).studies.values()
    assert study.presence == []


def test_of_two_first_attempts_the_one_asked_first_decides_whatever_its_id() -> None:
    late = answer("A", "q", right=False)._replace(answer_id="a", asked_at=at(2))
    early = answer("A", "q")._replace(answer_id="b", asked_at=at(1))
    records = EnrollmentRecords(A_PERSON, quiz_answers=[late, early])
    assert account_for(timetable([live("A", 0)]), records).facts.questions_correct == 1


def test_media_is_rounded_down_to_whole_microseconds() -> None:
    """0.3 of 1.000002 seconds are 0.3000006 seconds."""
    record = online("V", 0, 1, (0, 60), "0.3")
    record = record._replace(offline_at=record.online_at + 1_000_002)
    records = EnrollmentRecords(A_PERSON, learning_records=[record])
    assert account_for(timetable([vod("V")]), records).facts.credited == 300_000


def test_the_position_runs_on_while_the_clock_is_stopped() -> None:
    records = EnrollmentRecords(
        A_PERSON,
        learning_records=[online("V", 0, 60, (0, 3600)), online("V", 100, 140, (0, 2400))],
        verifications=[check("V", 20, passed=False), check("V", 40, passed=True)],
    )
    bench = timetable([vod("V", 120)], version=counting(stop_at_failed_verification=True))
    assert account_for(bench, records).facts.credited == minutes(60)


def test_the_daily_cap_leaves_the_lesson_completed() -> None:
    records = EnrollmentRecords(A_PERSON, learning_records=[online("V", 0, 60)])
    facts = account_for(timetable([vod("V")], version=counting(daily_cap_minutes=40)), records).facts
    assert (facts.lessons_completed, facts.attended_lessons) == (1, 1)
    assert facts.credited == minutes(40)
