"""All SQL of assignments and comments. Append-only; of a finding the newest assignment counts."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, exists, func, insert, select
from sqlalchemy.orm import aliased

from app.core.ids import ActorId, ClassGroupId, FindingId, PlatformCode
from app.db.models import ClassGroup, Finding, FindingAssignment, FindingComment
from app.db.session import ReadSession, WriteSession
from app.findings.schemas import Assigned, Event, EventKind
from app.records.selection import Selection


def standing(held: type[FindingAssignment] = FindingAssignment) -> Iterator[ColumnElement[bool]]:
    """Somebody takes care by this one: nothing came after it."""
    later = aliased(FindingAssignment)
    yield held.assignee_id.is_not(None)
    yield ~exists().where(later.finding_id == held.finding_id, later.assignment_id > held.assignment_id)


class Concerned(NamedTuple):
    """A finding that is worked on."""

    finding_id: FindingId
    platform: PlatformCode
    class_group_id: ClassGroupId
    district: str | None

    @property
    def key(self) -> dict[str, Any]:
        names = ("finding_id", "platform", "class_group_id")
        return {name: getattr(self, name) for name in names}


def is_assigned(wanted: Assigned, me: ActorId | None) -> ColumnElement[bool]:
    """On `Finding`."""
    held = aliased(FindingAssignment)
    standing_ones = select(held.finding_id).where(*standing(held))
    match wanted:
        case Assigned.nobody:
            return ~standing_ones.where(held.finding_id == Finding.finding_id).exists()
        case Assigned.somebody:
            return Finding.finding_id.in_(standing_ones)
        case Assigned.me:
            return Finding.finding_id.in_(standing_ones.where(held.assignee_id == me))


async def concerned(
    session: ReadSession, finding_ids: Collection[UUID], selection: Selection
) -> list[Concerned]:
    """Those of them that lie within."""
    statement = (
        select(Finding.finding_id, Finding.platform, Finding.class_group_id, ClassGroup.district_code)
        .join(
            ClassGroup,
            (ClassGroup.platform == Finding.platform) & (ClassGroup.class_group_id == Finding.class_group_id),
        )
        .where(Finding.finding_id.in_(finding_ids), *selection.conditions())
        .order_by(Finding.finding_id)
    )
    return [Concerned._make(row) for row in await session.execute(statement)]


async def add_assignments(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(FindingAssignment), rows)


async def add_comments(session: WriteSession, rows: Sequence[dict[str, Any]]) -> None:
    await session.execute(insert(FindingComment), rows)


async def assignees(session: ReadSession, finding_ids: Collection[UUID]) -> Mapping[UUID, ActorId]:
    """Of those that somebody takes care of."""
    statement = select(FindingAssignment.finding_id, FindingAssignment.assignee_id).where(
        FindingAssignment.finding_id.in_(finding_ids), *standing()
    )
    return {row.finding_id: ActorId(row.assignee_id) for row in await session.execute(statement)}


async def comments(session: ReadSession, finding_ids: Collection[UUID]) -> Mapping[UUID, int]:
    """How many; of those that have any."""
    statement = (
        select(FindingComment.finding_id, func.count())
        .where(FindingComment.finding_id.in_(finding_ids))
        .group_by(FindingComment.finding_id)
    )
    return {row[0]: row[1] for row in await session.execute(statement)}


async def events(session: ReadSession, finding_id: UUID) -> list[Event]:
    assigned = await session.scalars(
        select(FindingAssignment)
        .where(FindingAssignment.finding_id == finding_id)
        .order_by(FindingAssignment.assignment_id)
    )
    told = [
        Event(
            row.assigned_at,
            EventKind.unassigned if row.assignee_id is None else EventKind.assigned,
            ActorId(row.assigned_by),
            None if row.assignee_id is None else ActorId(row.assignee_id),
        )
        for row in assigned
    ]
    said = await session.scalars(
        select(FindingComment)
        .where(FindingComment.finding_id == finding_id)
        .order_by(FindingComment.comment_id)
    )
    told += [
        Event(row.commented_at, EventKind.commented, ActorId(row.author_id), text=row.text) for row in said
    ]
    return told
