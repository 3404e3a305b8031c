"""All SQL of the hosts that may be asked, and of videos that come into custody."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.ids import ClassGroupId, ClassGroupKey, PlatformCode
from app.db.session import ReadSession, WriteSession, driver
from app.records.chosen import CHOSEN, OF_CHOSEN, keys_apart

ENTRIES_AT_ONCE = 500

HOLD_HEAD = "SELECT ledger_size FROM custody_head FOR UPDATE"
TRY_HEAD = HOLD_HEAD + " SKIP LOCKED"
PROCEED = "UPDATE custody_head SET ledger_size = $1"
NEW_ENTRIES = """
    SELECT index, kind, subject_id FROM ledger_entries WHERE index >= $1 ORDER BY index LIMIT $2
"""
CLASS_GROUPS = """
    SELECT DISTINCT platform, class_group_id FROM videos WHERE batch_id = ANY($1::uuid[])
    ORDER BY platform, class_group_id
"""

ENROL = f"""
    INSERT INTO video_custody AS kept (
        platform, class_group_id, video_id, lesson_id, kind, host, hash, content_hash, state, next_due_at,
        next_draw_at
    )
    SELECT v.platform, v.class_group_id, v.video_id, v.lesson_id, v.kind, v.host,
           v.hash_algorithm || ':' || v.hash, v.content_hash,
           CASE WHEN known.host IS NULL THEN 'host_not_registered' ELSE 'registered' END,
           CASE WHEN known.host IS NOT NULL THEN $3::timestamptz END,
           CASE WHEN known.host IS NOT NULL THEN $4::timestamptz END
    FROM {CHOSEN}, LATERAL (
        SELECT videos.*, coalesce(lower(rtrim(
            substring(url FROM '^https://([A-Za-z0-9.-]+)(?::443)?(?:[/?#]|$)'), '.'
        )), '') AS host
        FROM videos WHERE {OF_CHOSEN} AND NOT deleted OFFSET 0
    ) AS v
    LEFT JOIN platform_hosts AS known ON known.platform = v.platform AND known.host = v.host
    ON CONFLICT (platform, class_group_id, video_id) DO UPDATE SET
        lesson_id = excluded.lesson_id, kind = excluded.kind, host = excluded.host, hash = excluded.hash,
        content_hash = excluded.content_hash, state = excluded.state, next_due_at = excluded.next_due_at,
        next_draw_at = excluded.next_draw_at, draw_id = NULL, fetch_wanted = false, failures = 0,
        failing_since = NULL, observed = '{{}}'
    WHERE kept.content_hash <> excluded.content_hash OR kept.state = 'withdrawn'
"""  # noqa: S608 (put together from constants)

WITHDRAW = f"""
    UPDATE video_custody AS kept
    SET state = 'withdrawn', next_due_at = NULL, next_draw_at = NULL, draw_id = NULL, found = '{{}}'
    FROM {CHOSEN}, LATERAL (
        SELECT platform, class_group_id, video_id FROM videos WHERE {OF_CHOSEN} AND deleted OFFSET 0
    ) AS gone
    WHERE kept.platform = gone.platform AND kept.class_group_id = gone.class_group_id
      AND kept.video_id = gone.video_id
"""  # noqa: S608 (put together from constants)

OF_PLATFORM = "SELECT host FROM platform_hosts WHERE platform = $1"
LIST = "SELECT platform, host, registered_at FROM platform_hosts ORDER BY platform, host"
ADD = """
    INSERT INTO platform_hosts (platform, host, registered_at)
    SELECT code, $2, $3 FROM platforms WHERE code = $1
    ON CONFLICT (platform, host) DO UPDATE SET host = excluded.host
    RETURNING host
"""
ADD_TURN = "INSERT INTO video_hosts (host) VALUES ($1) ON CONFLICT DO NOTHING"
BEGIN = """
    UPDATE video_custody SET state = 'registered', next_due_at = $3, next_draw_at = $4
    WHERE platform = $1 AND host = $2 AND state = 'host_not_registered'
"""
REMOVE = "DELETE FROM platform_hosts WHERE platform = $1 AND host = $2 RETURNING host"
END = """
    UPDATE video_custody
    SET state = 'host_not_registered', next_due_at = NULL, next_draw_at = NULL, draw_id = NULL
    WHERE platform = $1 AND host = $2 AND state NOT IN ('ended', 'withdrawn')
"""


async def hold_head(session: WriteSession) -> int:
    """How far the ledger was read; nobody else reads on, or changes hosts, until the transaction ends."""
    size: int = await (await driver(session)).fetchval(HOLD_HEAD)
    return size


async def try_head(session: WriteSession) -> int | None:
    """The same, or None: another program is at it."""
    size: int | None = await (await driver(session)).fetchval(TRY_HEAD)
    return size


async def new_batches(session: ReadSession, since: int) -> tuple[int, list[UUID]]:
    """Batches among the next entries, and how far that leads."""
    rows = await (await driver(session)).fetch(NEW_ENTRIES, since, ENTRIES_AT_ONCE)
    end = rows[-1]["index"] + 1 if rows else since
    return end, [row["subject_id"] for row in rows if row["kind"] == "batch"]


async def proceed(session: WriteSession, size: int) -> None:
    await (await driver(session)).execute(PROCEED, size)


async def class_groups_of(session: ReadSession, batch_ids: Sequence[UUID]) -> list[ClassGroupKey]:
    """Whose videos stand as these batches left them."""
    rows = await (await driver(session)).fetch(CLASS_GROUPS, batch_ids)
    return [ClassGroupKey(PlatformCode(platform), ClassGroupId(group)) for platform, group in rows]


async def enrol(
    session: WriteSession, keys: Sequence[ClassGroupKey], now: datetime, draw_at: datetime
) -> None:
    """New and changed videos begin anew; deleted ones leave."""
    connection = await driver(session)
    await connection.execute(ENROL, *keys_apart(keys), now, draw_at)
    await connection.execute(WITHDRAW, *keys_apart(keys))


async def of_platform(session: ReadSession, platform: str) -> list[str]:
    return [row[0] for row in await (await driver(session)).fetch(OF_PLATFORM, platform)]


async def every(session: ReadSession) -> list[tuple[str, str, datetime]]:
    return [(row[0], row[1], row[2]) for row in await (await driver(session)).fetch(LIST)]


async def add(session: WriteSession, platform: str, host: str, now: datetime, draw_at: datetime) -> bool:
    """False: there is no such platform. What waited for the host is due."""
    connection = await driver(session)
    if await connection.fetchval(ADD, platform, host, now) is None:
        return False
    await connection.execute(ADD_TURN, host)
    await connection.execute(BEGIN, platform, host, now, draw_at)
    return True


async def remove(session: WriteSession, platform: str, host: str) -> bool:
    connection = await driver(session)
    if await connection.fetchval(REMOVE, platform, host) is None:
        return False
    await connection.execute(END, platform, host)
    return True
