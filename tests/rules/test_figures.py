"""How figures are shown and kept (semantics.md §3)."""

from decimal import Decimal
from fractions import Fraction

import pytest

from app.rules.fact_names import FactName
from app.rules.figures import Figure, StoredFigure, from_stored, shown, stored


@pytest.mark.parametrize(
    ("figure", "on_the_page"),
    [
        (Fraction(1, 8), "0.125"),
        (Fraction(1, 3), "0.3333"),
        (Fraction(2, 3), "0.6667"),
        (Fraction(1, 20_000), "0.0001"),
        (Fraction(99_999, 2_000_000), "0.05"),
        (Fraction(4_999, 100_000_000), "0"),
        (Fraction(160, 3), "53.3333"),
        (Fraction(40), "40"),
    ],
)
def test_rates_and_hours_have_four_decimals_half_up(figure: Fraction, on_the_page: str) -> None:
    assert shown(FactName.credited_hours, figure) == Decimal(on_the_page)


def test_seconds_are_shown_exactly() -> None:
    assert shown(FactName.credited_seconds, Fraction(59_749_999, 1_000_000)) == Decimal("59.749999")


def test_counts_truths_and_blanks_are_shown_as_they_are() -> None:
    assert shown(FactName.required_lessons, 40) == 40
    assert shown(FactName.evaluation_submitted, figure=True) is True
    assert shown(FactName.attendance_rate, None) is None


@pytest.mark.parametrize(
    ("fact", "figure", "kept"),
    [
        (FactName.credited_hours, Fraction(4, 3), "4/3"),
        (FactName.attendance_rate, Fraction(1), "1"),
        (FactName.credited_seconds, Fraction(3, 10), 300_000),
        (FactName.overlap_seconds, Fraction(0), 0),
        (FactName.exams_passed, 2, 2),
        (FactName.evaluation_submitted, False, False),
        (FactName.answer_accuracy, None, None),
    ],
)
def test_figures_are_kept_exactly(fact: FactName, figure: Figure, kept: StoredFigure) -> None:
    assert stored(fact, figure) == kept
    assert from_stored(fact, kept) == figure
