"""What the times that a platform claims are worth, as far as a bounded sample of its records tells.

A sample, since records are many: of a few class groups, running ones first, the first records of each feed.
"""

from datetime import timedelta
from typing import NamedTuple, Self

from sqlalchemy import select

from app.core.clock import MICROSECOND
from app.core.config import Settings
from app.core.ids import ClassGroupId
from app.core.vocabulary import LessonKind
from app.db.models import ClassGroup
from app.db.session import ReadSession, driver
from app.records.moments import KNOWN_OF_CLAIMED, MOMENT, claimed
from app.records.selection import Selection
from app.records.statements import exact_instants
from app.rules.moments import Allowed, Moment, Tally, tally

CLASS_GROUPS = 20
RECORDS_OF_A_FEED = 500

MOMENTS = exact_instants(f"""
    SELECT {MOMENT}, (
        SELECT kind FROM lessons
        WHERE platform = $1 AND class_group_id = chosen.class_group_id
          AND lessons.lesson_id = claimed.lesson_id AND NOT lessons.deleted
    )
    FROM unnest($2::text[]) AS chosen (class_group_id), LATERAL (
        {claimed("platform = $1 AND class_group_id = chosen.class_group_id", "$3")} OFFSET 0
    ) AS claimed
    {KNOWN_OF_CLAIMED}
""")  # noqa: S608 (put together from constants)


class Patience(NamedTuple):
    """After its end a record is late; None: nobody says."""

    live: timedelta | None = None
    """Of live and offline lessons."""
    vod: timedelta | None = None

    @classmethod
    def of(cls, settings: Settings) -> Self:
        minutes = (settings.late_after_live_minutes, settings.late_after_vod_minutes)
        return cls(*(None if each is None else timedelta(minutes=each) for each in minutes))


UNBOUNDED = Patience()
"""Nothing is late."""


class Moments(NamedTuple):
    class_groups: int
    """Those looked at."""
    tally: Tally


async def moments(session: ReadSession, selection: Selection, patience: Patience, budget: int) -> Moments:
    """Of one platform, what the caller may see of it. Records of lessons that have not come count nowhere."""
    chosen = await _chosen(session, selection, min(budget, CLASS_GROUPS))
    rows = await (await driver(session)).fetch(MOMENTS, selection.platform, chosen, RECORDS_OF_A_FEED)
    parts = [
        tally(
            [Moment(*row[:-1]) for row in rows if (row[-1] == LessonKind.vod) is is_vod and row[-1]],
            _always(patience.vod if is_vod else patience.live),
        )
        for is_vod in (False, True)
    ]
    return Moments(len(chosen), Tally(*map(sum, zip(*parts, strict=True))))


async def _chosen(session: ReadSession, selection: Selection, most: int) -> list[ClassGroupId]:
    statement = (
        select(ClassGroup.class_group_id)
        .where(~ClassGroup.deleted, *selection.conditions())
        .order_by(ClassGroup.closed_at.desc().nulls_first(), ClassGroup.class_group_id)
        .limit(most)
    )
    return [ClassGroupId(found) for found in await session.scalars(statement)]


def _always(patience: timedelta | None) -> Allowed:
    microseconds = None if patience is None else patience // MICROSECOND
    return lambda _: microseconds
