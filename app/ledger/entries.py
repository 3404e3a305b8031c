"""Entries by their place in the log, or by what they attest."""

from uuid import UUID

from app.db.session import ReadSession
from app.ledger import repository
from app.ledger.errors import NoSuchEntry
from app.ledger.repository import Entry


async def entry(session: ReadSession, index: int) -> Entry:
    """Raises `NoSuchEntry`."""
    found = await repository.entry(session, index)
    if found is None:
        raise NoSuchEntry(await repository.ledger_size(session))
    return found


async def entry_of(session: ReadSession, subject_id: UUID) -> Entry | None:
    """The first that attests this subject; None: it has no index yet, or there is none."""
    return await repository.entry_of(session, subject_id)
