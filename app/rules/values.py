"""What the single values of a policy pack may say, each read from its text or refused in words."""

import re
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from fractions import Fraction
from typing import TypeVar

from app.core.vocabulary import QuizAttempt
from app.rules.fact_names import Unit
from app.rules.nodes import Wrong
from app.rules.parameters import ParameterValue

Choice = TypeVar("Choice", bound=StrEnum)

FIRST_DAY = date(1992, 1, 1)
"""Since then Shanghai has kept UTC+08:00 without summer time, on which `days` relies."""
BLANKS = {"", "~", "null"}
FLAGS = {"true": True, "false": False}
NUMBER = re.compile(r"[0-9]{1,12}(\.[0-9]{1,12})?", re.ASCII)
"""Few enough digits for exact decimal division, see `policy`."""
NAME = re.compile(r"[a-z][a-z0-9]*([-_][a-z0-9]+)*", re.ASCII)
CODE = re.compile(rf"{NAME.pattern}|[A-Z]{{3,4}}_[0-9]{{2}}(-[a-z0-9]+)*", re.ASCII)
LETTER_OR_MARK = re.compile(r"[A-Za-z,:]")
RATIO = re.compile(r"([1-9][0-9]{0,5}):([1-9][0-9]{0,5})", re.ASCII)
WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.+-]{0,39}", re.ASCII)
REQUIREMENT = re.compile(r"[1-9][0-9]{0,2}|D0\.[1-9][0-9]?", re.ASCII)
LONGEST_CODE = 64


def read_words(text: str) -> str:
    if not text.strip():
        raise Wrong("不能为空。", "This may not be empty.")
    return text.strip()


def read_name(text: str) -> str:
    """Of a programme or parameter."""
    if not NAME.fullmatch(text) or len(text) > LONGEST_CODE:
        raise Wrong(
            "应为小写字母、数字，以单个连字符或下划线分隔，最长64个字符。",
            "Small letters and digits, joined by single hyphens or underscores, at most 64 characters.",
        )
    return text


def read_code(text: str) -> str:
    """Of a rule or another provision: a name, or the code of a requirement."""
    if not CODE.fullmatch(text) or len(text) > LONGEST_CODE:
        raise Wrong(
            "应为小写字母、数字，以单个连字符或下划线分隔，或如 ATT_01、VID_01-fps；最长64个字符。",
            "Small letters and digits, joined by single hyphens or underscores, or as ATT_01, VID_01-fps; "
            "at most 64 characters.",
        )
    return text


def read_day(text: str) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise Wrong("日期应写作 YYYY-MM-DD。", "A date is written YYYY-MM-DD.")
    if day < FIRST_DAY:
        raise Wrong(f"不能早于 {FIRST_DAY}。", f"No earlier than {FIRST_DAY}.")
    return day


def read_number(text: str) -> Fraction:
    if not NUMBER.fullmatch(text):
        raise Wrong(
            "应为十进制数，小数点前后各不超过12位。",
            "A decimal number, with at most 12 digits before and after the point.",
        )
    return Fraction(text)


def read_positive(text: str) -> Fraction:
    number = read_number(text)
    if not number:
        raise Wrong("应大于零。", "This must be more than zero.")
    return number


def read_share(text: str) -> Fraction:
    share = read_positive(text)
    if share > 1:
        raise Wrong("比例不能大于1。", "A share is at most 1.")
    return share


def read_whole_or_blank(text: str) -> Fraction | None:
    if text in BLANKS:
        return None
    number = read_positive(text)
    if number.denominator != 1:
        raise Wrong("应为整数。", "A whole number belongs here.")
    return number


def read_flag(text: str) -> bool:
    if text not in FLAGS:
        raise Wrong("应为 true 或 false。", "Either true or false.")
    return FLAGS[text]


def read_parameter(text: str) -> ParameterValue:
    """A number, a yes or no, a list of what a fact may be one of, or a blank.

    >>> read_parameter("0.8"), read_parameter("16:9, 4:3"), read_parameter("H264, avc")
    (Fraction(4, 5), (Fraction(16, 9), Fraction(4, 3)), ('h264', 'avc'))
    """
    if text in BLANKS:
        return None
    if text in FLAGS:
        return FLAGS[text]
    if LETTER_OR_MARK.search(text):
        return tuple([_read_choice(each.strip()) for each in text.split(",")])
    return read_number(text)


def _read_choice(text: str) -> Fraction | str:
    if ratio := RATIO.fullmatch(text):
        return Fraction(int(ratio[1]), int(ratio[2]))
    if WORD.fullmatch(text):
        return text.casefold()
    return read_number(text)


def read_unit(text: str) -> Unit:
    return choice_of(Unit)(text)


def read_requirement(text: str) -> str:
    if not REQUIREMENT.fullmatch(text):
        raise Wrong("应为要求编号，如 43 或 D0.3。", "The number of a requirement, as 43 or D0.3.")
    return text


def choice_of(choices: type[Choice]) -> Callable[[str], Choice]:
    def read(text: str) -> Choice:
        if text not in set(choices):
            known = ", ".join(choices)
            raise Wrong(f"应为其中之一：{known}。", f"One of: {known}.")
        return choices(text)

    return read


COUNTING: dict[str, Callable[[str], ParameterValue]] = {
    "minutes_per_hour": read_positive,
    "vod_attended_share": read_share,
    "stop_at_failed_verification": read_flag,
    "quiz_attempt": choice_of(QuizAttempt),
    "daily_cap_minutes": read_whole_or_blank,
    "completion_tolerance_seconds": read_whole_or_blank,
    "whole_hours_per_course": read_flag,
    "one_person_at_once": read_flag,
    "late_after_live_minutes": read_whole_or_blank,
    "late_after_vod_minutes": read_whole_or_blank,
}
"""The counting parameters and what each may say."""
