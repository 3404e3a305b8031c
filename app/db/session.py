"""The program's way to the database: `Database`, `transaction` (the only commit) and `reading`."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, NewType, Self

import asyncpg
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

from app.db.confinement import CONFINE, Confinement
from app.db.connection import DriverUrl, connect, driver_url
from app.db.failures import DatabaseNotPrepared, as_unavailable, hide_row_values
from app.db.pool import CountedPool
from app.db.roles import PROGRAM_ROLE, TENANT_ROLE

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
    def connect(
        cls, url: str, *, pool_size: int = 10, pool_timeout_s: float = 10, name: str = "program"
    ) -> Self:
        """Connections are made when they are first needed, and looked at before each use: servers restart.

        `name`: of the pool, in the metrics.
        """
        address = driver_url(url)
        engine = create_async_engine(
            "postgresql+asyncpg://",
            async_creator=lambda: _connection(address),
            hide_parameters=True,
            poolclass=CountedPool,
            pool_logging_name=name,
            pool_size=pool_size,
            max_overflow=0,
            pool_timeout=pool_timeout_s,
        )
        event.listen(engine.sync_engine, "checkout", _refuse_closed)
        return cls(engine)

    async def dispose(self) -> None:
        await self.engine.dispose()


async def _connection(address: DriverUrl) -> asyncpg.Connection:
    try:
        return await connect(address, SESSION_SETTINGS)
    except (asyncpg.InvalidParameterValueError, asyncpg.InsufficientPrivilegeError) as error:
        raise DatabaseNotPrepared from error  # no such role, or not for this login


def _refuse_closed(adapted: Any, *_: object) -> None:  # noqa: ANN401 (the driver's, as SQLAlchemy wraps it)
    """The pool makes another. A server that ends closes its connections: it need not be asked each time."""
    if adapted.driver_connection.is_closed():
        raise DisconnectionError


@asynccontextmanager
async def transaction(
    database: Database, *, repeatable: bool = False, within: Confinement | None = None
) -> AsyncIterator[WriteSession]:
    """Everything inside is stored together when the block ends well, or not at all.

    `repeatable`: all statements see the same moment, and what another changed since cannot be changed.
    `within`: only this owner's rows can be seen.
    """
    with _failures_explained():
        async with database.sessions() as session, session.begin():
            if repeatable:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            await _confine(session, within)
            yield WriteSession(ReadSession(session))


@asynccontextmanager
async def rehearsing(database: Database, *, repeatable: bool = False) -> AsyncIterator[WriteSession]:
    """A transaction that is always rolled back: what is written inside is seen inside, and never stored."""
    with _failures_explained():
        async with database.sessions() as session, session.begin():
            if repeatable:
                await session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
            try:
                yield WriteSession(ReadSession(session))
            finally:
                await session.rollback()


@asynccontextmanager
async def reading(
    database: Database,
    *,
    repeatable: bool = False,
    single: bool = False,
    within: Confinement | None = None,
) -> AsyncIterator[ReadSession]:
    """Nothing can be written inside; `repeatable` and `within` as for `transaction`.

    `single`: for one statement, which is a transaction of its own and spares the journeys around it. That it
    only reads nobody but its author sees to.
    """
    options: dict[str, Any] = {"postgresql_readonly": True}
    if repeatable:
        options["isolation_level"] = "REPEATABLE READ"
    if single:
        options["isolation_level"] = "AUTOCOMMIT"
    with _failures_explained():
        async with database.sessions() as session:
            await session.connection(execution_options=options)
            await _confine(session, within)
            yield ReadSession(session)


async def _confine(session: AsyncSession, within: Confinement | None) -> None:
    if within is not None:
        path = f"{within.premises}, public"
        await session.execute(CONFINE, {"role": TENANT_ROLE, "path": path, "owner": within.owner})


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


@asynccontextmanager
async def taken_back(session: WriteSession) -> AsyncIterator[None]:
    """Under a savepoint: what is written inside is undone, and its locks given back, when the block ends."""
    savepoint = (await driver(session)).transaction()
    await savepoint.start()
    try:
        yield
    finally:
        await savepoint.rollback()


async def driver(session: ReadSession) -> asyncpg.Connection:
    """The connection under the session, inside its transaction, for COPY.

    SQLAlchemy opens the transaction with its first own statement; COPY on a connection that has none would
    commit at once. To make it begin by a statement that says nothing would be one more journey.
    """
    connection = await (await session.connection()).get_raw_connection()
    raw: asyncpg.Connection = connection.driver_connection
    if not raw.is_in_transaction():
        adapted: Any = connection.dbapi_connection
        await adapted._start_transaction()  # noqa: SLF001
    return raw
