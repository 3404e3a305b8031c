"""All SQL of corrections and objections."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import ClassGroupId, LearnerId, PlatformCode
from app.core.vocabulary import Feed
from app.db.models import ClassGroup, Decision, Finding, RightsAnswer, RightsRequest
from app.db.session import ReadSession, WriteSession
from app.records import names
from app.records.selection import Selection
from app.rights.schemas import About, Addressee, EnrollmentKey, Request, RequestKind, RequestState

Answered = Select[RightsRequest, str | None, str | None, str, str | None, str, datetime]
"""Requests with the names of platform and class group, and their answers, as far as there are any."""
_IS_OPEN = RightsAnswer.outcome.is_(None)


async def add(session: WriteSession, request: Request) -> None:
    about = request.about._asdict()
    values = {
        **request.key._asdict(),
        **about,
        "request_id": request.request_id,
        "kind": request.kind,
        "addressee": request.addressee,
        "person_key": request.person_key,
        "content_sealed": request.content_sealed,
        "submitted_at": request.submitted_at,
        "due_on": request.due_on,
    }
    await session.execute(insert(RightsRequest).values(values))


async def answer(session: WriteSession, **values: object) -> bool:
    """False: it was answered or withdrawn before. Of two at once, one is."""
    statement = (
        insert(RightsAnswer).values(values).on_conflict_do_nothing().returning(RightsAnswer.request_id)
    )
    return await session.scalar(statement) is not None


async def of_person(
    session: ReadSession, person_key: bytes, *, before: UUID | None, limit: int
) -> list[Request]:
    statement = _requests().where(RightsRequest.person_key == person_key)
    return await _newest(session, statement, before, limit)


async def one_of_person(session: ReadSession, person_key: bytes, request_id: UUID) -> Request | None:
    statement = _requests().where(
        RightsRequest.person_key == person_key, RightsRequest.request_id == request_id
    )
    found = await _newest(session, statement, None, 1)
    return found[0] if found else None


async def addressed(
    session: ReadSession,
    selection: Selection,
    addressees: Sequence[Addressee],
    state: RequestState | None = None,
    *,
    request_id: UUID | None = None,
    before: UUID | None = None,
    limit: int = 1,
) -> list[Request]:
    """Newest first: about class groups of the selection, to one of the addressees."""
    statement = _addressed(selection, addressees)
    if request_id is not None:
        statement = statement.where(RightsRequest.request_id == request_id)
    if state is RequestState.submitted:
        statement = statement.where(_IS_OPEN)
    elif state is not None:
        statement = statement.where(RightsAnswer.outcome == state)
    return await _newest(session, statement, before, limit)


async def waiting(
    session: ReadSession, selection: Selection, addressee: Addressee, *, limit: int
) -> list[Request]:
    """Not answered yet; the first that is due comes first."""
    statement = _addressed(selection, [addressee]).where(_IS_OPEN)
    by_day = statement.order_by(RightsRequest.due_on, RightsRequest.request_id)
    return [_request(*row) for row in await session.execute(by_day.limit(limit))]


async def count_waiting(
    session: ReadSession, selection: Selection, addressee: Addressee, *, most: int | None = None
) -> int:
    """No further than `most`."""
    statement = _addressed(selection, [addressee]).where(_IS_OPEN).limit(most)
    found = statement.with_only_columns(RightsRequest.request_id).subquery()
    return await session.scalar(select(func.count()).select_from(found)) or 0


async def is_about(session: ReadSession, key: EnrollmentKey, about: About) -> bool:
    """Whether the decision and the finding, as far as they are named, are on this enrollment."""
    for model, column, named in (
        (Decision, Decision.decision_id, about.decision_id),
        (Finding, Finding.finding_id, about.finding_id),
    ):
        if named is None:
            continue
        own = [getattr(model, name) == value for name, value in key._asdict().items()]
        if not await session.scalar(select(exists().where(column == named, *own))):
            return False
    return True


def _addressed(selection: Selection, addressees: Sequence[Addressee]) -> Answered:
    its_class_group = and_(
        ClassGroup.platform == RightsRequest.platform,
        ClassGroup.class_group_id == RightsRequest.class_group_id,
    )
    of_these = RightsRequest.addressee.in_(addressees)
    return _requests().join(ClassGroup, its_class_group).where(of_these, *selection.conditions())


def _requests() -> Answered:
    return select(
        RightsRequest,
        names.platform_name(RightsRequest.platform),
        names.class_group_name(RightsRequest.platform, RightsRequest.class_group_id),
        RightsAnswer.outcome,
        RightsAnswer.reason,
        RightsAnswer.role,
        RightsAnswer.answered_at,
    ).outerjoin(RightsAnswer, RightsAnswer.request_id == RightsRequest.request_id)


async def _newest(
    session: ReadSession, statement: Answered, before: UUID | None, limit: int
) -> list[Request]:
    if before is not None:
        statement = statement.where(RightsRequest.request_id < before)
    rows = await session.execute(statement.order_by(RightsRequest.request_id.desc()).limit(limit))
    return [_request(*row) for row in rows]


def _request(row: RightsRequest, *told: Any) -> Request:  # noqa: ANN401 (a row's)
    platform_name, class_group_name, outcome, reason, role, answered_at = told
    feed = None if row.feed is None else Feed(row.feed)
    return Request(
        request_id=row.request_id,
        kind=RequestKind(row.kind),
        addressee=Addressee(row.addressee),
        key=EnrollmentKey(
            PlatformCode(row.platform), ClassGroupId(row.class_group_id), LearnerId(row.learner_id)
        ),
        about=About(feed, row.record_key, row.field, row.decision_id, row.finding_id),
        submitted_at=row.submitted_at,
        due_on=row.due_on,
        state=RequestState(outcome or RequestState.submitted),
        reason=reason,
        answered_by_role=role,
        answered_at=answered_at,
        person_key=row.person_key,
        content_sealed=row.content_sealed,
        platform_name=platform_name,
        class_group_name=class_group_name,
    )
