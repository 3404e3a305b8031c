"""Temporary tables that stand before real ones: who reads those by their names reads these instead."""

from collections.abc import Iterable, Sequence

from app.db.session import WriteSession, driver


async def cast_shadows(session: WriteSession, tables: Iterable[str]) -> None:
    """Empty ones, until the transaction ends; the session should be `rehearsing`.

    Statements that this connection has prepared before would go on reading the real tables, so they are
    planned anew.
    """
    connection = await driver(session)
    for table in tables:
        await connection.execute(
            f"CREATE TEMPORARY TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP"
        )
    await connection.execute("DISCARD PLANS")


async def clear_shadows(session: WriteSession, tables: Sequence[str]) -> None:
    """Of these tables; a real one is never meant."""
    connection = await driver(session)
    for table in tables:
        await connection.execute(f"DELETE FROM pg_temp.{table}")  # noqa: S608 (a table's name)
