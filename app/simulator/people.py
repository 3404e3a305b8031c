"""Invented people. Their ID numbers are formally valid, yet of counties that were never given out."""

from datetime import date, timedelta
from typing import NamedTuple

from stdnum.cn import ric

from app.simulator.chance import Chance

SURNAMES: tuple[str, ...] = (
    *"王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕",
    *("欧阳", "司马", "上官", "诸葛", "尉迟", "澹台", "亓官", "仉", "䶮", "𬱖", "侴"),
)
GIVEN: tuple[str, ...] = (
    *"伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂英华玉兰春梅海燕建国志文晓雨欣怡子涵浩然",
    *"䶮㛃𬭎𫖯喆堃淼犇翀彧玥頔𣲗",
)
GIVEN_OF_THE_WEST = ("阿依夏木", "古丽娜尔", "艾尔肯江", "吐尔逊阿依", "扎西次仁", "帕提古丽", "木合塔尔")
FATHERS_OF_THE_WEST = ("买买提", "艾合买提江", "吾斯曼", "热合曼", "卓玛才让", "阿不都拉")

UNGIVEN_COUNTIES = ("110199", "440299", "130399", "650199")
BIRTHDAYS = 13_000
"""Days over which birthdays are spread: ages of about 20 to 56."""
COPRIME_STEP = 7_919


class Person(NamedTuple):
    name: str
    id_number: str
    gender: str
    phone: str
    household_district: str


def person(seed: int, number: int) -> Person:
    """The same number is the same person, wherever they enroll."""
    chance = Chance(seed, "person", number)
    is_man = chance.happens(50)
    return Person(
        name=_name(chance),
        id_number=_id_number(number, is_man=is_man),
        gender="male" if is_man else "female",
        phone=f"1{chance.one_of('3589')}{chance.between(0, 999_999_999):09d}",
        household_district=chance.one_of(("110108", "110105", "440203", "130302", "650102")),
    )


def _name(chance: Chance) -> str:
    if chance.happens(4):
        return f"{chance.one_of(GIVEN_OF_THE_WEST)}·{chance.one_of(FATHERS_OF_THE_WEST)}"
    given = "".join(chance.one_of(GIVEN) for _ in range(chance.between(1, 2)))
    return chance.one_of(SURNAMES) + given


def _id_number(number: int, *, is_man: bool) -> str:
    """One number for each person: birthday and serial follow from the person's own number."""
    born = date(1970, 1, 1) + timedelta(days=number * COPRIME_STEP % BIRTHDAYS)
    turn = number // BIRTHDAYS
    serial = 2 * (turn // len(UNGIVEN_COUNTIES)) % 998 + (1 if is_man else 2)
    head = f"{UNGIVEN_COUNTIES[turn % len(UNGIVEN_COUNTIES)]}{born:%Y%m%d}{serial:03d}"
    return head + str(ric.calc_check_digit(f"{head}?"))
