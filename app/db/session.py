"""The program's way to the database: `Database`, `transaction` (the only commit) and `reading`."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NewType, Self

import asyncpg
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.db.urls import DriverUrl, driver_url

ReadSession = NewType("ReadSession", AsyncSession)
WriteSession = NewType("WriteSession", ReadSession)

PROGRAM_ROLE = "supervise_program"

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
    def connect(cls, url: str, *, pool_size: int = 10) -> Self:
        """Connections are made when they are first needed."""
        address = driver_url(url)

        async def connection() -> asyncpg.Connection:
            return await _connection(address)

        return cls(
            create_async_engine(
                "postgresql+asyncpg://",
                async_creator=connection,
                hide_parameters=True,
                pool_size=pool_size,
                max_overflow=0,
                pool_timeout=10,
                pool_pre_ping=True,
                connect_args={},
            )
        )

    async def dispose(self) -> None:
        await self.engine.dispose()


async def _connection(address: DriverUrl) -> asyncpg.Connection:
    return await asyncpg.connect(address, timeout=10, server_settings=SESSION_SETTINGS)


@asynccontextmanager
async def transaction(database: Database, *, repeatable: bool = False) -> AsyncIterator[WriteSession]:
    """Everything inside is stored together when the block ends well, or not at all.

    `repeatable`: all statements see the same moment, and what another changed since cannot be changed.
    """
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
    async with database.sessions() as session:
        await session.connection(execution_options=options)
        yield ReadSession(session)


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
