"""Chance that can be repeated: each name has a stream of its own, the same on every machine."""

import random
from collections.abc import Sequence
from typing import TypeVar

Item = TypeVar("Item")


class Chance:
    """Builds on `random()` alone, whose sequence Python promises to keep from version to version."""

    def __init__(self, *name: object) -> None:
        self._next = random.Random("/".join(map(str, name))).random  # noqa: S311 -- plays, keeps no secret

    def between(self, low: int, high: int) -> int:
        """A whole number from `low` to `high`, both included."""
        return low + int(self._next() * (high - low + 1))

    def happens(self, percent: int) -> bool:
        return self._next() * 100 < percent

    def one_of(self, items: Sequence[Item]) -> Item:
        return items[self.between(0, len(items) - 1)]

    def hex_digits(self, count: int) -> str:
        return "".join("0123456789abcdef"[self.between(0, 15)] for _ in range(count))
