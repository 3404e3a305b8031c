"""All SQL that compares the rows of feeds with what their batches say, in temporary tables of one session."""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from io import BytesIO
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Table

from app.audit.schemas import Since
from app.core.ids import BatchId, PlatformCode, first_uuid
from app.core.vocabulary import Feed
from app.db.session import ReadSession, WriteSession, driver
from app.ingest.decision import FIRST_BATCH
from app.ingest.districts import DISTRICT
from app.ingest.replay_repository import STORED, Stored

DERIVED = {DISTRICT, FIRST_BATCH}
"""Columns that no single record says."""
REPLAYED, LINKED = "replayed", "linked"
ROWS_AT_ONCE = 2_000
FEEDS = frozenset(Feed)
"""A batch of another is told by log.py: its archive does not hash to its entry."""

PLATFORMS = """
    SELECT platform, feed, sum(received)::bigint AS records FROM batches
    WHERE ($2::text IS NULL OR platform = $2) AND ($1::timestamptz IS NULL OR received_at >= $1)
    GROUP BY platform, feed
"""

BATCHES = f"""
    SELECT {STORED}, gone.batch_id IS NOT NULL AS is_withdrawn
    FROM batches AS stored LEFT JOIN distrusted_batches AS gone USING (batch_id)
    WHERE stored.platform = $1 AND stored.feed = $2 AND ($3::timestamptz IS NULL OR stored.received_at >= $3)
    ORDER BY stored.batch_id
"""  # noqa: S608 (put together from constants)

# Distrusted and not found yet by who takes back, or found and not taken back.
WITHDRAWALS_WAIT = """
    SELECT EXISTS (
        SELECT FROM distrusts JOIN batches AS stored
            ON stored.client_id = distrusts.client_id AND stored.credential = distrusts.credential
            AND stored.received_at >= distrusts.since
        LEFT JOIN distrusted_batches AS gone ON gone.batch_id = stored.batch_id
        WHERE stored.platform = $1 AND stored.feed = $2 AND gone.withdrawn_at IS NULL
    )
"""

DISPOSED = """
    SELECT object_id FROM disposed_objects JOIN batches ON batches.batch_id = object_id
    WHERE disposed_objects.kind = 'batch' AND platform = $1 AND feed = $2
"""

LEAVE_OUT = f"""
    DELETE FROM {REPLAYED} AS replayed USING disposals, batches AS stored
    WHERE disposals.platform = $1 AND disposals.class_group_id = replayed.class_group_id
      AND stored.batch_id = replayed.batch_id AND stored.received_at < disposals.disposed_at
"""  # noqa: S608 (put together from constants)

LINKS = f"""
    CREATE TEMPORARY TABLE {LINKED} (class_group_id text, batch_id uuid, is_certain boolean) ON COMMIT DROP
"""


class Source(NamedTuple):
    """A feed of a platform, and about how much it has sent."""

    platform: PlatformCode
    feed: Feed
    records: int


class Apart(NamedTuple):
    """A row that is not what it should be."""

    key: dict[str, str]
    fault: str
    columns: tuple[str, ...]
    batch_id: UUID | None
    line: int | None


class Sealed(NamedTuple):
    """What was sealed in the row, and again from the archive."""

    key: dict[str, str]
    batch_id: UUID
    line: int
    column: str
    stored: bytes | None
    replayed: bytes | None


async def sources(session: ReadSession, since: Since) -> list[Source]:
    """Largest first."""
    rows = await (await driver(session)).fetch(PLATFORMS, *since)
    found = [Source(PlatformCode(row[0]), Feed(row[1]), row[2]) for row in rows if row[1] in FEEDS]
    return sorted(found, key=lambda source: -source.records)


async def platforms_of(session: ReadSession, table: Table) -> set[PlatformCode]:
    """Of which rows are there: each found by the first column of the key."""
    statement = f"""
        WITH RECURSIVE found AS (
            (SELECT platform FROM {table.name} ORDER BY platform LIMIT 1)
            UNION ALL
            SELECT (SELECT platform FROM {table.name} AS next WHERE next.platform > found.platform
                    ORDER BY platform LIMIT 1)
            FROM found WHERE found.platform IS NOT NULL
        ) SELECT platform FROM found WHERE platform IS NOT NULL
    """  # noqa: S608 (names of our own tables)
    return {PlatformCode(row[0]) for row in await (await driver(session)).fetch(statement)}


async def batches(session: ReadSession, source: Source, since: Since) -> list[tuple[Stored, bool]]:
    """Each with whether it was taken back, in the order in which they were received."""
    rows = await (await driver(session)).fetch(BATCHES, source.platform, source.feed, since.moment)
    return [(Stored.of(row[:-1]), row[-1]) for row in map(tuple, rows)]


async def withdrawals_wait(session: ReadSession, source: Source) -> bool:
    return bool(await (await driver(session)).fetchval(WITHDRAWALS_WAIT, source.platform, source.feed))


async def disposed(session: ReadSession, source: Source) -> set[UUID]:
    """Batches whose archive was disposed of, with all that it is for."""
    rows = await (await driver(session)).fetch(DISPOSED, source.platform, source.feed)
    return {row[0] for row in rows}


async def leave_out_disposed(session: WriteSession, platform: PlatformCode) -> None:
    """Of what batches say, what is for class groups that have gone since."""
    await (await driver(session)).execute(LEAVE_OUT, platform)


async def prepare(session: WriteSession, table: Table) -> None:
    """Empty temporary tables for what batches say; they end with the transaction."""
    connection = await driver(session)
    await connection.execute(
        f"CREATE TEMPORARY TABLE {REPLAYED} (LIKE public.{table.name}, was_accepted boolean) ON COMMIT DROP"
    )
    for name in DERIVED & set(table.columns.keys()):
        await connection.execute(f"ALTER TABLE {REPLAYED} ALTER COLUMN {name} DROP NOT NULL")
    await connection.execute(LINKS)
    await connection.execute("SET LOCAL work_mem = '64MB'; SET LOCAL jit = off")


async def add_rows(session: WriteSession, names: Sequence[str], text: bytes) -> None:
    if text:
        await (await driver(session)).copy_to_table(
            REPLAYED, schema_name="pg_temp", source=BytesIO(text), columns=names, format="text"
        )


async def add_links(session: WriteSession, links: Iterable[tuple[str, BatchId, bool]]) -> None:
    records = list(links)
    if records:
        await (await driver(session)).copy_records_to_table(LINKED, schema_name="pg_temp", records=records)


async def settle(session: WriteSession, table: Table, *, several: bool) -> None:
    """Once all is there. `several`: of one key and revision there may be more than one record."""
    connection = await driver(session)
    if several:
        keys = ", ".join(_keys(table))
        await connection.execute(f"""
            DELETE FROM {REPLAYED} USING (
                SELECT ctid AS place, row_number() OVER (
                    PARTITION BY {keys} ORDER BY revision DESC, was_accepted DESC, batch_id
                ) AS number
                FROM {REPLAYED}
            ) AS ranked
            WHERE {REPLAYED}.ctid = ranked.place AND ranked.number > 1
        """)  # noqa: S608 (names of our own tables and columns)
    await connection.execute(f"ANALYZE {REPLAYED}; ANALYZE {LINKED}")


async def rows_apart(
    session: ReadSession, table: Table, platform: PlatformCode, since: Since, unreadable: Collection[UUID]
) -> AsyncIterator[Apart]:
    """What the batches say and the table does not, then what the table says and no batch."""
    connection = await driver(session)
    keys = _keys(table)
    async for row in connection.cursor(_said_apart(table), platform, prefetch=ROWS_AT_ONCE):
        fault = "missing" if row["is_gone"] else "changed"
        columns = () if row["is_gone"] else tuple(row["columns"])
        yield Apart(_key(table, platform, row, keys), fault, columns, row["batch_id"], row["line"])
    first = None if since.moment is None else first_uuid(since.moment)
    async for row in connection.cursor(
        _stored_apart(table), platform, first, list(unreadable), prefetch=ROWS_AT_ONCE
    ):
        key = _key(table, platform, row, keys)
        if row["is_named"]:
            yield Apart(key, "changed", ("revision",), row["batch_id"], row["line"])
        else:
            yield Apart(key, "added", (), None, None)


def _said_apart(table: Table) -> str:
    keys, names = _keys(table), _compared(table)
    differs = ", ".join(
        f"CASE WHEN stored.{name} IS DISTINCT FROM replayed.{name} THEN '{name}' END" for name in names
    )
    told = ", ".join(f"replayed.{name}" for name in keys)
    same = " AND ".join(f"stored.{name} IS NOT DISTINCT FROM replayed.{name}" for name in names)
    return f"""
        SELECT {told}, replayed.batch_id, replayed.line, stored.platform IS NULL AS is_gone,
               array_remove(ARRAY[{differs}], NULL) AS columns
        FROM {REPLAYED} AS replayed
        LEFT JOIN public.{table.name} AS stored ON stored.platform = $1 AND {_same_key(keys)}
        WHERE stored.platform IS NULL OR stored.revision < replayed.revision
           OR (stored.revision = replayed.revision AND NOT ({same}))
    """  # noqa: S608 (names of our own tables and columns)


def _stored_apart(table: Table) -> str:
    keys = _keys(table)
    told = ", ".join(f"stored.{name}" for name in keys)
    return f"""
        SELECT {told}, stored.batch_id, stored.line,
               EXISTS (SELECT FROM {REPLAYED} AS replayed WHERE {_same_key(keys)}) AS is_named
        FROM public.{table.name} AS stored
        WHERE stored.platform = $1 AND ($2::uuid IS NULL OR stored.batch_id >= $2)
          AND stored.batch_id <> ALL ($3)
          AND NOT EXISTS (
              SELECT FROM {REPLAYED} AS replayed
              WHERE {_same_key(keys)} AND replayed.revision >= stored.revision
          )
    """  # noqa: S608 (names of our own tables and columns)


async def first_batches_apart(
    session: ReadSession, table: Table, platform: PlatformCode
) -> list[dict[str, str]]:
    """Rows whose first batch is neither the one that was received first nor that of the first revision."""
    keys = _keys(table)
    names = ", ".join(f"replayed.{name}" for name in keys)
    statement = f"""
        SELECT {names}
        FROM {REPLAYED} AS replayed
        JOIN public.{table.name} AS stored ON stored.platform = $1 AND {_same_key(keys)}
        GROUP BY {names}, stored.{FIRST_BATCH}
        HAVING stored.{FIRST_BATCH} IS NULL OR stored.{FIRST_BATCH} <> ALL (ARRAY[
            (array_agg(replayed.batch_id ORDER BY replayed.batch_id))[1],
            (array_agg(replayed.batch_id ORDER BY NOT replayed.was_accepted, replayed.revision))[1]
        ])
    """  # noqa: S608 (names of our own tables and columns)
    rows = await (await driver(session)).fetch(statement, platform)
    return [_key(table, platform, row, keys) for row in rows]


async def sealed(session: ReadSession, table: Table, platform: PlatformCode) -> AsyncIterator[Sealed]:
    """Of rows that stand as a batch says: what is sealed, both ways."""
    keys = _keys(table)
    names = [name for name in table.columns.keys() if name.endswith("_sealed")]  # noqa: SIM118 (a collection)
    if not names:
        return
    told = ", ".join(f"replayed.{name}" for name in keys)
    pairs = ", ".join(f"stored.{name}, replayed.{name} AS again_{name}" for name in names)
    statement = f"""
        SELECT {told}, replayed.batch_id, replayed.line, {pairs}
        FROM {REPLAYED} AS replayed
        JOIN public.{table.name} AS stored
            ON stored.platform = $1 AND stored.revision = replayed.revision AND {_same_key(keys)}
    """  # noqa: S608 (names of our own tables and columns)
    async for row in (await driver(session)).cursor(statement, platform, prefetch=ROWS_AT_ONCE):
        for name in names:
            key = _key(table, platform, row, keys)
            yield Sealed(key, row["batch_id"], row["line"], name, row[name], row[f"again_{name}"])


def _keys(table: Table) -> list[str]:
    return [column.name for column in table.primary_key if column.name != "platform"]


def _compared(table: Table) -> list[str]:
    names = [column.name for column in table.columns]
    return [name for name in names if name not in DERIVED and not name.endswith("_sealed")]


def _same_key(keys: Sequence[str]) -> str:
    return " AND ".join(f"stored.{name} = replayed.{name}" for name in keys)


def _key(table: Table, platform: PlatformCode, row: Any, keys: Sequence[str]) -> dict[str, str]:  # noqa: ANN401
    has_platform = "platform" in table.primary_key.columns
    own = {"platform": str(platform)} if has_platform else {}
    return own | {name: str(row[name]) for name in keys}
