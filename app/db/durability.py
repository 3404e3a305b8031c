"""A receipt is a promise: settings of the server under which it could be broken are refused at the start."""

import structlog
from sqlalchemy import text

from app.core.errors import AppError, Text
from app.db.session import Database, reading

PROMISED = ("fsync", "full_page_writes", "synchronous_commit")

log = structlog.get_logger()


class ForgetfulDatabase(AppError):
    def __init__(self, settings: list[str]) -> None:
        names = ", ".join(settings)
        super().__init__(
            Text(
                f"数据库设置 {names} 为 off：断电时会丢失已出具回执的数据。请改为 on 后再启动。",
                f"The database has {names} set to off: a power cut would lose what a receipt promised. "
                "Set it to on and start again.",
            )
        )


async def assert_durable(database: Database, *, accept_forgetful: bool = False) -> None:
    """`accept_forgetful` is for tests (Settings.accept_forgetful_database)."""
    statement = text(
        "SELECT name FROM pg_settings WHERE name = ANY(:names) AND setting = 'off' ORDER BY name"
    )
    async with reading(database) as session:
        forgetful = list(await session.scalars(statement, {"names": list(PROMISED)}))
    if not forgetful:
        return
    if not accept_forgetful:
        raise ForgetfulDatabase(forgetful)
    log.warning("the database may lose what it acknowledged", settings=forgetful)
