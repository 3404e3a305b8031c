"""Invented people and organisations: formally valid, each number given once."""

from stdnum.cn import uscc

from app.privacy.id_number import birth_date
from app.simulator.organisations import ORGANISATION_WEIGHTS, enterprise, institution
from app.simulator.people import UNGIVEN_COUNTIES, person


def test_id_numbers_have_a_valid_check_digit_and_no_owner() -> None:
    for number in range(0, 30_000, 97):
        id_number = person(1, number).id_number
        assert birth_date(id_number)
        assert id_number[:6] in UNGIVEN_COUNTIES


def test_id_numbers_are_given_once() -> None:
    numbers = {person(1, number).id_number for number in range(20_000)}
    assert len(numbers) == 20_000


def test_the_sex_digit_tells_the_sex() -> None:
    for number in range(100):
        who = person(1, number)
        assert (int(who.id_number[16]) % 2 == 1) == (who.gender == "male")


def test_names_include_rare_characters_and_dotted_names() -> None:
    names = [person(1, number).name for number in range(2_000)]
    assert any("·" in name for name in names)
    assert any(ord(sign) > 0xFFFF for name in names for sign in name)


def test_credit_codes_are_valid_inside_and_out() -> None:
    for number in range(200):
        for code in (enterprise(1, number).uscc, institution(number).uscc):
            assert uscc.is_valid(code)
            organisation = code[8:17]
            total = sum(
                int(sign, 36) * weight
                for sign, weight in zip(organisation[:8], ORGANISATION_WEIGHTS, strict=True)
            )
            assert (total + "0123456789X".index(organisation[8])) % 11 == 0
