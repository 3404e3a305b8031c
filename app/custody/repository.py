"""All SQL of looking at videos: whose turn it is, what is due, and what is stored of a look."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.ids import ClassGroupKey, new_uuid
from app.core.vocabulary import CustodyState
from app.custody.schemas import Check, Registered, Standing
from app.db.session import ReadSession, WriteSession, driver

SHARERS = 20
SETTLERS = 7_362_031  # with the class group the advisory lock of whoever settles its findings

TAKE_HOST = """
    UPDATE video_hosts SET lease_id = $1, leased_until = $3
    WHERE host = (
        SELECT host FROM video_hosts AS free
        WHERE (leased_until IS NULL OR leased_until <= $2) AND EXISTS (
            SELECT FROM video_custody WHERE video_custody.host = free.host AND next_due_at <= $2
        )
        ORDER BY leased_until NULLS FIRST, host
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
    RETURNING host
"""
HOLDS = "SELECT EXISTS (SELECT FROM video_hosts WHERE host = $1 AND lease_id = $2 FOR UPDATE)"
EXTEND = "UPDATE video_hosts SET leased_until = $3 WHERE host = $1 AND lease_id = $2"
RELEASE = """
    UPDATE video_hosts SET lease_id = NULL, leased_until = $3 WHERE host = $1 AND lease_id = $2
"""

DUE = """
    SELECT platform, class_group_id, video_id, content_hash, state, next_due_at, fetch_wanted, failures,
           failing_since, observed::text
    FROM video_custody WHERE host = $1 AND next_due_at <= $2 ORDER BY next_due_at LIMIT 1
"""

NAMED = "other.platform || '/' || other.class_group_id || '/' || other.video_id"
SAME_FILE = "other.hash = c.hash AND other.state <> 'withdrawn'"
ELSEWHERE = "(other.platform, other.class_group_id) <> (c.platform, c.class_group_id)"
REGISTERED = f"""
    SELECT v.platform, v.class_group_id, v.video_id, v.lesson_id, v.kind, v.url, v.hash_algorithm, v.hash,
           v.size_bytes, v.duration_seconds, v.recorded_at, v.available_until, v.container, v.video_codec,
           v.video_kbps, v.width, v.height, v.fps, v.audio_codec, v.audio_kbps, v.audio_sample_rate,
           v.batch_id, v.line, l.planned_minutes, l.ends_at,
           (SELECT sum(duration_seconds) FROM videos AS part
            WHERE part.platform = v.platform AND part.class_group_id = v.class_group_id
              AND part.lesson_id = v.lesson_id AND NOT part.deleted),
           g.programme, g.starts_on,
           ARRAY(
               SELECT {NAMED} FROM video_custody AS other
               WHERE {SAME_FILE} AND other.kind IN ('live_recording', 'vod')
                 AND other.platform = c.platform AND other.class_group_id = c.class_group_id
                 AND other.lesson_id <> c.lesson_id
               UNION ALL
               SELECT {NAMED} FROM video_custody AS other
               WHERE {SAME_FILE} AND other.kind = 'live_recording' AND {ELSEWHERE}
               UNION ALL
               SELECT {NAMED} FROM video_custody AS other
               WHERE {SAME_FILE} AND other.kind = 'vod' AND {ELSEWHERE} AND c.kind = 'live_recording'
               LIMIT {SHARERS}
           )
    FROM video_custody AS c
    JOIN videos AS v USING (platform, class_group_id, video_id)
    LEFT JOIN lessons AS l
        ON l.platform = v.platform AND l.class_group_id = v.class_group_id AND l.lesson_id = v.lesson_id
       AND NOT l.deleted
    LEFT JOIN class_groups AS g
        ON g.platform = v.platform AND g.class_group_id = v.class_group_id AND NOT g.deleted
    WHERE c.platform = $1 AND c.class_group_id = $2 AND ($3::text IS NULL OR c.video_id = $3)
      AND NOT v.deleted
"""  # noqa: S608 (put together from constants)

STANDINGS = """
    SELECT video_id, state, next_due_at, fetch_wanted, failures, failing_since, observed::text
    FROM video_custody WHERE platform = $1 AND class_group_id = $2
"""

ADD_CHECKS = """
    WITH told AS (
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::timestamptz[], $4::text[], $5::text[])
            AS told (check_id, kind, checked_at, outcome, figures)
    ), waiting AS (
        INSERT INTO video_checks_waiting SELECT check_id FROM told
    )
    INSERT INTO video_checks (
        check_id, platform, class_group_id, video_id, kind, checked_at, outcome, figures, batch_id, line
    )
    SELECT check_id, $6, $7, $8, kind, checked_at, outcome, figures::jsonb, $9, $10 FROM told
"""

STORE_STANDING = """
    UPDATE video_custody
    SET state = $4, next_due_at = $5, fetch_wanted = $6, failures = $7, failing_since = $8,
        next_draw_at = CASE WHEN $5::timestamptz IS NOT NULL THEN next_draw_at END, observed = $9::jsonb,
        found = CASE WHEN $4 = 'withdrawn' THEN '{}' ELSE found END
    WHERE platform = $1 AND class_group_id = $2 AND video_id = $3 AND content_hash = $10
      AND next_due_at IS NOT NULL
"""

STORE_FOUND = """
    UPDATE video_custody AS c SET found = told.found::jsonb
    FROM unnest($3::text[], $4::text[]) AS told (video_id, found)
    WHERE c.platform = $1 AND c.class_group_id = $2 AND c.video_id = told.video_id
      AND c.found <> told.found::jsonb
"""

POSTPONE = """
    UPDATE video_custody SET next_due_at = $4 WHERE platform = $1 AND class_group_id = $2 AND video_id = $3
"""


class DueVideo:
    """A row in custody whose moment has come."""

    def __init__(self, row: Sequence[Any]) -> None:
        self.key = ClassGroupKey(row[0], row[1])
        self.video_id: str = row[2]
        self.content_hash: bytes = row[3]
        self.standing = standing_of(row[4:])


def standing_of(row: Sequence[Any]) -> Standing:
    *rest, observed = row
    standing = Standing._make((*rest, json.loads(observed)))
    return standing._replace(state=CustodyState(standing.state))


async def take_host(session: WriteSession, lease_id: UUID, now: datetime, until: datetime) -> str | None:
    """One that nobody asks and that has videos due; nobody else asks it until `until`."""
    host: str | None = await (await driver(session)).fetchval(TAKE_HOST, lease_id, now, until)
    return host


async def holds(session: WriteSession, host: str, lease_id: UUID, until: datetime) -> bool:
    """Whether the lease is still ours; if so it is, until `until`."""
    connection = await driver(session)
    if not await connection.fetchval(HOLDS, host, lease_id):
        return False
    await connection.execute(EXTEND, host, lease_id, until)
    return True


async def release(session: WriteSession, host: str, lease_id: UUID, now: datetime) -> None:
    """`now`: whose turn was longest ago comes first."""
    await (await driver(session)).execute(RELEASE, host, lease_id, now)


async def due(session: ReadSession, host: str, now: datetime) -> DueVideo | None:
    row = await (await driver(session)).fetchrow(DUE, host, now)
    return None if row is None else DueVideo(row)


async def registered(
    session: ReadSession, key: ClassGroupKey, video_id: str | None = None
) -> list[Registered]:
    """Of the class group, those that are not deleted; or one of them."""
    rows = await (await driver(session)).fetch(REGISTERED, *key, video_id)
    return [Registered._make(row) for row in rows]


async def standings(session: ReadSession, key: ClassGroupKey) -> dict[str, Standing]:
    """By the id of the video."""
    rows = await (await driver(session)).fetch(STANDINGS, *key)
    return {video_id: standing_of(row) for video_id, *row in rows}


async def add_checks(session: WriteSession, video: Registered, checks: Sequence[Check]) -> None:
    """They wait for a round to take them into the ledger."""
    tick = timedelta(milliseconds=1)
    rows = [
        (new_uuid(check.at + number * tick), check.kind, check.at, check.outcome, json.dumps(check.figures))
        for number, check in enumerate(checks)
    ]
    owner = (*video.key, video.video_id, video.batch_id, video.line)
    await (await driver(session)).execute(ADD_CHECKS, *map(list, zip(*rows, strict=True)), *owner)


async def store_standing(session: WriteSession, due: DueVideo, standing: Standing) -> None:
    """Not where the record is another by now, or its host may be asked no more."""
    *values, observed = standing
    owner = (*due.key, due.video_id)
    await (await driver(session)).execute(
        STORE_STANDING, *owner, *values, json.dumps(observed), due.content_hash
    )


async def store_found(
    session: WriteSession, key: ClassGroupKey, found: Mapping[str, Mapping[str, Any]]
) -> None:
    """By the id of the video."""
    told = [json.dumps(each, ensure_ascii=False) for each in found.values()]
    await (await driver(session)).execute(STORE_FOUND, *key, list(found), told)


async def lock_findings(session: WriteSession, keys: Iterable[ClassGroupKey]) -> None:
    """One at a time settles what is found in a class group; taken in one order."""
    connection = await driver(session)
    for key in sorted(keys):
        await connection.execute("SELECT pg_advisory_xact_lock($1, hashtext($2))", SETTLERS, "/".join(key))


async def postpone(session: WriteSession, key: ClassGroupKey, video_id: str, until: datetime) -> None:
    await (await driver(session)).execute(POSTPONE, *key, video_id, until)
