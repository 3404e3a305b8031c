"""All SQL of marks: the few figures of each learner of one class group that its overviews compare."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import JSONPATH
from sqlalchemy.sql.expression import cast

from app.core.ids import ClassGroupKey, LearnerId
from app.db.models import Assessment, Enrollment
from app.db.session import ReadSession

HOURS_RULE = func.jsonb_path_query_first(
    Assessment.rules, cast('$[*] ? (@.fact == "credited_hours")', JSONPATH)
)


class MarksRow(NamedTuple):
    """What is None has not been assessed yet."""

    learner_id: LearnerId
    name: str
    eligibility: str | None
    outlook: str | None
    attendance_rate: Any
    credited_hours: Any
    hours_rule: dict[str, Any] | None


async def marks(
    session: ReadSession, key: ClassGroupKey, learner_ids: Sequence[LearnerId] | None
) -> list[MarksRow]:
    """By learner id; None: of everybody who is enrolled."""
    is_its = and_(
        Assessment.platform == Enrollment.platform,
        Assessment.class_group_id == Enrollment.class_group_id,
        Assessment.learner_id == Enrollment.learner_id,
    )
    statement = (
        select(
            Enrollment.learner_id,
            Enrollment.name,
            Assessment.eligibility,
            Assessment.outlook,
            Assessment.facts["attendance_rate"],
            Assessment.facts["credited_hours"],
            HOURS_RULE,
        )
        .outerjoin(Assessment, is_its)
        .where(
            Enrollment.platform == key.platform,
            Enrollment.class_group_id == key.class_group_id,
            ~Enrollment.deleted,
        )
        .order_by(Enrollment.learner_id)
    )
    if learner_ids is not None:
        statement = statement.where(Enrollment.learner_id.in_(learner_ids))
    return [MarksRow._make(row) for row in await session.execute(statement)]


async def subsidy_fen(session: ReadSession, key: ClassGroupKey) -> int | None:
    """Of all learners together; None where no amount stands with any."""
    statement = select(func.sum(Assessment.subsidy_fen)).where(
        Assessment.platform == key.platform, Assessment.class_group_id == key.class_group_id
    )
    total = await session.scalar(statement)
    return None if total is None else int(total)
