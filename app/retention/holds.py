"""冻结: legal holds. One official places a hold; two lift it (docs/retention.md)."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import takewhile
from uuid import UUID

from app.accounts.authorisation import Action, Caller, Reach
from app.core.ids import ClassGroupId, PlatformCode, Uscc, new_uuid
from app.db.session import ReadSession, WriteSession
from app.ledger.envelope import EntryKind
from app.ledger.retention_envelopes import hold_envelope
from app.ledger.sequence import enqueue
from app.privacy.redaction import redact_text
from app.records.selection import Selection
from app.retention import holds_repository as repository
from app.retention.errors import HoldSubjectUnknown, HoldUnknown
from app.retention.schemas import About, Hold, HoldSubject
from app.trail.schemas import Kind
from app.trail.service import record


async def place(
    session: WriteSession, caller: Caller, subject: HoldSubject, *, reason: str, at: datetime
) -> Hold:
    """It holds from the commit on. The reason is kept without what looks like an ID number."""
    if not subject.is_named_whole or not await _is_there(session, caller.reach, subject):
        raise HoldSubjectUnknown
    hold = Hold(
        hold_id=new_uuid(at),
        about=subject.about,
        platform=subject.platform,
        class_group_id=subject.class_group_id,
        learner_id=subject.learner_id,
        uscc=subject.uscc,
        reason=redact_text(reason),
        placed_by=caller.actor_id,
        placed_at=at,
        lifted_at=None,
        proposal_id=None,
    )
    row = hold._asdict() | {"about": hold.about.value}
    placed = Hold._fields[: Hold._fields.index("lifted_at")]
    await repository.add(session, {name: row[name] for name in placed})
    await _attest(session, hold)
    told = {name: row[name] for name in ("platform", "class_group_id", "learner_id", "uscc") if row[name]}
    await record(session, caller, Action.place_hold, {"hold_id": str(hold.hold_id), **told}, kind=Kind.change)
    return hold


async def holds(
    session: ReadSession, reach: Reach, *, is_standing: bool | None, before: UUID | None, limit: int
) -> Sequence[Hold]:
    """The newest first."""
    return await repository.holds(
        session, reach.districts, is_standing=is_standing, before=before, limit=limit
    )


async def standing(session: ReadSession, hold_id: UUID, reach: Reach) -> tuple[Hold, str | None]:
    """With what the districts of all that it is about have in common, None: nothing.

    Raises `HoldUnknown`, too, where any of them is out of reach.
    """
    found = await repository.standing(session, hold_id)
    if found is None:
        raise HoldUnknown
    districts = {district or "" for district in await repository.districts_of(session, found)}
    if reach.districts is not None and not (
        districts and all(district.startswith(reach.districts) for district in districts)
    ):
        raise HoldUnknown
    return found, _in_common(districts)


async def lift(session: WriteSession, hold_id: UUID, proposal_id: UUID, at: datetime) -> None:
    """The database looks for the two persons' proposal; its entry in the ledger tells of them."""
    if await repository.standing(session, hold_id) is None:
        raise HoldUnknown
    await repository.lift(session, hold_id, proposal_id, at)


def _in_common(districts: Collection[str]) -> str | None:
    """How all of these codes begin.

    >>> _in_common({"110105", "110108"}), _in_common({"110105"}), _in_common({"110105", "440304"})
    ('11010', '110105', None)
    """
    first, last = min(districts, default=""), max(districts, default="")
    alike = takewhile(lambda pair: pair[0] == pair[1], zip(first, last, strict=False))
    return "".join(digit for digit, _ in alike) or None


async def _is_there(session: ReadSession, reach: Reach, subject: HoldSubject) -> bool:
    """A platform spans districts: only who is bound to none may hold all of it."""
    platform = PlatformCode(subject.platform or "")
    class_group_id = ClassGroupId(subject.class_group_id or "")
    match subject.about:
        case About.platform:
            return reach.districts is None and await repository.platform_exists(session, platform)
        case About.enterprise:
            named = Selection(enterprise=Uscc(subject.uscc or ""))
        case About.class_group | About.enrollment:
            named = Selection(platform, class_group_id)
    if not await repository.class_group_exists(session, named.within(reach)):
        return False
    return subject.about is not About.enrollment or await repository.enrollment_exists(
        session, platform, class_group_id, subject.learner_id or ""
    )


async def _attest(session: WriteSession, hold: Hold) -> None:
    envelope = hold_envelope(
        hold_id=hold.hold_id,
        about=hold.about,
        platform=hold.platform,
        class_group_id=hold.class_group_id,
        uscc=hold.uscc,
        placed_by=hold.placed_by,
        placed_at=hold.placed_at,
    )
    await enqueue(
        session, kind=EntryKind.hold, subject_id=hold.hold_id, recorded_at=hold.placed_at, envelope=envelope
    )
