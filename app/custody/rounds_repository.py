"""All SQL of rounds: which checks wait, and what was closed."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.custody.documents import KeptCheck
from app.db.session import ReadSession, WriteSession, driver

TAKE = """
    DELETE FROM video_checks_waiting
    WHERE check_id IN (
        SELECT check_id FROM video_checks_waiting ORDER BY check_id LIMIT $1 FOR UPDATE SKIP LOCKED
    )
    RETURNING check_id
"""
CHECKS = """
    SELECT check_id, platform, class_group_id, video_id, kind, checked_at, outcome, figures::text, batch_id,
           line
    FROM video_checks WHERE check_id = ANY($1) ORDER BY check_id
"""
STORE = """
    INSERT INTO custody_rounds (round_id, closed_at, check_ids, secret_sealed, root)
    VALUES ($1, $2, $3, $4, $5)
"""


class ClosedRound(NamedTuple):
    round_id: UUID
    closed_at: datetime
    check_ids: Sequence[UUID]
    """In the order of the leaves."""
    secret_sealed: bytes
    root: bytes


async def take(session: WriteSession, most: int) -> list[KeptCheck]:
    """In the order of their ids; they wait no longer."""
    ids = [row[0] for row in await (await driver(session)).fetch(TAKE, most)]
    return await checks(session, ids)


async def checks(session: ReadSession, check_ids: Sequence[UUID]) -> list[KeptCheck]:
    """In the order of their ids."""
    rows = await (await driver(session)).fetch(CHECKS, check_ids)
    return [KeptCheck(**{**row, "figures": json.loads(row["figures"])}) for row in rows]


async def store(session: WriteSession, closed: ClosedRound) -> None:
    await (await driver(session)).execute(STORE, *closed)
