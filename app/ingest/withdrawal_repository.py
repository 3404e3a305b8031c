"""All SQL of withdrawals: which batches are distrusted, what stands of them, what stood before."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from uuid import UUID

from sqlalchemy import Table

from app.core.ids import BatchId, PlatformCode
from app.core.vocabulary import Feed
from app.db.session import ReadSession, WriteSession, driver
from app.ingest.copy_text import array_literal
from app.ingest.merge import Key
from app.ingest.replay_repository import STORED, Stored
from app.ingest.repository import POSTGRESQL

_WITHDRAWALS_LOCK = 0x77697468  # "with"

FIND = """
    INSERT INTO distrusted_batches (batch_id, platform, feed, distrust_id)
    SELECT DISTINCT ON (stored.batch_id) stored.batch_id, stored.platform, stored.feed, distrust_id
    FROM distrusts JOIN clients ON clients.client_id = distrusts.client_id
    JOIN batches AS stored ON stored.platform = clients.platform AND stored.client_id = distrusts.client_id
        AND stored.credential = distrusts.credential AND stored.received_at >= distrusts.since
    WHERE distrusts.recorded_at >= $1 AND NOT EXISTS (
        SELECT FROM disposed_objects AS gone WHERE gone.kind = 'batch' AND gone.object_id = stored.batch_id
    )
    ORDER BY stored.batch_id, distrusts.recorded_at
    ON CONFLICT DO NOTHING
    RETURNING batch_id
"""

WAITING = f"""
    WITH oldest AS (
        SELECT platform, feed FROM distrusted_batches WHERE withdrawn_at IS NULL
        ORDER BY platform, feed, batch_id
        LIMIT 1
    )
    SELECT {STORED}
    FROM oldest JOIN distrusted_batches AS waiting
        ON waiting.platform = oldest.platform AND waiting.feed = oldest.feed
    JOIN batches AS stored ON stored.batch_id = waiting.batch_id
    WHERE waiting.withdrawn_at IS NULL
    ORDER BY stored.batch_id
    LIMIT $1
"""  # noqa: S608 (put together from constants, like the next but one)

NUMBER_WAITING = """
    SELECT count(*), min(recorded_at)
    FROM (SELECT distrust_id FROM distrusted_batches WHERE withdrawn_at IS NULL LIMIT $1) AS waiting
    JOIN distrusts USING (distrust_id)
"""

# What was accepted for a class group is linked to it; what was unchanged, and so vouches for a record that a
# distrusted batch brought, is not, but came since the first distrust.
TRUSTED = f"""
    SELECT {STORED}
    FROM batches AS stored
    WHERE stored.platform = $1 AND stored.feed = $2 AND stored.accepted + stored.unchanged > 0
      AND stored.batch_id <> ALL ($4::uuid[])
      AND (
          $3::text[] IS NULL
          OR stored.received_at >= (SELECT min(since) FROM distrusts)
          OR stored.batch_id IN (
              SELECT named.batch_id FROM batch_class_groups AS named
              WHERE named.platform = $1 AND named.class_group_id = ANY ($3)
          )
      )
      AND NOT EXISTS (
          SELECT FROM distrusts
          WHERE distrusts.client_id = stored.client_id AND distrusts.credential = stored.credential
            AND distrusts.since <= stored.received_at
      )
      AND NOT EXISTS (
          SELECT FROM disposed_objects AS gone WHERE gone.kind = 'batch' AND gone.object_id = stored.batch_id
      )
    ORDER BY stored.batch_id
"""  # noqa: S608

LINK = """
    INSERT INTO batch_class_groups (platform, class_group_id, batch_id)
    SELECT $1, link.class_group_id, link.batch_id
    FROM unnest($2::text[], $3::uuid[]) AS link (class_group_id, batch_id)
    ON CONFLICT DO NOTHING
"""

TOUCH = """
    INSERT INTO touches (platform, class_group_id, learner_ids, touched_at)
    SELECT $1, touched.class_group_id, touched.learner_ids::text[], $4
    FROM unnest($2::text[], $3::text[]) AS touched (class_group_id, learner_ids)
"""

# A platform that sends the same again under a key it trusts must not be told that it is there.
FORGET_KEYS = "DELETE FROM idempotency_keys WHERE batch_id = ANY ($1)"

DONE = "UPDATE distrusted_batches SET withdrawn_at = $2 WHERE batch_id = ANY ($1)"


async def find(session: WriteSession, recorded_after: datetime) -> int:
    return len(await (await driver(session)).fetch(FIND, recorded_after))


async def is_withdrawer(session: WriteSession) -> bool:
    """Until the transaction ends nobody else is."""
    is_ours: bool = await (await driver(session)).fetchval(
        "SELECT pg_try_advisory_xact_lock($1)", _WITHDRAWALS_LOCK
    )
    return is_ours


async def waiting(session: WriteSession, most: int) -> list[Stored]:
    """Some of one platform and feed."""
    return [Stored.of(row) for row in await (await driver(session)).fetch(WAITING, most)]


async def trusted(
    session: WriteSession,
    platform: PlatformCode,
    feed: Feed,
    *,
    class_group_ids: Collection[str] | None,
    but: Iterable[BatchId],
) -> list[Stored]:
    """In the order in which they were received; None: whatever class group they are for."""
    wanted = None if class_group_ids is None else list(class_group_ids)
    rows = await (await driver(session)).fetch(TRUSTED, platform, feed, wanted, list(but))
    return [Stored.of(row) for row in rows]


async def standing_from(
    session: WriteSession,
    table: Table,
    platform: PlatformCode,
    keys: Sequence[Key],
    batch_ids: Collection[UUID],
) -> set[Key]:
    """Of these keys those whose row came, or was first named, with one of the batches."""
    if not keys:
        return set()
    statement = _standing(table)
    columns = map(list, zip(*keys, strict=True))
    rows = await (await driver(session)).fetch(statement, platform, list(batch_ids), *columns)
    return {keys[number - 1] for (number,) in rows}


async def remove(session: WriteSession, table: Table, platform: PlatformCode, keys: Collection[Key]) -> None:
    columns = map(list, zip(*keys, strict=True))
    await (await driver(session)).execute(_removal(table), platform, *columns)


@cache
def _standing(table: Table) -> str:
    arrays, names, same = _key_parts(table, 3)
    is_from = "stored.batch_id = ANY ($2)"
    if "first_batch_id" in table.columns:
        is_from = f"({is_from} OR stored.first_batch_id = ANY ($2))"
    return f"""
        SELECT wanted.number FROM unnest({arrays}) WITH ORDINALITY AS wanted ({names}, number)
        JOIN {table.name} AS stored ON stored.platform = $1 AND {same}
        WHERE {is_from}
    """  # noqa: S608 (names of our own tables and columns)


@cache
def _removal(table: Table) -> str:
    arrays, names, same = _key_parts(table, 2)
    return f"""
        DELETE FROM {table.name} AS stored USING unnest({arrays}) AS wanted ({names})
        WHERE stored.platform = $1 AND {same}
    """  # noqa: S608 (as above)


def _key_parts(table: Table, first: int) -> tuple[str, str, str]:
    columns = [column for column in table.primary_key if column.name != "platform"]
    kinds = [column.type.compile(dialect=POSTGRESQL) for column in columns]
    arrays = ", ".join(f"${at}::{kind}[]" for at, kind in enumerate(kinds, first))
    same = " AND ".join(f"stored.{column.name} = wanted.{column.name}" for column in columns)
    return arrays, ", ".join(column.name for column in columns), same


async def link(session: WriteSession, platform: PlatformCode, links: Collection[tuple[str, BatchId]]) -> None:
    if links:
        await (await driver(session)).execute(LINK, platform, *map(list, zip(*links, strict=True)))


async def touch(
    session: WriteSession,
    platform: PlatformCode,
    touches: Mapping[str, Sequence[str] | None],
    at: datetime,
) -> None:
    learners = [None if named is None else array_literal(named) for named in touches.values()]
    await (await driver(session)).execute(TOUCH, platform, list(touches), learners, at)


async def number_waiting(session: ReadSession, most: int) -> tuple[int, datetime | None]:
    """How many batches are still to be taken back, at most `most` looked at, and since when."""
    number, since = await (await driver(session)).fetchrow(NUMBER_WAITING, most)
    return number, since


async def finish(session: WriteSession, batch_ids: Sequence[BatchId], at: datetime) -> None:
    connection = await driver(session)
    await connection.execute(FORGET_KEYS, batch_ids)
    await connection.execute(DONE, batch_ids, at)
