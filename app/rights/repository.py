"""All SQL of the rights."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Text, and_, distinct, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.expression import cast

from app.core.ids import ClassGroupId, LearnerId, PlatformCode, first_uuid
from app.db.models import ClassGroup, Enrollment, TrailEntry
from app.db.session import ReadSession, WriteSession
from app.records.names import class_group_name, platform_name
from app.records.selection import Selection
from app.rights.schemas import Access, EnrollmentKey

REVEALERS = 7_362_011  # the advisory locks of those to whom personal data is revealed


class SealedPerson(NamedTuple):
    person_key: bytes | None
    name: str | None
    id_number_sealed: bytes | None
    phone_sealed: bytes | None


class OwnEnrollment(NamedTuple):
    key: EnrollmentKey
    uscc: str | None
    platform_name: str | None
    class_group_name: str | None


async def lock_actor(session: WriteSession, actor_id: str) -> None:
    """Until the transaction ends: who asks twice at once is counted twice."""
    await session.execute(select(func.pg_advisory_xact_lock(REVEALERS, func.hashtext(actor_id))))


async def acts_of(session: ReadSession, actor_id: str, actions: Collection[str], since: datetime) -> int:
    """Entries that belong to one act bear its id as `bundle_id`, but for the first, whose own it is."""
    act = func.coalesce(TrailEntry.subject["bundle_id"].astext, cast(TrailEntry.entry_id, Text))
    statement = select(func.count(distinct(act))).where(
        TrailEntry.actor_id == actor_id,
        TrailEntry.entry_id >= first_uuid(since),
        TrailEntry.occurred_at >= since,
        TrailEntry.action.in_(actions),
        TrailEntry.kind == "read",
    )
    return await session.scalar(statement) or 0


async def sealed_person(
    session: ReadSession, selection: Selection, key: EnrollmentKey
) -> SealedPerson | None:
    """Of the enrollment, where its class group has arrived and lies within the selection."""
    statement = (
        select(Enrollment.person_key, Enrollment.name, Enrollment.id_number_sealed, Enrollment.phone_sealed)
        .join(ClassGroup, _of_its_class_group())
        .where(*_is(key), *selection.conditions())
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else SealedPerson(*row)


async def enrollments_of(session: ReadSession, person_key: bytes) -> list[OwnEnrollment]:
    """On every platform, withdrawn ones included."""
    statement = (
        select(
            Enrollment.platform,
            Enrollment.class_group_id,
            Enrollment.learner_id,
            ClassGroup.enterprise_uscc,
            platform_name(Enrollment.platform),
            ClassGroup.name,
        )
        .outerjoin(ClassGroup, _of_its_class_group())
        .where(Enrollment.person_key == person_key, ~Enrollment.deleted)
        .order_by(Enrollment.platform, Enrollment.class_group_id, Enrollment.learner_id)
    )
    return [
        OwnEnrollment(
            EnrollmentKey(PlatformCode(platform), ClassGroupId(class_group_id), LearnerId(learner_id)), *told
        )
        for platform, class_group_id, learner_id, *told in await session.execute(statement)
    ]


async def accesses(
    session: ReadSession,
    person_key: bytes,
    enrollments: Sequence[OwnEnrollment],
    *,
    before: UUID | None,
    limit: int,
) -> list[Access]:
    """Newest first: by the person, the enrollment, its class group or its enterprise; not one's own."""
    subject = TrailEntry.subject
    concerns = [_holds({"person_key": person_key.hex()})]
    for key, uscc, *_ in enrollments:
        of_the_group = {"platform": key.platform, "class_group_id": key.class_group_id}
        concerns.append(_holds(key._asdict()))
        concerns.append(and_(_holds(of_the_group), ~subject.has_key("learner_id")))
        if uscc is not None:
            concerns.append(and_(_holds({"uscc": uscc}), subject.has_key("report_id")))
    platform, class_group_id = subject["platform"].astext, subject["class_group_id"].astext
    named = (
        platform,
        platform_name(platform),
        class_group_id,
        class_group_name(platform, class_group_id),
    )
    statement = (
        select(
            TrailEntry.entry_id,
            TrailEntry.occurred_at,
            TrailEntry.role,
            TrailEntry.organisation,
            TrailEntry.action,
            *named,
            TrailEntry.purpose_code,
            TrailEntry.purpose,
        )
        .where(TrailEntry.kind == "read", TrailEntry.role.is_distinct_from("learner"), or_(*concerns))
        .order_by(TrailEntry.entry_id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(TrailEntry.entry_id < before)
    return [Access(*row) for row in await session.execute(statement)]


def _holds(subject: dict[str, str]) -> ColumnElement[bool]:
    return TrailEntry.subject.op("@>")(cast(subject, JSONB))


def _is(key: EnrollmentKey) -> tuple[ColumnElement[bool], ...]:
    return (
        Enrollment.platform == key.platform,
        Enrollment.class_group_id == key.class_group_id,
        Enrollment.learner_id == key.learner_id,
        ~Enrollment.deleted,
    )


def _of_its_class_group() -> ColumnElement[bool]:
    return and_(
        ClassGroup.platform == Enrollment.platform,
        ClassGroup.class_group_id == Enrollment.class_group_id,
        ~ClassGroup.deleted,
    )
