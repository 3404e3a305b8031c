"""Form, birth date and check character of an ID number (GB 11643)."""

from datetime import date

import pytest

from app.privacy.id_number import birth_date, check_character


def with_check(digits: str) -> str:
    return digits + check_character(digits)


def test_the_example_of_the_standard_is_valid() -> None:
    assert birth_date("11010519491231002X") == date(1949, 12, 31)


def test_a_small_x_is_the_same_check_character() -> None:
    assert birth_date("11010519491231002x") == date(1949, 12, 31)


def test_every_wrong_digit_is_noticed() -> None:
    valid = with_check("11010519900307123")
    wrong = [
        valid[:place] + digit + valid[place + 1 :]
        for place in range(17)
        for digit in "0123456789"
        if digit != valid[place]
    ]
    assert len(wrong) == 153
    assert [number for number in wrong if birth_date(number)] == []


def test_a_region_that_was_renamed_or_created_later_is_no_fault() -> None:
    assert birth_date(with_check("11022419800101123")) == date(1980, 1, 1)
    assert birth_date(with_check("83000019900101123")) == date(1990, 1, 1)


@pytest.mark.parametrize(
    "number",
    [
        "",
        "11010519491231002",
        "11010519491231002XX",
        "１１０１０５１９４９１２３１００２Ｘ",
        " 11010519491231002X",
        "11010519491231002X\n",
        "1101051949123100X2",
        with_check("11010519900230123"),
        with_check("11010519901301123"),
        with_check("11010510900101123"),
        with_check("01010519900101123"),
    ],
)
def test_another_form_or_an_impossible_day_is_none(number: str) -> None:
    assert birth_date(number) is None
