"""What all kinds have in common."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from app.core.errors import Text
from app.ingest.problems import invalid_type

STRING = Text("字符串", "a string")


class Kind(ABC):
    """Reads one value of a record as the decoder hands it over: str, int, Decimal, bool, list or dict."""

    suffix: ClassVar[str] = ""
    """What the column's name adds to the field's."""

    def hint(self) -> Text | None:
        """What the keywords of JSON Schema do not say."""
        return None

    @abstractmethod
    def read(self, value: object) -> Any:  # noqa: ANN401 (each kind has its own type of stored value)
        """The value as it is stored and compared; raises `Problem`."""

    def read_all(self, values: Sequence[object]) -> Sequence[Any]:
        """What `read` says of each. A kind may find a quicker way to it, never another answer."""
        return [self.read(value) for value in values]

    def shown(self, stored: Any) -> Any:  # noqa: ANN401
        """The stored value as the platform reads it back."""
        return stored

    @abstractmethod
    def schema(self) -> Mapping[str, Any]:
        """Keywords of JSON Schema."""


def string(value: object) -> str:
    if not isinstance(value, str):
        raise invalid_type(STRING)
    return value


def lines_of(values: Sequence[Any]) -> str | None:
    """One text to examine instead of many, a line each; None where a value is no line of text."""
    try:
        text = "\n".join(values)
    except TypeError:
        return None
    return text if text.count("\n") == len(values) - 1 else None
