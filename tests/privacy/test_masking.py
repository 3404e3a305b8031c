"""Masked values: recognisable to their owner, useless to others."""

import doctest
from types import ModuleType

import pytest

from app.privacy import id_number, masking
from app.privacy.masking import last_four, mask_account, mask_id_number, mask_name, mask_phone, mask_text


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三丰", "张**"),
        ("李四", "李*"),
        ("欧阳娜娜", "欧***"),
        ("阿依古丽·买买提", "阿***·***"),
        ("𬭎𫖯", "𬭎*"),
        ("Anna Müller-Lee", "A*** ******-***"),
        ("王", "*"),
        ("", ""),
    ],
)
def test_a_name_keeps_its_first_character_and_its_shape(name: str, shown: str) -> None:
    assert mask_name(name) == shown


def test_an_id_number_keeps_its_province_and_its_last_four() -> None:
    assert mask_id_number("11010519491231002X") == "110***********002X"
    assert last_four("11010519491231002X") == "002X"


def test_a_phone_keeps_its_network_and_its_last_four() -> None:
    assert mask_phone("13800138000") == "138****8000"


def test_an_account_keeps_its_last_four() -> None:
    assert mask_account("6222021234567890123") == "***************0123"


@pytest.mark.parametrize("value", ["", "8000", "8000123", "1380013800"])
def test_a_value_too_short_to_hide_enough_shows_nothing(value: str) -> None:
    assert mask_phone(value) == "*" * len(value)


@pytest.mark.parametrize("module", [masking, id_number])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("张三 11010519491231002X", "张三 110***********002X"),
        ("证件11010519491231002x，手机13800138000。", "证件110***********002x，手机13800138000。"),
        ("ID11010519491231002X", "ID110***********002X"),
    ],
)
def test_id_numbers_are_masked_wherever_they_stand_in_a_text(text: str, shown: str) -> None:
    assert mask_text(text) == shown


@pytest.mark.parametrize(
    "text",
    [
        "",
        "第1课改到九点",
        "110105194912310021",  # the check character is wrong
        "11010519491331002X",  # there is no thirteenth month
        "211010519491231002X",  # a longer number
        "订单 1876543210987654321",
        "联系电话13800138000，0751-8888888",
        "𬭎𫖯",
    ],
)
def test_whatever_else_stands_in_a_text_stays(text: str) -> None:
    assert mask_text(text) == text
