"""All SQL of where checkpoints go: how far each outlet is, and the cosignatures that came back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import PurePath
from typing import NamedTuple

from app.db.session import ReadSession, WriteSession, driver

DIRECTORY = "directory"
COLUMNS = "kind, name, size, root, state, told, failures, tried_at, due_at"

# A claim lasts until `due_at`: whoever dies with it holds nobody up for longer. A try that lies farther ahead
# than a claim lasts was made before the clock was set back.
CLAIM = f"""
    INSERT INTO ledger_outlets ({COLUMNS})
    VALUES ($1, $2, NULL, NULL, 'waiting', NULL, 0, $4, $5)
    ON CONFLICT (kind, name) DO UPDATE SET tried_at = $4, due_at = $5
    WHERE (ledger_outlets.due_at <= $4 OR ledger_outlets.tried_at > $5)
      AND (ledger_outlets.root IS DISTINCT FROM $3 OR ledger_outlets.state <> 'holds')
    RETURNING {COLUMNS}
"""  # noqa: S608 (put together from constants)

PUT = f"""
    INSERT INTO ledger_outlets ({COLUMNS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (kind, name) DO UPDATE
    SET size = $3, root = $4, state = $5, told = $6, failures = $7, tried_at = $8, due_at = $9
"""  # noqa: S608

# The first one of a witness on a checkpoint is kept; it says the same as any later one.
ADD_COSIGNATURE = """
    INSERT INTO ledger_cosignatures (size, witness, vkey, line, cosigned_at) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT DO NOTHING
"""

COSIGNATURES = """
    SELECT size, witness, vkey, line, cosigned_at FROM ledger_cosignatures
    WHERE size = ANY ($1::bigint[])
    ORDER BY size, witness
"""


class OutletRow(NamedTuple):
    kind: str
    name: str
    size: int | None
    """Of the newest checkpoint that it is known to hold; likewise its root."""
    root: bytes | None
    state: str
    told: str | None
    """Why it does not hold the newest one, in a word."""
    failures: int
    """In a row."""
    tried_at: datetime
    due_at: datetime

    @property
    def told_name(self) -> str:
        """Of a directory its last part: where it lies is nobody's affair."""
        return PurePath(self.name).name if self.kind == DIRECTORY else self.name


class CosignatureRow(NamedTuple):
    size: int
    witness: str
    vkey: str
    """The key that it was verified by."""
    line: str
    cosigned_at: datetime


async def claim(
    session: WriteSession, kind: str, name: str, *, newest: bytes, at: datetime, until: datetime
) -> OutletRow | None:
    """As it stood; None: it holds the newest root, or is not due, or another program has it in hand."""
    row = await (await driver(session)).fetchrow(CLAIM, kind, name, newest, at, until)
    return None if row is None else OutletRow(*row)


async def put(session: WriteSession, row: OutletRow) -> None:
    await (await driver(session)).execute(PUT, *row)


async def outlet(session: ReadSession, kind: str, name: str) -> OutletRow | None:
    statement = f"SELECT {COLUMNS} FROM ledger_outlets WHERE (kind, name) = ($1, $2)"  # noqa: S608
    row = await (await driver(session)).fetchrow(statement, kind, name)
    return None if row is None else OutletRow(*row)


async def outlets(session: ReadSession) -> list[OutletRow]:
    statement = f"SELECT {COLUMNS} FROM ledger_outlets ORDER BY kind, name"  # noqa: S608
    return [OutletRow(*row) for row in await (await driver(session)).fetch(statement)]


async def add_cosignature(session: WriteSession, row: CosignatureRow) -> None:
    await (await driver(session)).execute(ADD_COSIGNATURE, *row)


async def cosignatures(session: ReadSession, sizes: Sequence[int]) -> Mapping[int, list[CosignatureRow]]:
    """By size, those that have any; each in the order of the witnesses' names."""
    found: dict[int, list[CosignatureRow]] = {}
    for row in await (await driver(session)).fetch(COSIGNATURES, sizes):
        found.setdefault(row[0], []).append(CosignatureRow(*row))
    return found


async def last_cosigned(session: ReadSession, witness: str) -> int | None:
    statement = "SELECT max(size) FROM ledger_cosignatures WHERE witness = $1"
    found = await (await driver(session)).fetchval(statement, witness)
    return None if found is None else int(found)


async def witness_keys(session: ReadSession) -> list[tuple[str, str]]:
    """Name and vkey of every witness that has ever cosigned."""
    statement = "SELECT DISTINCT witness, vkey FROM ledger_cosignatures ORDER BY witness, vkey"
    return [(row[0], row[1]) for row in await (await driver(session)).fetch(statement)]
