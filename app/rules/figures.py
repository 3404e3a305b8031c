"""The facts by name: what each is measured in, how it is kept exactly, and how it is shown."""

from decimal import Decimal
from enum import StrEnum, auto
from fractions import Fraction
from functools import lru_cache

from app.rules.days import SECOND

Figure = int | Fraction | bool | None
"""The exact value of a fact: a count, a ratio, seconds or hours, a yes or no; None where it is missing."""
StoredFigure = int | str | bool | None
"""The same as JSON keeps it: seconds as whole microseconds, other fractions as text ("4/3")."""
ShownFigure = int | Decimal | bool | None

SHOWN_DECIMALS = 4
MICROSECOND_DECIMALS = 6


class Unit(StrEnum):
    """What a fact is measured in; of a rate, what its numerator counts."""

    lessons = auto()
    questions = auto()
    exams = auto()
    verifications = auto()
    seconds = auto()
    hours = auto()
    yes_or_no = auto()


class FactName(StrEnum):
    required_lessons = auto()
    attended_lessons = auto()
    attendance_rate = auto()
    questions_asked = auto()
    questions_correct = auto()
    answer_accuracy = auto()
    credited_seconds = auto()
    overlap_seconds = auto()
    credited_hours = auto()
    exams_required = auto()
    exams_passed = auto()
    exam_pass_rate = auto()
    verifications_issued = auto()
    verifications_passed = auto()
    verification_pass_rate = auto()
    lessons_completed = auto()
    completion_rate = auto()
    evaluation_submitted = auto()

    @property
    def unit(self) -> Unit:
        return _UNITS[self]


_UNITS = {
    FactName.required_lessons: Unit.lessons,
    FactName.attended_lessons: Unit.lessons,
    FactName.attendance_rate: Unit.lessons,
    FactName.questions_asked: Unit.questions,
    FactName.questions_correct: Unit.questions,
    FactName.answer_accuracy: Unit.questions,
    FactName.credited_seconds: Unit.seconds,
    FactName.overlap_seconds: Unit.seconds,
    FactName.credited_hours: Unit.hours,
    FactName.exams_required: Unit.exams,
    FactName.exams_passed: Unit.exams,
    FactName.exam_pass_rate: Unit.exams,
    FactName.verifications_issued: Unit.verifications,
    FactName.verifications_passed: Unit.verifications,
    FactName.verification_pass_rate: Unit.verifications,
    FactName.lessons_completed: Unit.lessons,
    FactName.completion_rate: Unit.lessons,
    FactName.evaluation_submitted: Unit.yes_or_no,
}


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
    return Fraction(figure) if isinstance(figure, str) else figure


def from_stored(fact: FactName, figure: StoredFigure) -> Figure:
    """The exact figure again.

    >>> from_stored(FactName.credited_hours, "4/3")
    Fraction(4, 3)
    """
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
