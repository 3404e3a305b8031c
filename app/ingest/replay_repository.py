"""All SQL that finds stored batches to be read again, and their archives."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.ids import BatchId, ClientId, Credential, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession, driver

STORED = """
    stored.batch_id, stored.platform, stored.feed, stored.client_id, stored.credential, stored.received_at,
    stored.leaf_hash
"""

BY_LEDGER_INDEX = f"""
    SELECT {STORED}
    FROM batches AS stored LEFT JOIN ledger_entries AS entry ON entry.subject_id = stored.batch_id
    WHERE stored.batch_id = ANY ($1)
    ORDER BY entry.index, stored.received_at, stored.batch_id
"""  # noqa: S608 (put together from constants)

ARCHIVE = """
    SELECT media_type, body_sealed, secret_sealed, outcomes FROM batch_archives
    WHERE batch_id = $1 AND received_at = $2
"""


class Stored(NamedTuple):
    """A batch, as far as its records can be read again."""

    batch_id: BatchId
    platform: PlatformCode
    feed: Feed
    client_id: ClientId
    credential: Credential
    received_at: datetime
    leaf_hash: bytes

    @classmethod
    def of(cls, row: Iterable[Any]) -> "Stored":
        found = cls(*row)
        return found._replace(feed=Feed(found.feed))


class Contents(NamedTuple):
    media_type: str
    body_sealed: bytes
    secret_sealed: bytes
    outcomes: bytes


async def batches(session: ReadSession, batch_ids: Collection[UUID]) -> list[Stored]:
    """Those that are stored, in the order of their ledger indexes; what has none yet comes last."""
    rows = await (await driver(session)).fetch(BY_LEDGER_INDEX, list(batch_ids))
    return [Stored.of(row) for row in rows]


async def contents(session: ReadSession, batch: Stored) -> Contents | None:
    """None: the archive is gone."""
    row = await (await driver(session)).fetchrow(ARCHIVE, batch.batch_id, batch.received_at)
    return None if row is None else Contents(*row)
