"""Bytes on disk: of a learning record with its share of all that its batch leaves, and of a decision."""

from collections.abc import Sequence
from typing import NamedTuple

import asyncpg

from app.core.vocabulary import Feed
from tests.load.ingest import CONNECTIONS
from tests.load.pusher import push
from tests.load.site import Served, Site

OF_A_RECORD = (
    "learning_records",
    "batch_archives",
    "batch_class_groups",
    "touches",
    "ledger_pending",
    "ledger_entries",
    "batches",
)
OF_A_DECISION = ("decisions", "assessment_runs")
OF_AN_ENROLLMENT = ("assessments", "findings", "class_group_assessments")

# A table without partitions stands for itself.
SIZES = """
    SELECT sum(pg_table_size(relid))::float8, sum(pg_indexes_size(relid))::float8
    FROM (
        SELECT relid FROM pg_partition_tree($1::text::regclass) UNION SELECT $1::text::regclass
    ) AS part
"""


class Size(NamedTuple):
    table: str
    of: str
    rows: int
    """Records, decisions or enrollments that share the table."""
    heap_bytes: float
    """With what is stored out of line."""
    index_bytes: float

    @property
    def bytes_each(self) -> float:
        return (self.heap_bytes + self.index_bytes) / self.rows


def of_records(site: Site, served: Served, bodies: Sequence[bytes]) -> list[Size]:
    """Pushed on empty tables; touches are there until they are assessed."""
    site.emptied()
    pushed = push(served, Feed.learning_records, bodies, connections=CONNECTIONS)
    records = sum(sent.accepted for sent in pushed.sent)
    return _sizes(site, dict.fromkeys(OF_A_RECORD, ("learning record", records)))


def of_decisions(site: Site) -> list[Size]:
    """Of what has been assessed."""
    counts = {
        "decision": ("decisions", OF_A_DECISION),
        "enrollment": ("assessments", OF_AN_ENROLLMENT),
    }
    return [
        size
        for of, (counted, tables) in counts.items()
        for size in _sizes(site, {table: (of, _count(site, counted)) for table in tables})
    ]


def _count(site: Site, table: str) -> int:
    async def count(connection: asyncpg.Connection) -> int:
        return int(await connection.fetchval(f"SELECT count(*) FROM {table}"))  # noqa: S608 (a constant)

    return site.as_owner(count)


def _sizes(site: Site, tables: dict[str, tuple[str, int]]) -> list[Size]:
    async def measure(connection: asyncpg.Connection) -> list[Size]:
        await connection.execute("VACUUM")
        return [
            Size(table, of, rows, *(await connection.fetchrow(SIZES, table)))
            for table, (of, rows) in tables.items()
        ]

    return site.as_owner(measure)
