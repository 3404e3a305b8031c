"""The figures of facts: how each is kept exactly, and how it is shown."""

import re
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

from app.rules.days import SECOND
from app.rules.fact_names import FactName, Unit

Figure = int | Fraction | bool | str | None
"""The exact value of a fact: a count, a ratio, seconds, hours, a yes or no, a word; None: it is missing."""
StoredFigure = int | str | bool | None
"""The same as JSON keeps it: seconds as whole microseconds, other fractions as text ("4/3")."""
ShownFigure = int | Decimal | bool | str | None

SHOWN_DECIMALS = 4
MICROSECOND_DECIMALS = 6
_FRACTION = re.compile(r"-?[0-9]+(/[0-9]+)?", re.ASCII)


def stored(fact: FactName, figure: Figure) -> StoredFigure:
    """As JSON keeps it.

    >>> stored(FactName.credited_hours, Fraction(4, 3)), stored(FactName.credited_seconds, Fraction(3, 10))
    ('4/3', 300000)
    """
    if isinstance(figure, Fraction) and fact.unit is Unit.seconds:
        return int(figure * SECOND)
    return exact(figure)


@lru_cache(maxsize=4096)
def ratio(part: int, whole: int) -> Fraction | None:
    """None where there is no whole. Counts of lessons and questions are small and recur."""
    return Fraction(part, whole) if whole else None


@lru_cache(maxsize=4096)
def stored_ratio(part: int, whole: int) -> StoredFigure:
    """A rate as JSON keeps it.

    >>> stored_ratio(34, 40), stored_ratio(0, 0)
    ('17/20', None)
    """
    return exact(ratio(part, whole))


def exact(figure: Figure) -> StoredFigure:
    """A fraction as text, everything else as it is."""
    if figure is None or isinstance(figure, int):  # first, since to ask for a fraction takes far longer
        return figure
    return str(figure)


def read_exact(figure: StoredFigure) -> Figure:
    """What `exact` wrote; a text that is no fraction is a word.

    >>> read_exact("4/3"), read_exact("h264")
    (Fraction(4, 3), 'h264')
    """
    if isinstance(figure, str):
        return Fraction(figure) if _FRACTION.fullmatch(figure) else figure
    return figure


def from_stored(fact: FactName, figure: StoredFigure) -> Figure:
    """The exact figure again.

    >>> from_stored(FactName.credited_hours, "4/3")
    Fraction(4, 3)
    """
    if fact.unit is Unit.text:
        return figure
    if fact.unit is Unit.seconds and isinstance(figure, int):
        return Fraction(figure, SECOND)
    return read_exact(figure)


def shown(fact: FactName, figure: Figure) -> ShownFigure:
    """Rates and hours with four decimals, half up; seconds exactly; counts as they are.

    >>> shown(FactName.credited_hours, Fraction(4, 3)), shown(FactName.overlap_seconds, Fraction(3, 10))
    (Decimal('1.3333'), Decimal('0.3'))
    """
    if not isinstance(figure, Fraction):
        return figure
    return shown_seconds(figure) if fact.unit is Unit.seconds else shown_ratio(figure)


def shown_ratio(figure: Fraction) -> Decimal:
    return _half_up(figure, SHOWN_DECIMALS)


def shown_seconds(seconds: Fraction) -> Decimal:
    """Exact, since nothing is shorter than a microsecond.

    >>> shown_seconds(Fraction(144000)), shown_seconds(Fraction(59749999, 1000000))
    (Decimal('144000'), Decimal('59.749999'))
    """
    return _half_up(seconds, MICROSECOND_DECIMALS)


def _half_up(figure: Fraction, decimals: int) -> Decimal:
    scale = 10**decimals
    steps = (2 * figure.numerator * scale + figure.denominator) // (2 * figure.denominator)
    whole, rest = divmod(steps, scale)
    return Decimal(f"{whole}.{rest:0{decimals}}".rstrip("0").rstrip("."))
