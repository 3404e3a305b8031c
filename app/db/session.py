"""The program's way to the database: `Database`, `transaction` (the only commit) and `reading`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NewType, Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.db.connection import DriverUrl, connect, driver_url
from app.db.failures import DatabaseNotPrepared, as_unavailable, hide_row_values
from app.db.roles import PROGRAM_ROLE

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)

SESSION_SETTINGS = {
    "application_name": "supervise",
    "role": PROGRAM_ROLE,
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "20s",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}


class Database:
    """The pool of connections, each of them acting as the program's own role."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.sessions = async_sessionmaker(engine, expire_on_commit=False, autoflush=False)

    @classmethod
    def connect(cls, url: str, *, pool_size: int = 10, pool_timeout_s: float = 10) -> Self:
        """Connections are made when they are first needed, and tried before each use: servers restart."""
        address = driver_url(url)
        return cls(
            create_async_engine(
                "postgresql+asyncpg://",
                async_creator=lambda: _connection(address),
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=pool_timeout_s,
                pool_pre_ping=True,
            )
        )

    async def dispose(self) -> None:
        await self.engine.dispose()


async def _connection(address: DriverUrl) -> asyncpg.Connection:
    try:
        return await connect(address, SESSION_SETTINGS)
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        raise DatabaseNotPrepared from error  # no such role, or not for this login


@asynccontextmanager
async def transaction(database: Database, *, repeatable: bool = False) -> AsyncIterator[WriteSession]:
    """Everything inside is stored together when the block ends well, or not at all.

    `repeatable`: all statements see the same moment, and what another changed since cannot be changed.
    """
    with _failures_explained():
        async with database.sessions() as session, session.begin():
            if repeatable:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            yield WriteSession(ReadSession(session))


@asynccontextmanager
async def reading(database: Database, *, repeatable: bool = False) -> AsyncIterator[ReadSession]:
    """Nothing can be written inside; `repeatable`: all statements see the same moment."""
    options: dict[str, Any] = {"postgresql_readonly": True}
    if repeatable:
        options["isolation_level"] = "REPEATABLE READ"
    with _failures_explained():
        async with database.sessions() as session:
            await session.connection(execution_options=options)
            yield ReadSession(session)


@contextmanager
def _failures_explained() -> Iterator[None]:
    """An error leaves without the row it quotes, and as `Unavailable` where the request is not to blame."""
    try:
        yield
    except Exception as error:
        hide_row_values(error)
        unavailable = as_unavailable(error)
        if unavailable is None:
            raise
        raise unavailable from error


async def driver(session: ReadSession) -> asyncpg.Connection:
    """The connection under the session, inside its transaction, for COPY.

    SQLAlchemy opens the transaction with its first own statement; COPY on a connection that has none would
    commit at once.
    """
    connection = await session.connection()
    raw: asyncpg.Connection = (await connection.get_raw_connection()).driver_connection
    if not raw.is_in_transaction():
        await session.execute(text("SELECT 1"))
    return raw
