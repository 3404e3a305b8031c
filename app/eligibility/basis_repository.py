"""The SQL of what a decision rests on."""

from sqlalchemy import select

from app.core.ids import ClassGroupKey, LearnerId
from app.db.models import Assessment, AssessmentRun, Decision
from app.db.session import ReadSession
from app.eligibility.schemas import DecisionBasis


async def decision_basis(
    session: ReadSession, key: ClassGroupKey, learner_id: LearnerId
) -> DecisionBasis | None:
    """Of the decision that the enrollment stands on; None while the class group runs."""
    statement = (
        select(
            Decision.decision_id,
            Decision.decided_at,
            AssessmentRun.run_id,
            AssessmentRun.batch_ids,
            AssessmentRun.ledger_size,
            AssessmentRun.policy_hash,
            AssessmentRun.program_version,
        )
        .select_from(Assessment)
        .join(Decision, Decision.decision_id == Assessment.decision_id)
        .join(AssessmentRun, AssessmentRun.run_id == Decision.run_id)
        .where(
            Assessment.platform == key.platform,
            Assessment.class_group_id == key.class_group_id,
            Assessment.learner_id == learner_id,
        )
    )
    row = (await session.execute(statement)).one_or_none()
    return None if row is None else DecisionBasis._make(row)
