"""One person in several class groups: credited once, paid no more than the cap, in whatever order judged."""

from dataclasses import replace
from datetime import date
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId
from app.core.vocabulary import Eligibility
from app.rules.assessment import Judgement, assess_enrollment
from app.rules.intervals import intersect, length
from app.rules.parameters import Parameter
from app.rules.person import NOBODY_KNOWN, Elsewhere, PersonTime, elsewhere_of, may_depend, place_of
from app.rules.policy import PolicyVersion
from app.rules.provisions import Provisions, Subsidy
from app.rules.reasons import Reason
from app.rules.records import Enrollment, EnrollmentRecords
from app.rules.subsidy import amount, grant_of
from app.rules.timetable import Timetable, draw_up
from app.rules.trace import explain_enrollment
from tests.rules.examples import at, class_group, counting, live, minutes, online, standard

YUAN = 100
CAP = 1_000 * YUAN


def parameter(name: str, value: Fraction | None) -> Parameter:
    text = standard().title
    return Parameter(name, text, value, f"{name} clause", "words", date(2020, 1, 1))


def subsidy(per_hour: int | None = 30, cap: int | None = 1_000) -> Subsidy:
    values = [None if value is None else Fraction(value) for value in (per_hour, cap)]
    return Subsidy(parameter("rate", values[0]), parameter("cap", values[1]))


class TestMoney:
    def test_the_cap_binds_in_the_34th_hour(self) -> None:
        paid = [grant_of(subsidy(), Eligibility.eligible, hours) for hours in (0, 33, 34, 400)]
        assert [grant.subsidy_fen for grant in paid if grant] == [0, 990 * YUAN, CAP, CAP]

    def test_only_who_is_eligible_is_paid(self) -> None:
        paid = {said: grant_of(subsidy(), said, 40) for said in Eligibility}
        assert paid[Eligibility.in_progress] is None
        assert {said for said, grant in paid.items() if grant and grant.subsidy_fen} == {Eligibility.eligible}

    def test_a_policy_without_an_amount_says_nothing_of_money(self) -> None:
        assert grant_of(None, Eligibility.eligible, 40) is None
        assert grant_of(subsidy(per_hour=None), Eligibility.eligible, 40) is None

    def test_without_a_cap_nothing_that_was_granted_before_counts(self) -> None:
        grant = grant_of(subsidy(cap=None), Eligibility.eligible, 400, CAP)
        assert grant is not None
        assert (grant.subsidy_fen, grant.capped_fen) == (12_000 * YUAN, 0)

    def test_whoever_cannot_be_told_apart_is_granted_nothing_under_a_cap(self) -> None:
        grant = grant_of(subsidy(), Eligibility.eligible, 40, is_one_person=False)
        assert grant is not None
        assert grant.subsidy_fen == 0

    @given(st.lists(st.integers(0, 60), max_size=8), st.integers(0, 200_000))
    def test_one_after_the_other_they_come_to_the_cap_and_no_further(
        self, hours: list[int], cap: int
    ) -> None:
        granted = 0
        for each in hours:
            paid = amount(each * 30 * YUAN, granted, cap)
            assert 0 <= paid <= each * 30 * YUAN
            granted += paid
        assert granted == min(cap, sum(hours) * 30 * YUAN)


class Term(NamedTuple):
    """A class group of the person: attended from 19:00 of the first day on, in slices of ten minutes."""

    name: str
    closed: int | None
    slices: list[int]
    planned: int


TERMS = st.lists(
    st.tuples(
        st.sampled_from([None, 1, 1, 2, 3]),
        st.lists(st.integers(0, 8), min_size=1, max_size=5, unique=True),
        st.integers(1, 9).map(lambda tens: 10 * tens),
    ),
    min_size=2,
    max_size=4,
)


def paying_once() -> PolicyVersion:
    version = counting(one_person_at_once=True)
    return replace(version, rules=(), provisions=Provisions(subsidy=subsidy(30, 40)))


def judged(term: Term, elsewhere: Elsewhere, version: PolicyVersion) -> Judgement:
    return assess_enrollment(timetable_of(term, version), records_of(term, elsewhere))


def timetable_of(term: Term, version: PolicyVersion) -> Timetable:
    group = class_group()._replace(class_group_id=ClassGroupId(term.name), closed_at=term.closed)
    return draw_up(version, group, [live("A", 1140, 90, planned=term.planned)], at(100_000))


def records_of(term: Term, elsewhere: Elsewhere) -> EnrollmentRecords:
    slices = tuple(online("A", 1140 + 10 * start, 1150 + 10 * start) for start in term.slices)
    return EnrollmentRecords(Enrollment(LearnerId("L1"), None), learning_records=slices, elsewhere=elsewhere)


def time_of(term: Term, judgement: Judgement) -> PersonTime:
    group, person = class_group(), judgement.person
    assert person is not None
    return PersonTime(
        group.platform,
        ClassGroupId(term.name),
        LearnerId("L1"),
        group.starts_on,
        group.ends_on,
        term.closed,
        person.own,
        person.taken,
        0 if judgement.grant is None else judgement.grant.capped_fen,
    )


def settled(terms: list[Term], order: Random) -> dict[str, tuple[PersonTime, Judgement]]:
    """Judged in any order, and again whenever another one has said something new, until nobody has."""
    done: dict[str, tuple[PersonTime, Judgement]] = {}
    touched = {term.name for term in terms}
    by_name = {term.name: term for term in terms}
    for _ in range(200):
        if not touched:
            return done
        term = by_name[order.choice(sorted(touched))]
        touched.remove(term.name)
        others = [time for name, (time, _) in done.items() if name != term.name]
        place = place_of(term.closed, "P1", term.name, "L1")
        judgement = judged(term, elsewhere_of(place, 2026, others), paying_once())
        time = time_of(term, judgement)
        before = done.get(term.name)
        if before is None or before[0] != time:
            touched |= {name for name, (other, _) in done.items() if may_depend(time, other)} - {term.name}
        done[term.name] = (time, judgement)
    raise AssertionError(touched)


class TestOrder:
    @given(TERMS, st.integers(0, 1_000))
    def test_of_judging_changes_nothing(
        self, drawn: list[tuple[int | None, list[int], int]], seed: int
    ) -> None:
        terms = [Term(f"C{number}", *each) for number, each in enumerate(drawn)]
        assert settled(terms, Random(seed)) == settled(terms, Random(-seed))  # noqa: S311 (an order)

    @given(TERMS)
    def test_what_is_closed_is_credited_once_and_never_above_the_cap(
        self, drawn: list[tuple[int | None, list[int], int]]
    ) -> None:
        terms = [Term(f"C{number}", *each) for number, each in enumerate(drawn)]
        done = settled(terms, Random(0))  # noqa: S311 (likewise)
        closed = [time for time, _ in done.values() if time.closed_at is not None]
        for one, other in combinations(closed, 2):
            assert intersect(one.taken, other.taken) == []
        assert sum(time.capped_fen for time in closed) <= 40 * YUAN

    def test_is_that_of_closing_then_platform_and_class_group(self) -> None:
        places = [place_of(None, "A", "1", "L"), place_of(2, "A", "1", "L"), place_of(1, "B", "9", "L")]
        assert sorted(places) == places[::-1]


BEFORE = [(at(1140), at(1160))]
ELSEWHERE = Elsewhere(
    BEFORE, BEFORE, 0, named=((ClassGroupKey(class_group().platform, ClassGroupId("C0")), BEFORE),)
)


class TestAtOnce:
    def test_is_found_in_whatever_order_and_policy(self) -> None:
        term = Term("C1", None, [0, 1, 2], 60)
        judgement = judged(term, ELSEWHERE, standard())
        assert judgement.person is not None
        assert length(judgement.person.at_once) == minutes(20)
        assert judgement.facts.credited == minutes(30)

    def test_is_not_credited_again_and_the_rest_takes_its_place(self) -> None:
        facts = judged(Term("C1", 7, [0, 1, 2, 3], 30), ELSEWHERE, paying_once()).facts
        assert (facts.credited, facts.overlap) == (minutes(20), minutes(10))

    def test_is_explained(self) -> None:
        term = Term("C1", 7, [0, 2], 60)
        trace = explain_enrollment(timetable_of(term, paying_once()), records_of(term, ELSEWHERE))
        first, second = trace.lessons[0].sources
        assert (first.counted, second.counted) == (0, minutes(10))
        (left_out,) = first.left_out
        assert (left_out.reason, left_out.amount) == (Reason.credited_in_another_class_group, minutes(10))
        assert left_out.class_group == ("P1", "C0")

    def test_is_explained_without_a_name_to_whoever_may_not_know_it(self) -> None:
        term = Term("C1", 7, [0, 2], 60)
        told = ELSEWHERE._replace(named=())
        trace = explain_enrollment(timetable_of(term, paying_once()), records_of(term, told))
        (left_out,) = trace.lessons[0].sources[0].left_out
        assert (left_out.amount, left_out.class_group) == (minutes(10), None)

    def test_cannot_be_told_of_a_person_who_is_nobody(self) -> None:
        judgement = judged(Term("C1", 7, [0], 60), NOBODY_KNOWN, paying_once())
        assert judgement.person is not None
        assert judgement.person.at_once_length is None
        assert judgement.facts.credited == minutes(10)


def test_class_groups_of_other_days_and_years_have_nothing_to_do_with_each_other() -> None:
    one = time_of(term := Term("C1", 7, [0], 60), judged(term, NOBODY_KNOWN, standard()))
    later = one._replace(starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 31))
    assert may_depend(one, later)
    assert not may_depend(one, later._replace(ends_on=date(2027, 1, 1)))
