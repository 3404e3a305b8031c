"""Kinds of values a feed's field may hold. Each has one `read`: the stored value, or a `Problem`."""

from app.ingest.kinds.choices import Choice, Flag, ListOf
from app.ingest.kinds.identities import Identifier, IdNumber, Uscc
from app.ingest.kinds.kind import Kind
from app.ingest.kinds.numbers import Integer, Measure, Milliseconds
from app.ingest.kinds.texts import FreeText, MobilePhone, Pattern, SealedText, Url, is_mobile
from app.ingest.kinds.times import Day, Instant

__all__ = [
    "Choice",
    "Day",
    "Flag",
    "FreeText",
    "IdNumber",
    "Identifier",
    "Instant",
    "Integer",
    "Kind",
    "ListOf",
    "Measure",
    "Milliseconds",
    "MobilePhone",
    "Pattern",
    "SealedText",
    "Url",
    "Uscc",
    "is_mobile",
]
