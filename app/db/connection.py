"""Reaching a PostgreSQL by the URL that an operator wrote."""

from collections.abc import Mapping
from typing import NewType
from urllib.parse import urlsplit

import asyncpg

from app.core.errors import AppError, Text
from app.db.failures import DatabaseUnreachable

DriverUrl = NewType("DriverUrl", str)
"""`postgresql://…` with every parameter that libpq knows: what the driver itself reads."""

SCHEMES = ("postgres", "postgresql", "postgresql+asyncpg", "postgresql+psycopg", "postgresql+psycopg2")
TIMEOUT_S = 10


class UnknownDatabase(AppError):
    def __init__(self, scheme: str) -> None:
        super().__init__(
            Text(
                f"只支持 PostgreSQL，数据库地址应以 postgresql:// 开头，而不是 {scheme!r}。",
                f"Only PostgreSQL is supported: a database URL begins with postgresql://, not {scheme!r}.",
            )
        )


def driver_url(url: str) -> DriverUrl:
    """Accepts the spellings of other tools."""
    parts = urlsplit(url)
    if parts.scheme not in SCHEMES:
        raise UnknownDatabase(parts.scheme)
    return DriverUrl(parts._replace(scheme="postgresql").geturl())


async def connect(address: DriverUrl, settings: Mapping[str, str]) -> asyncpg.Connection:
    try:
        return await asyncpg.connect(address, timeout=TIMEOUT_S, server_settings=dict(settings))
    except OSError as error:  # refused, unknown host, too slow
        raise DatabaseUnreachable from error
