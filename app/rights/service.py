"""What a person may know of itself: who has looked."""

from collections.abc import Sequence
from uuid import UUID

from app.db.session import ReadSession
from app.rights import repository
from app.rights.schemas import Access


async def accesses(
    session: ReadSession, person_key: bytes, *, before: UUID | None = None, limit: int
) -> Sequence[Access]:
    """Reads of the person's data by others, newest first: by its enrollments as they stand now."""
    own = await repository.enrollments_of(session, person_key)
    return await repository.accesses(session, person_key, own, before=before, limit=limit)
