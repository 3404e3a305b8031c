"""What of people goes into the trail: sign-ins, refusals, and every change of an account."""

from uuid import UUID

from app.accounts.authorisation import Caller
from app.core.ids import ActorId, PlatformCode, Uscc
from app.core.vocabulary import Role
from app.db.models import User
from app.db.session import Database, WriteSession
from app.people.schemas import Known
from app.trail import service as trail
from app.trail.denials import denied
from app.trail.schemas import UNKNOWN, Actor, Kind

SIGN_IN, SIGN_OUT = "session:open", "session:end"


def caller_behind(user: User, session_id: UUID | None = None) -> Caller:
    return Caller(
        actor_id=ActorId(user.user_id),
        role=Role(user.role),
        platform=None if user.platform is None else PlatformCode(user.platform),
        uscc=None if user.uscc is None else Uscc(user.uscc),
        districts=None if user.districts is None else tuple(user.districts),
        person_key=user.person_key,
        session_id=session_id,
    )


async def signed_in(session: WriteSession, user: User, session_id: UUID) -> None:
    await changed(session, caller_behind(user, session_id), SIGN_IN, user.user_id)


async def changed(session: WriteSession, by: Actor, action: str, user_id: str) -> None:
    await trail.record(session, by, action, {"user_id": user_id}, kind=Kind.change)


async def changed_by_oneself(session: WriteSession, person: Known, action: str) -> None:
    await changed(session, person.caller, action, person.user_id)


async def refused(database: Database, user_id: str | None) -> None:
    """In a transaction of its own, and within the bounds of a flood: the request changes nothing else."""
    subject = {} if user_id is None else {"user_id": user_id}
    await denied(database, UNKNOWN, SIGN_IN, subject, code="sign_in_refused")
