"""Until when everything of a class group is kept, by which clauses, and what is due (docs/retention.md)."""

from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

from app.accounts.authorisation import Reach
from app.core import clock
from app.core.clock import SHANGHAI
from app.core.ids import ClassGroupKey
from app.db.session import ReadSession
from app.records.selection import Selection
from app.retention import disposals_repository, holds_repository, repository
from app.retention.errors import DisposalUnknown, RetentionUnknown
from app.retention.repository import Origin
from app.retention.schemas import (
    ClassGroupClock,
    Disposed,
    DisposedThings,
    Due,
    ObjectClock,
    PolicyTerm,
)
from app.rules.retention import Kept, Kind, kept, latest

MOST_DISPOSALS = 100
SHARING_AT_ONCE = 20


async def clock_of(session: ReadSession, key: ClassGroupKey, reach: Reach) -> ClassGroupClock:
    """Of one that was disposed of, its disposals alone; several where records came again."""
    found = await repository.class_group(session, Selection(*key).within(reach))
    disposals = await disposals_repository.disposals(session, reach.districts, key=key, limit=MOST_DISPOSALS)
    if found is None:
        if not disposals:
            raise RetentionUnknown
        return ClassGroupClock(key, None, None, is_due=False, disposals=disposals)
    until, is_held = await repository.kept_until(session, key)
    terms = await repository.terms(session, key)
    closed_on = _day(found.closed_at)
    neighbours = await repository.neighbours(session, key)
    visible = await repository.visible(session, [each.key for each in neighbours], reach)
    return ClassGroupClock(
        key=key,
        platform_name=found.platform_name,
        name=found.name,
        closed_on=closed_on,
        until=until,
        is_due=until is not None and until < clock.today() and not is_held,
        is_held=is_held,
        terms=terms,
        objects=[
            await _object(session, key, origin, closed_on, terms)
            for origin in await repository.origins(session, key)
        ],
        kept_for=[each._replace(name=visible[each.key]) for each in neighbours if each.key in visible],
        kept_for_elsewhere=len(neighbours) - len(visible),
        holds=await holds_repository.standing_on(session, {key, *visible}, reach.districts),
        disposals=disposals,
    )


async def due(
    session: ReadSession, selection: Selection, *, after: tuple[str, str] | None = None, limit: int
) -> Sequence[Due]:
    """Class groups whose last day is over, by platform and id; those under a hold are marked."""
    return await repository.due(session, selection, clock.today(), after=after, limit=limit)


async def disposals(
    session: ReadSession, reach: Reach, *, before: UUID | None = None, limit: int
) -> Sequence[Disposed]:
    """The newest first."""
    return await disposals_repository.disposals(session, reach.districts, before=before, limit=limit)


async def disposal_record(session: ReadSession, disposal_id: UUID, reach: Reach) -> bytes:
    """The document, byte for byte as its hash stands in the ledger.

    It names the neighbours: whoever may not see all of these is not given it, since nothing can be left out.
    """
    found = await disposals_repository.document(session, disposal_id, reach.districts)
    if found is None or not await _sees_neighbours(session, disposal_id, reach):
        raise DisposalUnknown
    return found


async def disposed(session: ReadSession) -> DisposedThings:
    """Everything that is gone by a disposal: what is looked for in vain among it is not missing."""
    return await disposals_repository.gone(session)


async def _sees_neighbours(session: ReadSession, disposal_id: UUID, reach: Reach) -> bool:
    if reach.districts is None:
        return True
    named = set(await disposals_repository.neighbours(session, disposal_id))
    there = await repository.visible(session, named, reach)
    return named <= there.keys() | await disposals_repository.disposed_within(session, named, reach.districts)


async def _object(
    session: ReadSession,
    key: ClassGroupKey,
    origin: Origin,
    closed_on: date | None,
    terms: Sequence[PolicyTerm],
) -> ObjectClock:
    """Terms run from the day the class group closed, or the thing came about if that was later."""
    at = _day(origin.at)
    since = None if closed_on is None else max(closed_on, at or closed_on)
    found = kept(origin.kind, since, [each.term for each in terms])
    if origin.kind is Kind.archives and found.until is not None:
        found = Kept(latest([found.until, *await _sharing(session, key)]), found.by)
    return ObjectClock(origin.kind, origin.number, since, found)


async def _sharing(session: ReadSession, key: ClassGroupKey) -> Sequence[date | None]:
    """Until when class groups that share its batches are kept; after one without end none is looked at."""
    keys = await repository.sharing_batches(session, key)
    found: list[date | None] = []
    for first in range(0, len(keys), SHARING_AT_ONCE):
        found += await repository.each_kept_until(session, keys[first : first + SHARING_AT_ONCE])
        if None in found:
            break
    return found


def _day(at: datetime | None) -> date | None:
    return None if at is None else at.astimezone(SHANGHAI).date()
