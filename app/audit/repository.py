"""All SQL of deep checks themselves: they are added and read, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from app.audit.schemas import DeepCheck
from app.db.session import ReadSession, WriteSession, driver

CHECKER = 7_362_021  # the advisory lock of all deep checks of one database

ADD = """
    INSERT INTO deep_checks (
        check_id, started_at, finished_at, size, root, since, platform, counts, differences, program_version
    ) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
"""

CHECKS = """
    SELECT check_id, started_at, finished_at, size, root, since, platform, counts, differences,
           program_version
    FROM deep_checks
    WHERE $1::uuid IS NULL OR check_id < $1
    ORDER BY check_id DESC
    LIMIT $2
"""

# A check that told fewer differences than it found proves nothing of what it did not tell.
LAST_RIGHT = """
    SELECT wanted.number, max(done.started_at)
    FROM jsonb_array_elements($1) WITH ORDINALITY AS wanted (place, number)
    JOIN deep_checks AS done ON NOT done.differences @> jsonb_build_array(wanted.place)
    WHERE done.since IS NULL
      AND (done.platform IS NULL OR done.platform = wanted.place -> 'key' ->> 'platform')
      AND jsonb_array_length(done.differences) = (done.counts ->> 'differences')::int
    GROUP BY wanted.number
"""

# Before the first one, since there was anything to check.
NEWEST = """
    SELECT coalesce(
        (SELECT max(started_at) FROM deep_checks WHERE since IS NULL AND platform IS NULL),
        (SELECT recorded_at FROM ledger_entries ORDER BY index LIMIT 1)
    )
"""


async def is_checker(session: WriteSession) -> bool:
    """Until the transaction ends nobody else is."""
    return bool(await (await driver(session)).fetchval("SELECT pg_try_advisory_xact_lock($1)", CHECKER))


async def newest(session: ReadSession) -> datetime | None:
    """When the last check of everything began; None: there is nothing to check."""
    found: datetime | None = await (await driver(session)).fetchval(NEWEST)
    return found


async def last_right(session: ReadSession, places: Sequence[dict[str, Any]]) -> dict[int, datetime]:
    """Of each place, by its number from 0, the last check that found no difference there."""
    rows = await (await driver(session)).fetch(LAST_RIGHT, _json(list(places)))
    return {number - 1: moment for number, moment in rows if moment is not None}


async def add(session: WriteSession, check: DeepCheck) -> None:
    counts, differences = _json(check.counts), _json(check.differences)
    *before, _, _, version = check
    await (await driver(session)).execute(ADD, *before, counts, differences, version)


async def checks(session: ReadSession, *, before: UUID | None, limit: int) -> list[DeepCheck]:
    """The newest first."""
    return [DeepCheck(*row) for row in await (await driver(session)).fetch(CHECKS, before, limit)]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()
