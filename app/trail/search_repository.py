"""All SQL of searching the trail. Each filter has an index; entries are found newest first by their ids."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select

from app.core.ids import first_uuid
from app.db.models import Enrollment, Enterprise, TrailEntry
from app.db.session import ReadSession
from app.trail.repository import COLUMNS, entries
from app.trail.schemas import Entry, Wanted

ENROLLMENTS = 50
"""Of one person, the newest."""
MILLISECOND = timedelta(milliseconds=1)


async def search(session: ReadSession, wanted: Wanted, *, before: UUID | None, limit: int) -> list[Entry]:
    statement = select(*COLUMNS).where(*_asked(wanted)).order_by(TrailEntry.entry_id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(TrailEntry.entry_id < before)
    if wanted.person_key is not None:
        statement = statement.where(await _about(session, wanted.person_key))
    return await entries(session, statement)


def _asked(wanted: Wanted) -> Iterator[ColumnElement[bool]]:
    for column in (TrailEntry.actor_id, TrailEntry.action, TrailEntry.kind, TrailEntry.address):
        value = getattr(wanted, column.key)
        if value is not None:
            yield column == value
    if wanted.organisation is not None:
        yield TrailEntry.organisation == wanted.organisation
    if wanted.subject:
        yield TrailEntry.subject.contains(dict(wanted.subject))
    if wanted.first is not None:  # an id begins with its millisecond
        yield and_(TrailEntry.entry_id >= first_uuid(wanted.first), TrailEntry.occurred_at >= wanted.first)
    if wanted.last is not None:
        yield TrailEntry.entry_id < first_uuid(wanted.last + MILLISECOND)
        yield TrailEntry.occurred_at < wanted.last
    if wanted.districts is not None:
        yield _within(wanted.districts)


def _within(districts: tuple[str, ...]) -> ColumnElement[bool]:
    """Prefixes of digits; an official of several districts must be within with all of them."""
    one = f"({'|'.join(districts)})[0-9]*"
    enterprises = select("enterprise:" + Enterprise.uscc).where(
        or_(*(Enterprise.district_code.startswith(prefix) for prefix in districts))
    )
    officials = TrailEntry.organisation.regexp_match(f"^districts:{one}(,{one})*$")
    return or_(officials, TrailEntry.organisation.in_(enterprises))


async def _about(session: ReadSession, person_key: bytes) -> ColumnElement[bool]:
    rows = await session.execute(
        select(Enrollment.platform, Enrollment.class_group_id, Enrollment.learner_id)
        .where(Enrollment.person_key == person_key)
        .order_by(Enrollment.batch_id.desc())
        .limit(ENROLLMENTS)
    )
    subject = TrailEntry.subject
    told = [subject.contains({"person_key": person_key.hex()})]
    for platform, class_group_id, learner_id in rows:
        class_group = {"platform": platform, "class_group_id": class_group_id}
        told.append(subject.contains({**class_group, "learner_id": learner_id}))
        told.append(and_(subject.contains(class_group), ~subject.has_key("learner_id")))
    return or_(*told)
