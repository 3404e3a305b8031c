"""How values read on a page: figures, moments, days, money. Exact values come in, text goes out."""

from datetime import date, datetime
from decimal import ROUND_FLOOR, Decimal
from fractions import Fraction

from app.api.sheet_document import yuan
from app.core.clock import SHANGHAI
from app.rules.figures import shown_ratio

NONE = "—"


def moment(at: datetime | None) -> str:
    """To the minute, in Beijing time."""
    return NONE if at is None else at.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")


def day(of: date | datetime | None) -> str:
    """A day in Beijing."""
    if isinstance(of, datetime):
        of = of.astimezone(SHANGHAI).date()
    return NONE if of is None else of.isoformat()


def number(value: Decimal | int | None) -> str:
    """With separators.

    >>> number(1234567), number(Decimal("1234.50")), number(None)
    ('1,234,567', '1,234.50', '—')
    """
    return NONE if value is None else f"{value:,}"


def credited(hours: Decimal | int | None) -> str:
    """Credited hours to two decimals, cut off: who has enough of them reads so, and nobody else.

    >>> credited(Decimal("29.7748")), credited(40), credited(Decimal("39.9999"))
    ('29.77', '40', '39.99')
    """
    if hours is None:
        return NONE
    return f"{Decimal(hours).quantize(Decimal('0.01'), ROUND_FLOOR).normalize():,f}"


def percent(share: Decimal | None) -> str:
    """A share of four decimals as it stands, so that 79.99 % never reads 80 %.

    >>> percent(Decimal("0.8125")), percent(Decimal("1")), percent(Decimal("0.7999"))
    ('81.25 %', '100 %', '79.99 %')
    """
    if share is None:
        return NONE
    text = f"{share * 100:f}"
    return f"{text.rstrip('0').rstrip('.') if '.' in text else text} %"


def share(part: int, whole: int) -> Decimal | None:
    """How much of a whole a part of it is, for a bar beside both.

    >>> share(1, 3), share(0, 0)
    (Decimal('0.3333'), None)
    """
    return shown_ratio(Fraction(part, whole)) if whole else None


def hours(seconds: Decimal | int | None) -> str:
    """Clock hours and minutes, cut off: nobody is shown more than was credited.

    >>> hours(3725), hours(Decimal("59.9")), hours(None)
    ('1:02', '0:00', '—')
    """
    if seconds is None:
        return NONE
    minutes = int(seconds) // 60
    return f"{minutes // 60:,}:{minutes % 60:02}"


def short(id_or_hash: object) -> str:
    """The beginning of an id or a hash, where the whole would only be in the way."""
    text = id_or_hash.hex() if isinstance(id_or_hash, bytes) else str(id_or_hash)
    return text if len(text) <= 12 else f"{text[:8]}…"  # noqa: PLR2004


FILTERS = {
    "moment": moment,
    "day": day,
    "number": number,
    "credited": credited,
    "percent": percent,
    "share": share,
    "hours": hours,
    "yuan": yuan,
    "short": short,
}
