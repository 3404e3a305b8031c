"""What is recorded: one entry for each read of personal data, each change, and denials within bounds."""

from collections.abc import Mapping
from uuid import UUID

from app.core import clock
from app.core.ids import new_uuid
from app.core.metrics import TRAIL_ENTRIES
from app.db.session import WriteSession
from app.privacy.redaction import redact_text
from app.trail import origin, repository
from app.trail.schemas import Actor, Entry, Kind, Purpose


async def record(
    session: WriteSession,
    actor: Actor,
    action: str,
    subject: Mapping[str, str],
    *,
    kind: Kind = Kind.read,
    number: int | None = None,
    purpose: Purpose | None = None,
) -> UUID:
    """One entry, in the caller's transaction: where it cannot be written, nothing is answered or changed.

    `actor`: a `Caller`, or an `Insider` where a command or the worker acts. `action`: an `Action`, or for
    acts without a route their name in the same form (`clients:revoke`). `subject`: ids that mean something
    to us alone: `platform`, `class_group_id`, `learner_id`, `uscc`, `batch_id`, `user_id`, `client_id`, or
    `person_key` in hex. Never a name or an ID number; what looks like one is struck out. `number`: persons
    or records concerned. Address and request id are those of the request. Returns the entry's id.
    """
    source, at = origin.current(), clock.now()
    entry = Entry(
        entry_id=new_uuid(at),
        occurred_at=at,
        hour=None,
        actor_id=actor.actor_id,
        role=actor.role,
        organisation=organisation(actor),
        action=str(action),
        kind=kind,
        subject={name: redact_text(value) for name, value in subject.items()},
        number=number,
        purpose_code=purpose and purpose.code,
        purpose=purpose and redact_text(purpose.text),
        address=source.address,
        request_id=source.request_id,
        session_id=actor.session_id,
    )
    await repository.add(session, entry)
    source.recorded += 1
    TRAIL_ENTRIES.labels(kind).inc()
    return entry.entry_id


def organisation(actor: Actor) -> str | None:
    """The bounds of who acts, in one word to search by."""
    if actor.platform is not None:
        return f"platform:{actor.platform}"
    if actor.uscc is not None:
        return f"enterprise:{actor.uscc}"
    if actor.districts is not None:
        return f"districts:{','.join(actor.districts)}"
    return None
