"""Terms of keeping: lengths of the calendar, the longest holds, and nobody's silence lets anything go."""

from calendar import monthrange
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.errors import Text
from app.rules.fact_names import Unit
from app.rules.loader import load_packs
from app.rules.parameters import Parameter, ParameterValue
from app.rules.retention import (
    Covers,
    KeepingTerm,
    Kind,
    Length,
    keeping_terms,
    kept,
    last_day,
    latest,
    length_of,
)

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))
LENGTHS = st.builds(Length, st.integers(0, 600), st.integers(0, 400))


def parameter(value: ParameterValue, unit: Unit | None) -> Parameter:
    return Parameter("keep", Text("保存", "Keep"), value, "第一条", "保存", date(2020, 1, 1), unit)


def term(length: Length | None, covers: Covers = Covers.everything, code: str = "originals") -> KeepingTerm:
    return KeepingTerm(code, Text("原始材料", "Originals"), "第一条", covers, length)


TERMS = st.lists(st.builds(term, LENGTHS, st.sampled_from(Covers)), max_size=4)


class TestTheLastDay:
    @pytest.mark.parametrize(
        ("since", "length", "last"),
        [
            (date(2020, 2, 29), Length(60), date(2025, 2, 28)),
            (date(2020, 2, 29), Length(48), date(2024, 2, 29)),
            (date(2026, 1, 31), Length(1), date(2026, 2, 28)),
            (date(2026, 12, 31), Length(12), date(2027, 12, 31)),
            (date(2026, 1, 31), Length(1, 1), date(2026, 3, 1)),
            (date(2026, 3, 2), Length(0, 30), date(2026, 4, 1)),
            (date(9999, 1, 1), Length(12), None),
            (date(9999, 12, 31), Length(0, 1), None),
        ],
    )
    def test_is_that_of_the_calendar(self, since: date, length: Length, last: date | None) -> None:
        assert last_day(since, length) == last

    @given(DAYS, st.integers(0, 1200))
    def test_keeps_the_day_of_the_month_where_there_is_one(self, since: date, months: int) -> None:
        found = last_day(since, Length(months))
        assert found is not None
        assert (found.year * 12 + found.month) - (since.year * 12 + since.month) == months
        assert found.day == min(since.day, monthrange(found.year, found.month)[1])

    @given(DAYS, DAYS, LENGTHS)
    def test_never_comes_earlier_for_what_came_later(self, one: date, other: date, length: Length) -> None:
        first, second = sorted((one, other))
        assert (last_day(first, length) or date.max) <= (last_day(second, length) or date.max)


class TestALength:
    @pytest.mark.parametrize(
        ("value", "unit", "length"),
        [
            (Fraction(5), Unit.years, Length(60)),
            (Fraction(1, 2), Unit.years, Length(6)),
            (Fraction(12), Unit.months, Length(12)),
            (Fraction(30), Unit.days, Length(0, 30)),
            (None, Unit.years, None),
            (Fraction(1, 7), Unit.years, None),
            (Fraction(10), Unit.working_days, None),
            (Fraction(10), None, None),
        ],
    )
    def test_is_one_of_the_calendar_or_none(
        self, value: ParameterValue, unit: Unit | None, length: Length | None
    ) -> None:
        assert length_of(parameter(value, unit)) == length


class TestWhatIsKept:
    @given(DAYS, TERMS, st.sampled_from(Kind))
    def test_is_kept_until_the_last_day_of_all_that_applies(
        self, since: date, terms: list[KeepingTerm], kind: Kind
    ) -> None:
        found = kept(kind, since, terms)
        about = [each for each in terms if each.covers is Covers.everything or kind is Kind.videos]
        assert [applied.term for applied in found.by] == about
        if any(each.covers is Covers.everything for each in about):
            assert found.until == max(applied.until or date.max for applied in found.by)
        else:
            assert found.until is None

    @given(DAYS, TERMS, st.sampled_from(Kind))
    def test_is_kept_without_end_where_one_text_sets_no_length(
        self, since: date, terms: list[KeepingTerm], kind: Kind
    ) -> None:
        assert kept(kind, since, [*terms, term(None)]).until is None

    def test_is_kept_without_end_while_the_class_group_runs(self) -> None:
        assert kept(Kind.feed_rows, None, [term(Length(60))]).until is None

    def test_of_videos_both_terms_are_told_and_the_longer_holds(self) -> None:
        terms = [term(Length(12), Covers.videos, "live-video"), term(Length(60))]
        found = kept(Kind.videos, date(2020, 5, 1), terms)
        assert [each.until for each in found.by] == [date(2021, 5, 1), date(2025, 5, 1)]
        assert found.until == date(2025, 5, 1)

    def test_without_any_term_is_kept_without_end(self) -> None:
        assert kept(Kind.decisions, date(2020, 5, 1), []).until is None
        assert latest([]) is None


PACKS = load_packs()
EXPECTED = {
    "assessment-body-2022": {"offline-archive": (Covers.everything, None)},
    "bj-advanced-2020": {
        "live-video": (Covers.videos, Length(12)),
        "originals": (Covers.everything, Length(60)),
    },
    "bj-internet-plus-2020": {
        "live-video": (Covers.videos, Length(12)),
        "records": (Covers.everything, None),
    },
    "qhd-online-2020": {"training-records": (Covers.everything, Length(60))},
    "sg-onjob-2020": {"archive": (Covers.everything, None)},
    "standard": {},
}


@pytest.mark.parametrize("programme", sorted(PACKS.programmes()))
def test_the_packs_say_what_their_texts_say(programme: str) -> None:
    version = PACKS.versions(programme)[-1]
    found = {each.code: (each.covers, each.length) for each in keeping_terms(version)}
    assert found == EXPECTED[programme]
