"""A change of a client by command, in one transaction with its entry of the audit trail."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.cli.insider import changed
from app.cli.place import Place
from app.db.session import WriteSession

Result = TypeVar("Result")


def change(
    place: Place,
    work: Callable[[WriteSession], Awaitable[Result]],
    action: str,
    client_id: str,
    **subject: str,
) -> Result:
    """`action`: as `clients:revoke`."""

    async def kept(session: WriteSession) -> Result:
        done = await work(session)
        await changed(session, action, {"client_id": client_id, **subject})
        return done

    return place.write(kept)
