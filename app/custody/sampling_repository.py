"""All SQL of samples: whose turn it is, and who was drawn. A video is named platform/class group/video."""

from collections.abc import Sequence
from datetime import datetime

from app.core.ids import DrawId
from app.db.session import ReadSession, WriteSession, driver

TAKE = """
    SELECT platform || '/' || class_group_id || '/' || video_id
    FROM video_custody
    WHERE next_draw_at <= $1 AND draw_id IS NULL AND next_due_at IS NOT NULL
    ORDER BY next_draw_at, platform, class_group_id, video_id
    LIMIT $2
    FOR UPDATE SKIP LOCKED
"""
APART = """
    SELECT split_part(named, '/', 1) AS platform, split_part(named, '/', 2) AS class_group_id,
           split_part(named, '/', 3) AS video_id
    FROM unnest($1::text[]) AS named
"""
ENTER = f"""
    UPDATE video_custody AS kept SET draw_id = $2, next_draw_at = $3
    FROM ({APART}) AS entered
    WHERE kept.platform = entered.platform AND kept.class_group_id = entered.class_group_id
      AND kept.video_id = entered.video_id
"""  # noqa: S608 (put together from constants)
WAITING = "SELECT DISTINCT draw_id FROM video_custody WHERE draw_id IS NOT NULL"
DRAWN = f"""
    UPDATE video_custody AS kept SET fetch_wanted = true, next_due_at = least(next_due_at, $3)
    FROM ({APART}) AS drawn
    WHERE kept.platform = drawn.platform AND kept.class_group_id = drawn.class_group_id
      AND kept.video_id = drawn.video_id AND kept.draw_id = $2
"""  # noqa: S608 (put together from constants)
END = "UPDATE video_custody SET draw_id = NULL WHERE draw_id = $1"


async def take(session: WriteSession, now: datetime, most: int) -> list[str]:
    """Those that are looked at and stand in no draw; nobody else takes them until the transaction ends."""
    return [row[0] for row in await (await driver(session)).fetch(TAKE, now, most)]


async def enter(session: WriteSession, names: Sequence[str], draw_id: DrawId, again_at: datetime) -> None:
    await (await driver(session)).execute(ENTER, names, draw_id, again_at)


async def waiting(session: ReadSession) -> list[DrawId]:
    """Draws that are not decided yet."""
    return [DrawId(row[0]) for row in await (await driver(session)).fetch(WAITING)]


async def decide(session: WriteSession, draw_id: DrawId, chosen: Sequence[str], now: datetime) -> None:
    """`least` of a host that may be asked no more is the moment itself: that is set right when it is due."""
    connection = await driver(session)
    await connection.execute(DRAWN, chosen, draw_id, now)
    await connection.execute(END, draw_id)
