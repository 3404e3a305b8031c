"""What others ask of assessments: have class groups assessed again, and find who waits for it."""

from collections.abc import Collection
from datetime import datetime

from app.core.ids import ClassGroupKey
from app.db.session import ReadSession, WriteSession
from app.eligibility import touches_repository as touches
from app.eligibility.schemas import WaitingClassGroup
from app.records.selection import Selection

WINDOW = 2000
"""How many touches are looked at to choose class groups: bounds the choice under a long queue."""


async def reassess(session: WriteSession, selection: Selection, at: datetime) -> int:
    """Have the selected class groups assessed whole, whatever changed; how many they are."""
    return await touches.touch_stored(session, selection, at)


async def waiting_class_groups(
    session: ReadSession, as_of: datetime, *, passing_over: Collection[ClassGroupKey] = (), most: int = WINDOW
) -> list[WaitingClassGroup]:
    """Some that are touched or due, at most `most`, who has waited longest first; none: nobody waits."""
    return await touches.waiting_class_groups(
        session, as_of=as_of, passing_over=passing_over, window=WINDOW, most=most
    )
