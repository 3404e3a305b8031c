"""`GET /api/v1/assessment`: how far the answers have followed the receipts."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Reading
from app.core import clock
from app.eligibility.pending import pending

router = APIRouter(prefix="/api/v1", tags=["评定 / Assessment"])


class AssessmentProgress(BaseModel):
    """How far the engine has come."""

    model_config = ConfigDict(frozen=True)

    pending_enrollments: int = Field(
        title="待评定的花名册条目 / Enrollments that wait",
        description="为 0 时，所有查询结果已反映此前的全部回执。"
        "With 0 every answer reflects every receipt sent before the call.",
        examples=[0],
    )
    oldest_pending_seconds: int = Field(
        title="最久的已等待秒数 / Seconds that the oldest has waited", examples=[0]
    )
    ledger_size: int = Field(title="账本条目数 / Entries in the ledger", examples=[1200])


@router.get("/assessment", summary="评定进度 / Progress of the assessment")
async def assessment(
    _caller: Annotated[Caller, Allowed(Action.read_assessment)], session: Reading
) -> AssessmentProgress:
    """评定在回执之后异步进行。Assessment follows the receipts asynchronously."""
    progress = await pending(session, clock.now())
    return AssessmentProgress(**progress._asdict())
