"""Counts and measures, exactly the decimals written (semantics.md §3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact
from typing import Any, ClassVar

from app.core.errors import Text
from app.ingest.kinds.kind import Kind
from app.ingest.problems import invalid_type, invalid_value

LARGEST_INTEGER = 2**31 - 1
LARGEST_BIG_INTEGER = 2**63 - 1
LARGEST_MEASURE = 10**12
MOST_DECIMALS = 12
MILLISECONDS = 1000
WHOLE = Context(traps=[Inexact])
"""Raises rather than rounds."""


@dataclass(frozen=True, slots=True)
class Integer(Kind):
    """Bounded by what its column holds, unless the trade bounds it closer. `1.0` is no integer."""

    least: int = 0
    most: int = LARGEST_INTEGER

    def read(self, value: object) -> int:
        if type(value) is not int:  # a bool is an int to Python, not to JSON
            raise invalid_type(Text("整数（不带小数点）", "an integer, written without a decimal point"))
        if not self.least <= value <= self.most:
            raise invalid_value(
                f"应在 {self.least} 到 {self.most} 之间。", f"must lie between {self.least} and {self.most}."
            )
        return value

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        if set(map(type, values)) != {int} or min(values) < self.least or max(values) > self.most:
            return Kind.read_all(self, values)
        return values

    def schema(self) -> Mapping[str, Any]:
        return {"type": "integer", "minimum": self.least, "maximum": self.most}


@dataclass(frozen=True, slots=True)
class Measure(Kind):
    """A number ≥ 0, or > 0. Equal numbers are stored alike, however they were written."""

    decimals: int = MOST_DECIMALS
    positive: bool = False

    def read(self, value: object) -> int | Decimal:
        number = _number(value)
        if number < 0 or (self.positive and not number):
            zh, en = ("大于", "greater than") if self.positive else ("不小于", "at least")
            raise invalid_value(f"应{zh} 0。", f"must be {en} 0.")
        if number > LARGEST_MEASURE:
            raise invalid_value(f"不得大于 {LARGEST_MEASURE}。", f"must be at most {LARGEST_MEASURE}.")
        return _plain(number, self.decimals)

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        """Rates and scores repeat, and equal numbers are read alike: each is read once."""
        if not set(map(type, values)) <= {int, Decimal}:
            return Kind.read_all(self, values)
        known = {value: self.read(value) for value in set(values)}
        return [known[value] for value in values]

    def schema(self) -> Mapping[str, Any]:
        least = {"exclusiveMinimum": 0} if self.positive else {"minimum": 0}
        return {"type": "number", **least, "maximum": LARGEST_MEASURE}

    def hint(self) -> Text | None:
        if self.decimals == MOST_DECIMALS:
            return None
        return Text(f"最多 {self.decimals} 位小数。", f"At most {self.decimals} decimals.")


@dataclass(frozen=True, slots=True)
class Milliseconds(Kind):
    """Seconds with at most three decimals, stored as whole milliseconds."""

    suffix: ClassVar[str] = "_ms"

    def hint(self) -> Text:
        return Text("单位：秒，最多 3 位小数。", "In seconds, at most 3 decimals.")

    seconds: ClassVar[Measure] = Measure(decimals=3)

    def read(self, value: object) -> int:
        return int(self.seconds.read(value) * MILLISECONDS)

    def read_all(self, values: Sequence[Any]) -> Sequence[Any]:
        kinds = set(map(type, values))
        if not kinds <= {int, Decimal} or min(values) < 0 or max(values) > LARGEST_MEASURE:
            return Kind.read_all(self, values)
        times, whole = WHOLE.multiply, WHOLE.to_integral_exact
        try:
            return [
                value * MILLISECONDS if type(value) is int else int(whole(times(value, MILLISECONDS)))
                for value in values
            ]
        except Inexact:
            return Kind.read_all(self, values)

    def shown(self, stored: int) -> int | Decimal:
        return _plain(Decimal(stored).scaleb(-3), self.seconds.decimals)

    def schema(self) -> Mapping[str, Any]:
        return self.seconds.schema()


def _number(value: object) -> int | Decimal:
    if type(value) is int:
        return value
    if isinstance(value, Decimal):
        return value
    raise invalid_type(Text("数值", "a number"))


def _plain(number: int | Decimal, decimals: int) -> int | Decimal:
    """The one spelling of a bounded number: an int where it is whole, else without trailing zeros."""
    if isinstance(number, int):
        return number
    exact = number.normalize(Context(prec=len(number.as_tuple().digits)))
    exponent = exact.as_tuple().exponent
    if not isinstance(exponent, int) or -exponent > decimals:
        raise invalid_value(f"最多 {decimals} 位小数。", f"must have at most {decimals} decimals.")
    return exact if exponent < 0 else int(exact)
