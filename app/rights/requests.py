"""Corrections and objections: submitted by the person, answered by who holds the data, seen by both.

No request changes a figure: what was accepted is pushed by the platform as a new revision, as ever.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

import msgspec

from app.accounts.authorisation import Action, Caller
from app.core.clock import SHANGHAI
from app.core.ids import new_uuid
from app.core.vocabulary import Feed, Role
from app.db.session import ReadSession, WriteSession
from app.privacy.contexts import row_context
from app.privacy.fields import PersonalKind
from app.privacy.keyring import KeyRing
from app.privacy.masking import mask_text
from app.records.selection import Selection
from app.rights import repository, requests_repository
from app.rights.errors import EnrollmentUnknown, RequestClosed, RequestUnknown, SubjectUnknown
from app.rights.schemas import (
    About,
    Addressee,
    Content,
    EnrollmentKey,
    Request,
    RequestKind,
    RequestState,
    Waiting,
)
from app.trail.schemas import Kind
from app.trail.service import record

IDENTITY = frozenset({"name", "id_number", "gender", "phone", "household_district", "employment"})
"""Fields of an enrollment that the enterprise knows: whom it employs, and how."""
SATURDAY = 5

_SIDES: Mapping[Role, Addressee] = {
    Role.platform: Addressee.platform,
    Role.operator: Addressee.platform,
    Role.enterprise: Addressee.enterprise,
    Role.agent: Addressee.enterprise,
}


def addressee_of(about: About) -> Addressee:
    """Data goes to the platform, identity and employment to the enterprise, a judgement to the regulator."""
    if about.feed is None:
        return Addressee.regulator
    if about.feed is Feed.enrollments and about.field in IDENTITY:
        return Addressee.enterprise
    return Addressee.platform


def due_on(submitted_at: datetime, working_days: int) -> date:
    """Mondays to Fridays of Asia/Shanghai after the day of submission; holidays are not known here."""
    day = submitted_at.astimezone(SHANGHAI).date()
    while working_days:
        day += timedelta(days=1)
        working_days -= day.weekday() < SATURDAY
    return day


async def submit(
    session: WriteSession,
    key_ring: KeyRing,
    caller: Caller,
    *,
    key: EnrollmentKey,
    about: About,
    content: Content,
    at: datetime,
    answer_days: int,
) -> Request:
    """About an enrollment of the caller's own. Raises `EnrollmentUnknown`, `SubjectUnknown`."""
    person_key = _person_key(caller)
    own = {each.key: each for each in await repository.enrollments_of(session, person_key)}.get(key)
    if own is None:
        raise EnrollmentUnknown
    if not await requests_repository.is_about(session, key, about):
        raise SubjectUnknown
    request_id = new_uuid(at)
    request = Request(
        request_id=request_id,
        kind=RequestKind.objection if about.feed is None else RequestKind.correction,
        addressee=addressee_of(about),
        key=key,
        about=about,
        submitted_at=at,
        due_on=due_on(at, answer_days),
        state=RequestState.submitted,
        reason=None,
        answered_by_role=None,
        answered_at=None,
        person_key=person_key,
        content_sealed=key_ring.seal(msgspec.json.encode(content._asdict()), _context(request_id)),
        platform_name=own.platform_name,
        class_group_name=own.class_group_name,
        content=content,
    )
    await requests_repository.add(session, request)
    await _record(session, caller, Action.submit_rights_request, request, Kind.change)
    return request


async def own(
    session: ReadSession, key_ring: KeyRing, caller: Caller, *, before: UUID | None, limit: int
) -> Sequence[Request]:
    found = await requests_repository.of_person(session, _person_key(caller), before=before, limit=limit)
    return [opened(key_ring, request) for request in found]


async def withdraw(session: WriteSession, caller: Caller, request_id: UUID, at: datetime) -> Request:
    """Raises `RequestUnknown`, `RequestClosed`."""
    request = await requests_repository.one_of_person(session, _person_key(caller), request_id)
    if request is None:
        raise RequestUnknown
    return await _close(
        session,
        caller,
        Action.submit_rights_request,
        request,
        outcome=RequestState.withdrawn,
        reason=None,
        at=at,
    )


async def addressed(
    session: ReadSession, caller: Caller, state: RequestState | None, *, before: UUID | None, limit: int
) -> Sequence[Request]:
    """Those that the caller's side answers, without their words. Regulators see all of their districts."""
    visible, sides = Selection().within(caller.reach), _seen(caller)
    return await requests_repository.addressed(session, visible, sides, state, before=before, limit=limit)


async def waiting(session: ReadSession, caller: Caller, *, limit: int) -> Waiting:
    """For the caller's side to answer, without their words."""
    visible, side = Selection().within(caller.reach), _side(caller)
    number = await requests_repository.count_waiting(session, visible, side)
    return Waiting(number, await requests_repository.waiting(session, visible, side, limit=limit))


async def number_waiting(session: ReadSession, caller: Caller, *, most: int) -> int:
    """Of `waiting`, counted no further than `most`."""
    visible = Selection().within(caller.reach)
    return await requests_repository.count_waiting(session, visible, _side(caller), most=most)


async def read(session: WriteSession, key_ring: KeyRing, caller: Caller, request_id: UUID) -> Request:
    """With the person's words for who answers it, which is an access. Raises `RequestUnknown`."""
    request = await _visible(session, caller, request_id)
    await _record(session, caller, Action.read_rights_requests, request, Kind.read)
    if request.addressee is not _side(caller) or not caller.fields.tells(PersonalKind.name):
        return request
    return opened(key_ring, request)


async def answer(
    session: WriteSession,
    caller: Caller,
    request_id: UUID,
    outcome: RequestState,
    *,
    reason: str,
    at: datetime,
) -> Request:
    """Once, by the party addressed. Raises `RequestUnknown`, `RequestClosed`."""
    request = await _visible(session, caller, request_id)
    if request.addressee is not _side(caller):
        raise RequestUnknown
    return await _close(
        session,
        caller,
        Action.answer_rights_request,
        request,
        outcome=outcome,
        reason=mask_text(reason),
        at=at,
    )


def opened(key_ring: KeyRing, request: Request) -> Request:
    content = msgspec.json.decode(key_ring.open(request.content_sealed, _context(request.request_id)))
    return request._replace(content=Content(**content))


async def _visible(session: ReadSession, caller: Caller, request_id: UUID) -> Request:
    visible, sides = Selection().within(caller.reach), _seen(caller)
    found = await requests_repository.addressed(session, visible, sides, request_id=request_id)
    if not found:
        raise RequestUnknown
    return found[0]


async def _close(
    session: WriteSession,
    caller: Caller,
    action: Action,
    request: Request,
    *,
    outcome: RequestState,
    reason: str | None,
    at: datetime,
) -> Request:
    is_first = await requests_repository.answer(
        session,
        request_id=request.request_id,
        outcome=outcome,
        reason=reason,
        answered_by=caller.actor_id,
        role=caller.role,
        answered_at=at,
    )
    if not is_first:
        raise RequestClosed
    closed = request._replace(
        state=outcome, reason=reason, answered_by_role=caller.role.value, answered_at=at
    )
    await _record(session, caller, action, closed, Kind.change)
    return closed


async def _record(
    session: WriteSession, caller: Caller, action: Action, request: Request, kind: Kind
) -> None:
    subject = {
        **request.key._asdict(),
        "request_id": str(request.request_id),
        "person_key": request.person_key.hex(),
        "request": request.kind.value,
        "state": request.state.value,
    }
    await record(session, caller, action, subject, kind=kind, number=1)


def side_of(role: Role) -> Addressee:
    """Whose requests somebody of this role answers, if any."""
    return _SIDES.get(role, Addressee.regulator)


def _side(caller: Caller) -> Addressee:
    return side_of(caller.role)


def _seen(caller: Caller) -> Sequence[Addressee]:
    side = _side(caller)
    return list(Addressee) if side is Addressee.regulator else [side]


def _person_key(caller: Caller) -> bytes:
    if caller.reach.person_key is None:
        raise TypeError("Rights are a person's own.")
    return caller.reach.person_key


def _context(request_id: UUID) -> str:
    return row_context("rights_requests", "content_sealed", request_id)
