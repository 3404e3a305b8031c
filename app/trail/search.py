"""What auditors ask of the trail: who did what to whom, from where, in which hours."""

from collections.abc import AsyncIterator
from uuid import UUID

from app.db.session import ReadSession
from app.trail import search_repository as repository
from app.trail.schemas import Entry, Wanted

PAGE_OF_AN_EXPORT = 500


async def search(
    session: ReadSession, wanted: Wanted, *, before: UUID | None = None, limit: int
) -> list[Entry]:
    """Newest first."""
    return await repository.search(session, wanted, before=before, limit=limit)


async def search_all(session: ReadSession, wanted: Wanted) -> AsyncIterator[list[Entry]]:
    """Page by page to the end."""
    before: UUID | None = None
    while page := await search(session, wanted, before=before, limit=PAGE_OF_AN_EXPORT):
        yield page
        before = page[-1].entry_id
