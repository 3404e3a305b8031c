"""All SQL of draws: what was announced, and the checkpoint that drew."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from app.core.ids import DrawId
from app.db.session import ReadSession, WriteSession, driver

STORE = """
    INSERT INTO draws (draw_id, purpose, announced_at, wanted, population, secret)
    VALUES ($1, $2, $3, $4, $5, $6)
"""

WITH_CHECKPOINT = """
    SELECT draw.draw_id, draw.purpose, draw.announced_at, draw.wanted, draw.population, draw.secret, (
        SELECT note FROM ledger_checkpoints
        WHERE size > (
            SELECT index FROM ledger_entries
            WHERE subject_id = draw.draw_id AND recorded_at = draw.announced_at
        )
        ORDER BY size LIMIT 1
    )
    FROM draws AS draw
    WHERE draw.draw_id = $1
"""


ANNOUNCED = """
    SELECT draw_id, purpose, announced_at, wanted, cardinality(population)
    FROM draws
    WHERE $1::uuid IS NULL OR draw_id < $1
    ORDER BY draw_id DESC LIMIT $2
"""


class Announced(NamedTuple):
    """A draw as lists show it."""

    draw_id: DrawId
    purpose: str
    announced_at: datetime
    wanted: int
    population: int
    """How many could be drawn."""


class Draw(NamedTuple):
    draw_id: DrawId
    purpose: str
    announced_at: datetime
    wanted: int
    population: Sequence[str]
    """Each once, by code point."""
    secret: bytes
    """Of the salts; no more secret than the population that stands beside it."""


async def store(session: WriteSession, draw: Draw) -> None:
    await (await driver(session)).execute(STORE, *draw)


async def with_checkpoint(session: ReadSession, draw_id: DrawId) -> tuple[Draw, str | None] | None:
    """The draw, and the note of the first published checkpoint that covers its entry; None: no such draw."""
    row = await (await driver(session)).fetchrow(WITH_CHECKPOINT, draw_id)
    return None if row is None else (Draw(*row[:-1]), row[-1])


async def announced(session: ReadSession, before: DrawId | None, limit: int) -> list[Announced]:
    """The newest first."""
    rows = await (await driver(session)).fetch(ANNOUNCED, before, limit)
    return [Announced(*row) for row in rows]
