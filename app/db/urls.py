"""Database URLs as operators write them, and the one spelling that the driver understands."""

from typing import NewType
from urllib.parse import urlsplit, urlunsplit

DriverUrl = NewType("DriverUrl", str)
"""`postgresql://…`, with every parameter libpq knows; what asyncpg itself reads."""

SCHEMES = {"postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2"}


def driver_url(url: str) -> DriverUrl:
    """Accepts what other tools call a PostgreSQL URL; anything else is a mistake worth a sentence."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise ValueError(f"A database URL begins with postgresql://, not with {parts.scheme!r}.")
    return DriverUrl(urlunsplit(parts._replace(scheme="postgresql")))
