"""What a cell may hold, so that a spreadsheet shows it and never runs, rounds or reinterprets it."""

import unicodedata
from datetime import date, datetime
from decimal import Decimal

from app.core.clock import SHANGHAI

Cell = str | int | Decimal | bool | date | datetime | None

STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "|", "%")
IGNORED_AHEAD = "\u200b\u200c\u200d\u2060\ufeff\u00ad"
"""Signs without width: a spreadsheet may drop them and find a formula behind."""


def harmless(text: str) -> str:
    """Text that would start a formula gets an apostrophe in front, in full-width spelling too.

    >>> harmless("=1+1"), harmless("＝1+1"), harmless("张三")
    ("'=1+1", "'＝1+1", '张三')
    """
    return f"'{text}" if _starts_formula(text) else text


def written(value: date | datetime) -> str:
    """As RFC 3339 has it; instants as clocks in Shanghai show them."""
    return value.astimezone(SHANGHAI).isoformat() if isinstance(value, datetime) else value.isoformat()


def _starts_formula(text: str) -> bool:
    if text.startswith(STARTS_FORMULA):
        return True
    folded = unicodedata.normalize("NFKC", text[:8].lstrip(IGNORED_AHEAD)).lstrip()
    return folded.startswith(STARTS_FORMULA)
