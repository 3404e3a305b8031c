"""What is still open: over the whole platform, and before one class group's eligibility is final."""

from collections.abc import Collection, Iterator
from datetime import datetime

from app.core.ids import ClassGroupKey
from app.db.session import ReadSession
from app.eligibility import touches_repository as touches
from app.eligibility.schemas import OpenPoint, Pending


async def pending(session: ReadSession, as_of: datetime) -> Pending:
    """With 0 pending enrollments, every answer reflects every receipt sent before this was asked.

    A receipt leaves after its touches are stored, so one statement sees them all. A lesson that has fallen
    due waits like a touch. A batch without a ledger index keeps the count above 0, whatever it holds.
    """
    work = await touches.pending_work(session, as_of)
    if work.oldest_since is None:
        return Pending(0, 0, work.ledger_size)
    age_s = int((as_of - work.oldest_since).total_seconds())
    return Pending(max(work.enrollments, 1), max(age_s, 0), work.ledger_size)


async def open_points(session: ReadSession, key: ClassGroupKey) -> list[OpenPoint]:
    """What keeps the eligibility of this class group from being final; none: it is final.

    To show what is final, ask in the same repeatable session that reads it.
    """
    return (await open_points_of(session, [key]))[key]


async def open_points_of(
    session: ReadSession, keys: Collection[ClassGroupKey]
) -> dict[ClassGroupKey, list[OpenPoint]]:
    """Likewise of several at once."""
    states = await touches.openness(session, keys)
    return {key: list(_open_points(state)) for key, state in states.items()}


def _open_points(state: touches.Openness) -> Iterator[OpenPoint]:
    if not state.is_closed:
        yield OpenPoint.class_group_running
    if state.is_touched:
        yield OpenPoint.records_waiting
    if state.is_unsequenced:
        yield OpenPoint.batches_unsequenced
    if state.is_closed and not state.is_assessed_finally and not state.is_touched:
        yield OpenPoint.not_assessed
