"""What was pasted or chosen, taken for what it is by its looks: a receipt, a number, a hash. Pure."""

import json
import re
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.errors import Text
from app.core.vocabulary import Eligibility
from app.verification.schemas import Asked

HASH = re.compile(r"(?:(sha256|sm3)[:：\s]\s*)?([0-9a-fA-F]{64})")
NUMBER = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
MOST = 1 << 20
DEEPEST = 32


class UnlikeOurs(Exception):
    """JSON of a kind that the platform never hands out: readers may take it for different things."""

    def __init__(self, why: Text) -> None:
        super().__init__(why.en)
        self.why = why


def read(text: str, stated: Eligibility | None = None) -> Asked:
    """All None: it is nothing that can be recognised."""
    text = text.strip().removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").strip()
    if len(text) > MOST:
        return Asked()
    if text.startswith("{"):
        try:
            told = _object(text)
        except UnlikeOurs as unlike:
            return Asked(fault=unlike.why)
        return Asked(proof=text) if told is not None and "proof" in told else Asked(receipt=told)
    if found := HASH.fullmatch(text):
        named = found[2].lower()
        return Asked(hash=f"{found[1]}:{named}" if found[1] else named)
    numbers = {each.lower() for each in NUMBER.findall(text)}
    if len(numbers) == 1:
        return Asked(number=UUID(numbers.pop()), stated=stated)
    return Asked()


def _object(text: str) -> dict[str, Any] | None:
    """Raises `UnlikeOurs`."""
    try:
        found = json.loads(text, object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return None
    _demand_plain(found, DEEPEST)
    return found if isinstance(found, dict) else None


def _each_once(pairs: Sequence[tuple[str, Any]]) -> dict[str, Any]:
    """Of a name that comes twice a reader would see the first, and the last would be verified."""
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            shown = "".join(each if each.isprintable() else "?" for each in name[:64])
            raise UnlikeOurs(
                Text(
                    f"字段 {shown} 出现了不止一次，平台给出的内容不会如此。",
                    f"It says {shown} more than once, which nothing that the platform gives does.",
                )
            )
        found[name] = value
    return found


def _demand_plain(found: object, depth: int) -> None:
    if isinstance(found, str):
        if not _is_unicode(found):
            raise UnlikeOurs(NO_TEXT)
    elif isinstance(found, dict | list):
        if depth == 0:
            raise UnlikeOurs(TOO_DEEP)
        for each in found:
            _demand_plain(each, depth - 1)
        for each in found.values() if isinstance(found, dict) else ():
            _demand_plain(each, depth - 1)


def _is_unicode(text: str) -> bool:
    """Whether it holds no half of a pair of surrogates, as JSON can."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


NO_TEXT = Text(
    "内容含有不成文字的字符（单独的代理项，如 \\ud800），平台给出的内容不会如此。",
    "It holds what is no character (half a pair of surrogates, such as \\ud800), which nothing that the "
    "platform gives does.",
)
TOO_DEEP = Text(
    f"内容嵌套超过 {DEEPEST} 层，平台给出的内容不会如此。",
    f"It is nested more than {DEEPEST} deep, which nothing that the platform gives is.",
)
