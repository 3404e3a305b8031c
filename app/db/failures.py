"""What the driver's errors mean to a caller, and what they must not repeat."""

from collections.abc import Iterator

import asyncpg
from sqlalchemy.dialects.postgresql.asyncpg import AsyncAdapt_asyncpg_dbapi
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from app.core.errors import AppError, Text, Unavailable


class DatabaseUnreachable(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "无法连接数据库，未保存任何内容。请稍后重试。",
                "The database cannot be reached and nothing was stored. Try again a little later.",
            )
        )


class ConnectionLost(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "与数据库的连接中断，无法确认是否已保存。请稍后以相同的 Idempotency-Key 重试。",
                "The connection to the database was lost, and whether anything was stored is not known. "
                "Repeat the request with the same Idempotency-Key.",
            )
        )


class DatabaseBusy(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "数据库繁忙，未保存任何内容。请稍后重试。",
                "The database is busy and nothing was stored. Try again a little later.",
            )
        )


class DatabaseFull(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "数据库空间或内存不足，未保存任何内容。请通知管理员，稍后重试。",
                "The database has run out of space or memory and nothing was stored. "
                "Tell the operator, and try again later.",
            ),
            retry_after_s=60,
        )


class DatabaseNotPrepared(Unavailable):
    def __init__(self) -> None:
        super().__init__(
            Text(
                "数据库尚未迁移，或登录账号不属于角色 supervise_program。请运行 supervise migrate。",
                "The database is not migrated, or its login is no member of the role supervise_program. "
                "Run `supervise migrate`.",
            )
        )


LOST = ("08", "57P", "58")  # connection, shutdown, input and output of the system
BUSY = ("40", "55P03", "57014", "25P03", "25P04", "53300")  # rollback, locks, timeouts, connections
FULL = ("53",)
OVERTAKEN = "40001"


def as_unavailable(error: BaseException) -> AppError | None:
    """The answer to an error that says nothing about the request: the caller may repeat it. Else none."""
    if isinstance(error, PoolTimeoutError):
        return DatabaseBusy()
    state = _sqlstate(error)
    if state.startswith(BUSY):
        return DatabaseBusy()
    if state.startswith(FULL):
        return DatabaseFull()
    if state.startswith(LOST) or _is_broken(error):
        return ConnectionLost()
    return None


def is_overtaken(busy: BaseException) -> bool:
    """Another transaction was quicker: what a repeatable one saw is stale, and to begin it anew may help."""
    return busy.__cause__ is not None and _sqlstate(busy.__cause__) == OVERTAKEN


def hide_row_values(error: BaseException) -> None:
    """The server tells a failing row in the details of an error, and a malformed value in its message."""
    for link in _chain(error):
        if isinstance(link, asyncpg.PostgresError):
            link.detail = link.hint = link.context = None
        if _sqlstate(link).startswith("22"):
            link.args = (f"{type(link).__name__}: a value does not fit its column",)


def _sqlstate(error: BaseException) -> str:
    """The five characters by which PostgreSQL names an error; none where it is not PostgreSQL's."""
    driver = error.orig if isinstance(error, DBAPIError) else error
    return getattr(driver, "sqlstate", None) or ""


def _is_broken(error: BaseException) -> bool:
    """The driver's own complaints come without a code: a connection that closed, a backend that died.

    SQLAlchemy wraps them in an error of its adapter, and that, in a statement of its own, in another.
    """
    adapted = error.orig if isinstance(error, DBAPIError) else error
    complaint = adapted.__cause__ if isinstance(adapted, AsyncAdapt_asyncpg_dbapi.Error) else adapted
    return isinstance(complaint, ConnectionError | asyncpg.InterfaceError | asyncpg.InternalClientError)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__
