"""Closed sets, truth values, and lists of other kinds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from app.core.errors import Text
from app.ingest.kinds.kind import Kind, string
from app.ingest.problems import Problem, invalid_type, invalid_value


@dataclass(frozen=True, slots=True)
class Choice(Kind):
    members: Mapping[str, Text]
    """The allowed values, each in the words of the trade."""

    @classmethod
    def of(cls, **members: tuple[str, str]) -> Self:
        return cls({value: Text(*words) for value, words in members.items()})

    @classmethod
    def among(cls, vocabulary: type[StrEnum], *words: tuple[str, str]) -> Self:
        """The values of a shared vocabulary; one pair of words for each, in its order."""
        return cls({member.value: Text(*pair) for member, pair in zip(vocabulary, words, strict=True)})

    def hint(self) -> Text:
        return Text(
            "；".join(f"{value} {words.zh}" for value, words in self.members.items()),
            "; ".join(f"{value}: {words.en}" for value, words in self.members.items()),
        )

    def read(self, value: object) -> str:
        text = string(value)
        if text not in self.members:
            listed = ", ".join(self.members)
            raise invalid_value(f"取值应为以下之一：{listed}。", f"must be one of {listed}.")
        return text

    def read_all(self, values: Sequence[object]) -> Sequence[Any]:
        try:
            known = self.members.keys() >= set(values)
        except TypeError:  # a list or an object cannot be in a set
            known = False
        return values if known else Kind.read_all(self, values)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "string", "enum": list(self.members)}


@dataclass(frozen=True, slots=True)
class Flag(Kind):
    def read(self, value: object) -> bool:
        if not isinstance(value, bool):
            raise invalid_type(Text(" true 或 false", "true or false"))
        return value

    def read_all(self, values: Sequence[object]) -> Sequence[Any]:
        return values if set(map(type, values)) <= {bool} else Kind.read_all(self, values)

    def schema(self) -> Mapping[str, Any]:
        return {"type": "boolean"}


@dataclass(frozen=True, slots=True)
class ListOf(Kind):
    element: Kind
    least: int = 0
    most: int = 1000

    def read(self, value: object) -> list[Any]:
        if not isinstance(value, list):
            raise invalid_type(Text("数组", "an array"))
        if not self.least <= len(value) <= self.most:
            bounds = str(self.least) if self.least == self.most else f"{self.least}–{self.most}"
            raise invalid_value(f"应有 {bounds} 项。", f"must have {bounds} elements.")
        return [self._read_element(position, element) for position, element in enumerate(value)]

    def _read_element(self, position: int, value: object) -> object:
        try:
            return self.element.read(value)
        except Problem as problem:
            place = Text(f"第 {position + 1} 项", f"element {position + 1} ")
            reason = Text(place.zh + problem.reason.zh, place.en + problem.reason.en)
            raise Problem(problem.code, reason, f"/{position}") from None

    def hint(self) -> Text | None:
        return self.element.hint()

    def schema(self) -> Mapping[str, Any]:
        return {
            "type": "array",
            "items": self.element.schema(),
            "minItems": self.least,
            "maxItems": self.most,
        }
