"""Which passwords are taken. Pure.

What is common is not looked up but recognised: words that everybody takes, runs of keys, repetitions. A list
would only hold those that somebody has found already.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator

from app.core.config import Settings
from app.core.errors import Text
from app.people.errors import WeakPassword

MAX_LENGTH = 128
"""Whoever hashes must not be kept busy with novels."""
LEAST_LEFT = 6
"""Characters beside the common ones that make a password one's own."""
LONGEST_UNIT = 6
FEWEST_DIFFERENT = 5

_ROWS = [
    *("01234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "147258369"),
    *("1q2w3e4r5t6y7u8i9o0p", "q1w2e3r4t5y6u7i8o9p0", "1qaz2wsx3edc4rfv5tgb6yhn7ujm"),
    *("qazwsxedcrfvtgbyhnujm", "zaq12wsxcde34rfvbgt5", "zaqxswcdevfrbgt"),
]
_RUNS = (*_ROWS, *(row[::-1] for row in _ROWS))
_WORDS = [
    *("password", "passw0rd", "passwort", "letmein", "welcome", "admin", "administrator", "root", "user"),
    *("login", "master", "secret", "dragon", "monkey", "sunshine", "princess", "football", "baseball"),
    *("superman", "batman", "trustno", "iloveyou", "changeme", "default", "guest", "test", "temp"),
    *("supervise", "supervision", "training", "platform", "regulator", "china", "beijing", "shanghai"),
    *("guangdong", "zhongguo", "woaini", "mima", "jiandu", "peixun", "butie", "renshe", "pingtai"),
    *("guanli", "guanliyuan", "anquan", "xuexi", "zhiye", "5201314", "1314520", "1314", "520"),
]
_LEET = str.maketrans("@4301!5$7", "aaeoiisst")
_WITH_SHIFT = str.maketrans("!@#$%^&*()", "1234567890")
_SHORTEST_RUN, _SHORTEST_WORD = 4, 3


def check_password(settings: Settings, password: str, about: Iterable[str]) -> None:
    """Raises `WeakPassword` with the reason. `about`: words about the person, which others try first."""
    if len(password) < settings.password_min_length:
        raise WeakPassword(
            Text(
                f"密码至少 {settings.password_min_length} 个字符。可用几个不相关的词组成一句。",
                f"A password has at least {settings.password_min_length} characters. "
                "Several unrelated words make a good one.",
            )
        )
    if len(password) > MAX_LENGTH:
        raise WeakPassword(
            Text(f"密码最多 {MAX_LENGTH} 个字符。", f"A password has at most {MAX_LENGTH} characters.")
        )
    if _kinds(password) < settings.password_classes:
        raise WeakPassword(
            Text(
                f"密码须含大写字母、小写字母、数字、其他字符中的 {settings.password_classes} 类。",
                f"A password needs {settings.password_classes} of: capitals, small letters, digits, others.",
            )
        )
    if is_common(password, about):
        raise WeakPassword(
            Text(
                "这个密码太常见，容易被猜到：由常用词、键盘顺序、重复或您的登录名组成。请换一个。",
                "This password is too common: made of words everybody uses, runs of keys, repetitions, or "
                "your login. Choose another.",
            )
        )


def is_common(password: str, about: Iterable[str] = ()) -> bool:
    """Whether little is left of it without what everybody would try.

    >>> is_common("Password2026!"), is_common("1qaz2wsx3edc"), is_common("correct horse battery staple")
    (True, True, False)
    """
    plain = unicodedata.normalize("NFKC", password).casefold()
    if len(set(plain)) < FEWEST_DIFFERENT or _is_repetition(plain):
        return True
    words = [
        *_WORDS,
        *(
            word.casefold()
            for each in about
            for word in re.split(r"\W+", each)
            if len(word) >= _SHORTEST_WORD
        ),
    ]
    guises = (plain, plain.translate(_LEET), plain.translate(_WITH_SHIFT))
    return any(_left(guise, words) < LEAST_LEFT for guise in guises)


def _left(text: str, words: Iterable[str]) -> int:
    for common in sorted(words, key=len, reverse=True):
        text = text.replace(common, " ")
    for run in _runs_in(text):
        text = text.replace(run, " ")
    text = re.sub(r"(.)\1{2,}", " ", text)
    text = re.sub(r"(?:19|20)\d{2}", " ", text)
    return len(re.sub(r"[\W_]", "", text))


def _runs_in(text: str) -> Iterator[str]:
    """Pieces that follow a row of keys or of the alphabet, the longest first."""
    found = set()
    for row in _RUNS:
        for start in range(len(row)):
            for end in range(start + _SHORTEST_RUN, len(row) + 1):
                if row[start:end] in text:
                    found.add(row[start:end])
    yield from sorted(found, key=len, reverse=True)


def _is_repetition(text: str) -> bool:
    return any(
        text == (text[:unit] * (len(text) // unit + 1))[: len(text)]
        for unit in range(1, min(LONGEST_UNIT, len(text) // 2) + 1)
    )


def _kinds(password: str) -> int:
    kinds = {
        "capital" if c.isupper() else "small" if c.islower() else "digit" if c.isdigit() else "other"
        for c in password
    }
    return len(kinds)
