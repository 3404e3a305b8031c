"""Who read personal data, what of whom, and when. Append-only."""

from collections.abc import Mapping

from app.accounts import repository
from app.accounts.authorisation import Action, Caller
from app.core import clock
from app.core.ids import new_uuid
from app.db.models import AccessEntry
from app.db.session import WriteSession


async def log_access(
    session: WriteSession, caller: Caller, action: Action, subject: Mapping[str, str]
) -> None:
    """In the caller's transaction. `subject` holds platform-local ids or a person key, never an ID number."""
    at = clock.now()
    entry = AccessEntry(
        access_id=new_uuid(at),
        accessed_at=at,
        client_id=caller.actor_id,
        action=action.value,
        subject=dict(subject),
    )
    await repository.add(session, entry)
