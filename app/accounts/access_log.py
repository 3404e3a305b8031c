"""Who read personal data: an entry of the trail."""

from collections.abc import Mapping

from app.accounts.authorisation import Action, Caller
from app.db.session import WriteSession
from app.trail.service import record


async def log_access(
    session: WriteSession, caller: Caller, action: Action, subject: Mapping[str, str]
) -> None:
    await record(session, caller, action, subject)
