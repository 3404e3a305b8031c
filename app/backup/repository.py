"""All SQL of backups: what is backed up, how far a recovery came, passwords."""

from datetime import datetime
from typing import NamedTuple

import asyncpg

from app.db.embedded.state import State
from app.db.roles import OWNER_LOGIN, PROGRAM_LOGIN, SUPERUSER
from app.db.session import ReadSession, driver

REACHED = """
    SELECT pg_last_wal_replay_lsn()::text, pg_last_xact_replay_timestamp()
"""


class Reached(NamedTuple):
    """How far a recovery came; None where there was none since the server started."""

    lsn: str | None
    last_commit_at: datetime | None


async def version(session: ReadSession) -> str:
    """Of PostgreSQL: `18.6`."""
    told: str = await (await driver(session)).fetchval("SHOW server_version")
    return told.split(maxsplit=1)[0]


async def schema(session: ReadSession) -> str:
    found: str = await (await driver(session)).fetchval("SELECT version_num FROM alembic_version")
    return found


async def reached(session: ReadSession) -> Reached:
    lsn, last_commit_at = await (await driver(session)).fetchrow(REACHED)
    return Reached(lsn, last_commit_at)


async def set_passwords(url: str, state: State) -> None:
    """Those of the new place: the old ones are nowhere but in the lost one."""
    connection = await asyncpg.connect(url)
    try:
        for login, password in (
            (SUPERUSER, state.superuser_password),
            (OWNER_LOGIN, state.owner_password),
            (PROGRAM_LOGIN, state.program_password),
        ):
            await connection.execute(f"ALTER ROLE {login} PASSWORD '{password}'")
    finally:
        await connection.close()
