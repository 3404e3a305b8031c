"""Dated values of a policy, each with its source: the clause and the clause's own words."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction

from app.core.errors import Text
from app.rules.fact_names import Unit

Choices = tuple[Fraction | str, ...]
"""What a fact may be one of: numbers, ratios, words in lower case."""
ParameterValue = Fraction | bool | str | Choices | None
"""None is a blank: no authority has filled it yet, and what needs it does not apply."""
Requirements = tuple[str, ...]
"""Numbers in the list of requirements, as `43`, or rows of its parameter sheet, as `D0.3`."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """One dated value with its source: the clause and the clause's own words."""

    name: str
    title: Text
    value: ParameterValue
    clause: str
    words: str
    effective_from: date
    unit: Unit | None = None
    requirements: Requirements = ()

    @property
    def number(self) -> Fraction:
        """The value of a parameter that the loader has read as a number."""
        if not isinstance(self.value, Fraction):
            raise TypeError(self.name)
        return self.value

    @property
    def choices(self) -> Choices:
        """The value of a parameter that says what a fact may be one of."""
        if isinstance(self.value, tuple):
            return self.value
        return (self.number,)

    def document(self) -> dict[str, object]:
        return {
            "name": self.name,
            "title": self.title._asdict(),
            "value": written(self.value),
            "unit": self.unit,
            "requirements": self.requirements,
            "clause": self.clause,
            "words": self.words,
            "effective_from": self.effective_from.isoformat(),
        }


def written(value: ParameterValue) -> str | bool | None:
    """As a pack writes it, without binary approximation.

    >>> written(Fraction(4, 5)), written((Fraction(25), Fraction(16, 9), "h264")), written(None)
    ('0.8', '25, 16:9, h264', None)
    """
    if isinstance(value, tuple):
        return ", ".join([each if isinstance(each, str) else _number(each) for each in value])
    return _number(value) if isinstance(value, Fraction) else value


def _number(value: Fraction) -> str:
    """Exact: a pack writes no number with more digits than a `Decimal` divides without rounding.

    >>> _number(Fraction(4, 5)), _number(Fraction(40)), _number(Fraction(4, 3))
    ('0.8', '40', '4:3')
    """
    if not _is_decimal(value):
        return f"{value.numerator}:{value.denominator}"
    return format(Decimal(value.numerator) / Decimal(value.denominator), "f")


def _is_decimal(value: Fraction) -> bool:
    """Its denominator has no factors but 2 and 5."""
    rest = value.denominator
    for factor in (2, 5):
        while rest % factor == 0:
            rest //= factor
    return rest == 1
