"""What a command changes is recorded like what a request changes: under the system user who called it."""

import os
import pwd
from collections.abc import Mapping

from app.db.session import WriteSession
from app.trail.schemas import Insider, Kind
from app.trail.service import record


def insider() -> Insider:
    """By the user the system knows; what the environment says anybody could say."""
    try:
        name = pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a container's user need have no name
        name = str(os.getuid())
    return Insider(f"cli:{name}")


async def changed(
    session: WriteSession, action: str, subject: Mapping[str, str], *, number: int | None = None
) -> None:
    """In the transaction of the change: without the entry there is none."""
    await record(session, insider(), action, subject, kind=Kind.change, number=number)
