"""Personal data that can be found again: formally valid, invented, and searched for in every guise.

A test sends marked values through the doors, then looks for traces of them in logs, dumps and answers.
"""

import base64
import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache

from app.privacy.id_number import CHECK_CHARACTERS, check_character

DIGESTS = ("md5", "sha1", "sha256", "sha512", "sm3", "blake2b", "blake2s")
BLAKE2B_SHORT = 16
HEAD = 11
"""No guise is shorter than its head, by which it is looked up."""
BEHIND_A_POINT = re.compile(rb"\d\.\d*\Z")
"""The digits of a measured fraction, such as 0.0219980012355 seconds: a phone stands in one by chance."""
LONGEST_NUMBER = 25


@dataclass(slots=True)
class MarkedValues:
    """Hands out values that no other test and no chance makes, and remembers them."""

    issued: list[str] = field(default_factory=list)

    def id_number(self) -> str:
        """Of a region that never was, born in the days of the Qing."""
        digits = self._seventeen_digits()
        return self._remember(digits + check_character(digits))

    def mistaken_id_number(self) -> str:
        """As it comes from a typing error: all but the check character is right."""
        digits = self._seventeen_digits()
        right = CHECK_CHARACTERS.index(check_character(digits))
        return self._remember(digits + CHECK_CHARACTERS[right - 1])

    def phone(self) -> str:
        return self._remember(f"1998{len(self.issued):05d}55")

    def account(self) -> str:
        return self._remember(f"62999876{len(self.issued):09d}54")

    def traces_in(self, data: bytes) -> list[str]:
        """Each issued value that stands in the data: plain, encoded, or hashed without a key."""
        folded = _by_head((guise, value) for value in self.issued for guise in foldable_guises(value))
        exact = _by_head((guise, value) for value in self.issued for guise in base64_guises(value))
        found = _values_in(data.lower(), folded) | _values_in(data, exact)
        return [value for value in self.issued if value in found]

    def _seventeen_digits(self) -> str:
        return f"99{len(self.issued):04d}18991231718"

    def _remember(self, value: str) -> str:
        self.issued.append(value)
        return value


ByHead = Mapping[bytes, list[tuple[bytes, str]]]
"""Guises with the value they stand for, by how they begin."""


def _by_head(guises: Iterable[tuple[bytes, str]]) -> ByHead:
    by_head = defaultdict(list)
    for guise, value in guises:
        by_head[guise[:HEAD]].append((guise, value))
    return by_head


def _values_in(data: bytes, by_head: ByHead) -> set[str]:
    """Goes through the data once, however many values were issued."""
    return {
        value
        for at in range(len(data) - HEAD + 1 if by_head else 0)
        for guise, value in by_head.get(data[at : at + HEAD], ())
        if data.startswith(guise, at) and not _in_a_fraction(data, at)
    }


def _in_a_fraction(data: bytes, at: int) -> bool:
    return BEHIND_A_POINT.search(data, max(0, at - LONGEST_NUMBER), at) is not None


@cache
def foldable_guises(value: str) -> set[bytes]:
    """As it would stand in text that was folded to lower case."""
    spellings = {value.encode(), value.lower().encode()}
    return (
        {value.lower().encode(), value.lower().encode("utf-16-le")}
        | {spelling.hex().encode() for spelling in spellings}
        | {digest.encode() for spelling in spellings for digest in digests(spelling)}
    )


def digests(spelling: bytes) -> list[str]:
    available = [name for name in DIGESTS if name in hashlib.algorithms_available]
    short = hashlib.blake2b(spelling, digest_size=BLAKE2B_SHORT).hexdigest()
    return [short, *(hashlib.new(name, spelling, usedforsecurity=False).hexdigest() for name in available)]


@cache
def base64_guises(value: str) -> set[bytes]:
    """In the three ways its bytes can fall on base64's six bits, without the characters it shares."""
    plain = value.encode()
    return {
        base64.b64encode(bytes(shift) + plain)[-(-8 * shift // 6) : 8 * (shift + len(plain)) // 6]
        for shift in range(3)
    }
