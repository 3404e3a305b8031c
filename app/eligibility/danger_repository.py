"""What learners of running class groups fail by: read of the few class groups that are named."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import exists, func, select, tuple_

from app.core.ids import ClassGroupId, ClassGroupKey, LearnerId, PlatformCode
from app.core.vocabulary import Eligibility, FindingState, Outcome, Outlook, Severity
from app.db.models import Assessment, Finding
from app.db.session import ReadSession

ENDANGERED = (Outlook.lost, Outlook.at_risk)


class FailedRow(NamedTuple):
    """A blocking rule that a learner who is lost or at risk fails by so and so much, and nobody waived."""

    platform: PlatformCode
    class_group_id: ClassGroupId
    learner_id: LearnerId
    outlook: Outlook
    rule: str
    fact: str
    is_found: bool
    """Whether a finding is open: while a class group runs that is one on what is lost."""


async def failed(session: ReadSession, keys: Sequence[ClassGroupKey]) -> list[FailedRow]:
    rule = func.jsonb_array_elements(Assessment.rules).table_valued("value", joins_implicitly=True).c.value
    code = rule.op("->>")("code")
    is_found = exists().where(
        Finding.platform == Assessment.platform,
        Finding.class_group_id == Assessment.class_group_id,
        Finding.learner_id == Assessment.learner_id,
        Finding.rule == code,
        Finding.state == FindingState.open,
    )
    statement = (
        select(
            Assessment.platform,
            Assessment.class_group_id,
            Assessment.learner_id,
            Assessment.outlook,
            code,
            rule.op("->>")("fact"),
            is_found,
        )
        .select_from(Assessment)
        .where(
            tuple_(Assessment.platform, Assessment.class_group_id).in_(keys),
            Assessment.eligibility == Eligibility.in_progress,
            Assessment.outlook.in_(ENDANGERED),
            rule.op("->>")("outcome") == Outcome.failed,
            rule.op("->>")("severity") == Severity.blocking,
            rule.op("->>")("shortfall").is_not(None),
            rule.op("->>")("waived_by").is_(None),
        )
    )
    return [FailedRow._make(row) for row in await session.execute(statement)]
