"""All SQL that counts how an enterprise's class groups come along, over all of them."""

from typing import NamedTuple

from sqlalchemy import ColumnElement, Integer, and_, case, cast, distinct, exists, func, or_, select, tuple_

from app.core.vocabulary import Eligibility, Outlook
from app.db.models import (
    Assessment,
    BatchClassGroup,
    ClassGroup,
    ClassGroupAssessment,
    LedgerPending,
    Touch,
)
from app.db.session import ReadSession
from app.eligibility.answers_repository import is_of
from app.records.selection import Selection


class Stand(NamedTuple):
    class_groups: int
    """In which somebody stands so."""
    learners: int


class Tally(NamedTuple):
    running: int
    closed: int
    not_final: int
    """Closed, and waiting to be judged."""
    lacking: Stand
    """Of what is final: evidence is missing."""


async def tally(session: ReadSession, selection: Selection) -> Tally:
    is_closed, is_final = ClassGroup.closed_at.is_not(None), ~_is_open()
    lacks = func.coalesce(
        cast(ClassGroupAssessment.counts[Eligibility.insufficient_evidence].astext, Integer), 0
    )
    states = (
        select(
            is_closed.label("is_closed"),
            and_(is_closed, is_final).label("is_final"),
            lacks.label("lacking"),
        )
        .outerjoin_from(ClassGroup, ClassGroupAssessment, is_of(ClassGroupAssessment))
        .where(~ClassGroup.deleted, *selection.conditions())
        .subquery()
        .c
    )
    is_lacking = and_(states.is_final, states.lacking > 0)
    running, closed, not_final, *lacking = (
        await session.execute(
            select(
                func.count().filter(~states.is_closed),
                func.count().filter(states.is_closed),
                func.count().filter(states.is_closed, ~states.is_final),
                func.count().filter(is_lacking),
                func.coalesce(func.sum(case((is_lacking, states.lacking), else_=0)), 0),
            )
        )
    ).one()
    return Tally(running, closed, not_final, Stand(*lacking))


async def stands(session: ReadSession, selection: Selection) -> dict[Outlook, Stand]:
    """By outlook, of class groups that run; nobody who has withdrawn."""
    key = tuple_(Assessment.platform, Assessment.class_group_id)
    statement = (
        select(Assessment.outlook, func.count(distinct(key)), func.count())
        .join_from(ClassGroup, Assessment, is_of(Assessment))
        .where(~ClassGroup.deleted, ClassGroup.closed_at.is_(None), *selection.conditions())
        .where(Assessment.outlook.is_not(None), Assessment.eligibility != Eligibility.withdrawn)
        .group_by(Assessment.outlook)
    )
    found = {Outlook(str(outlook)): Stand(*numbers) for outlook, *numbers in await session.execute(statement)}
    return {each: found.get(each, Stand(0, 0)) for each in Outlook}


def _is_open() -> ColumnElement[bool]:
    """As `pending.open_points` finds it of one that is closed."""
    its_batches = (
        exists()
        .where(
            BatchClassGroup.platform == ClassGroup.platform,
            BatchClassGroup.class_group_id == ClassGroup.class_group_id,
        )
        .where(LedgerPending.subject_id == BatchClassGroup.batch_id)
    )
    its_touches = exists().where(
        Touch.platform == ClassGroup.platform, Touch.class_group_id == ClassGroup.class_group_id
    )
    return or_(~func.coalesce(ClassGroupAssessment.is_final, False), its_touches, its_batches)
