"""All SQL of legal holds: placed, standing, lifted. Nothing of it ever changes."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, exists, insert, literal, or_, select, tuple_

from app.core.ids import ClassGroupKey
from app.db.models import ClassGroup, Enrollment, LegalHold, LiftedHold, Platform
from app.db.session import ReadSession, WriteSession
from app.records.names import class_group_name, platform_name
from app.records.selection import Selection
from app.retention.schemas import About, Hold

COLUMNS = (
    LegalHold.hold_id,
    LegalHold.about,
    LegalHold.platform,
    LegalHold.class_group_id,
    LegalHold.learner_id,
    LegalHold.uscc,
    LegalHold.reason,
    LegalHold.placed_by,
    LegalHold.placed_at,
    LiftedHold.lifted_at,
    LiftedHold.proposal_id,
    platform_name(LegalHold.platform),
    class_group_name(LegalHold.platform, LegalHold.class_group_id),
)


async def platform_exists(session: ReadSession, code: str) -> bool:
    return bool(await session.scalar(select(exists().where(Platform.code == code))))


async def class_group_exists(session: ReadSession, selection: Selection) -> bool:
    """Any that is chosen."""
    chosen = select(ClassGroup.platform).where(*selection.conditions())
    return bool(await session.scalar(select(chosen.exists())))


async def enrollment_exists(
    session: ReadSession, platform: str, class_group_id: str, learner_id: str
) -> bool:
    named = (
        Enrollment.platform == platform,
        Enrollment.class_group_id == class_group_id,
        Enrollment.learner_id == learner_id,
    )
    return bool(await session.scalar(select(exists().where(*named))))


async def add(session: WriteSession, row: dict[str, Any]) -> None:
    await session.execute(insert(LegalHold).values(row))


async def lift(session: WriteSession, hold_id: UUID, proposal_id: UUID, at: datetime) -> None:
    await session.execute(insert(LiftedHold).values(hold_id=hold_id, proposal_id=proposal_id, lifted_at=at))


async def standing(session: ReadSession, hold_id: UUID) -> Hold | None:
    statement = _holds().where(LegalHold.hold_id == hold_id, LiftedHold.hold_id.is_(None))
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else _hold(row)


async def holds(
    session: ReadSession,
    districts: Sequence[str] | None,
    *,
    is_standing: bool | None,
    before: UUID | None,
    limit: int,
) -> list[Hold]:
    """The newest first."""
    statement = _holds().where(_within(districts)).order_by(LegalHold.hold_id.desc()).limit(limit)
    if is_standing is not None:
        is_lifted = LiftedHold.hold_id.is_not(None)
        statement = statement.where(~is_lifted if is_standing else is_lifted)
    if before is not None:
        statement = statement.where(LegalHold.hold_id < before)
    return [_hold(row) for row in await session.execute(statement)]


async def standing_on(
    session: ReadSession, keys: Collection[ClassGroupKey], districts: Sequence[str] | None
) -> list[Hold]:
    """Those that keep any of these class groups, as the list of holds shows them."""
    named = tuple_(ClassGroup.platform, ClassGroup.class_group_id).in_(keys)
    enterprises = select(ClassGroup.enterprise_uscc).where(named)
    is_meant = or_(
        and_(LegalHold.about == About.platform, LegalHold.platform.in_({key.platform for key in keys})),
        and_(LegalHold.about == About.enterprise, LegalHold.uscc.in_(enterprises)),
        tuple_(LegalHold.platform, LegalHold.class_group_id).in_(keys),
    )
    statement = _holds().where(is_meant, LiftedHold.hold_id.is_(None), _within(districts))
    return [_hold(row) for row in await session.execute(statement.order_by(LegalHold.hold_id))]


async def districts_of(session: ReadSession, hold: Hold) -> set[str | None]:
    """Of the class group, or of all that the enterprise has; a platform has none."""
    if hold.about is About.platform:
        return set()
    statement = select(ClassGroup.district_code).distinct()
    if hold.about is About.enterprise:
        statement = statement.where(ClassGroup.enterprise_uscc == hold.uscc)
    else:
        key = ClassGroup.platform == hold.platform, ClassGroup.class_group_id == hold.class_group_id
        statement = statement.where(*key)
    return set(await session.scalars(statement))


def _holds() -> Any:  # noqa: ANN401 (a select of many columns)
    return select(*COLUMNS).outerjoin(LiftedHold, LiftedHold.hold_id == LegalHold.hold_id)


def _within(districts: Sequence[str] | None) -> ColumnElement[bool]:
    """Of class groups and enterprises there; those on platforms are everybody's to see."""
    if districts is None:
        return literal(value=True)
    there = Selection(districts=tuple(districts)).conditions()
    of_class_group = and_(
        ClassGroup.platform == LegalHold.platform, ClassGroup.class_group_id == LegalHold.class_group_id
    )
    of_enterprise = ClassGroup.enterprise_uscc == LegalHold.uscc
    return or_(
        LegalHold.about == About.platform,
        exists().where(or_(of_class_group, of_enterprise), *there).correlate(LegalHold),
    )


def _hold(row: Row[Any]) -> Hold:
    found = Hold._make(row)
    return found._replace(about=About(found.about))
