"""`/api/v1/personal-data`: personal data in clear, for a purpose."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Shared
from app.api.parameters import LocalId, OnlyKnown
from app.api.problems import documented
from app.core import clock
from app.core.ids import ClassGroupId, LearnerId, PlatformCode
from app.db.session import transaction
from app.privacy.fields import PersonalKind
from app.rights.reveal import reveal
from app.rights.schemas import EnrollmentKey, RevealPurpose, Why

router = APIRouter(
    prefix="/api/v1/personal-data", tags=["个人信息 / Personal data"], dependencies=[OnlyKnown]
)

PLAIN = r"^[^\x00-\x1f\x7f]*$"
"""Without control characters."""
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=500, pattern=PLAIN)]


class Purposeful(BaseModel):
    """用途与理由。For what somebody wants to see personal data."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    purpose: RevealPurpose = Field(
        title="用途 / Purpose",
        description="complaint 投诉举报，verification 核实身份或资格，inspection 监督检查，"
        "payment 资金拨付核对，rights_request 处理个人行使权利的请求。",
        examples=["complaint"],
    )
    reason: Reason = Field(
        title="理由 / Reason",
        description="将告知本人。The person concerned is told.",
        examples=["核对投诉所指的学员身份"],
    )
    case_reference: Annotated[str, Field(pattern=r"^[^\x00-\x1f\x7f]{1,64}$")] | None = Field(
        default=None, title="案卷编号 / Case reference", examples=["TS-2026-0017"]
    )

    def why(self) -> Why:
        return Why(self.purpose, self.reason, self.case_reference)


class RevealRequest(Purposeful):
    """查看一名学员的明文信息。Asks for a learner's personal data in clear."""

    platform: LocalId = Field(title="平台 / Platform", examples=["live-a"])
    class_group_id: LocalId = Field(title="班级 / Class group", examples=["C2026-001"])
    learner_id: LocalId = Field(title="学员 / Learner", examples=["L0001"])
    fields: list[Literal["name", "id_number", "phone"]] = Field(
        min_length=1, max_length=3, title="所需字段 / Fields", examples=[["id_number"]]
    )


class RevealAnswer(BaseModel):
    """明文信息。Personal data in clear; null: not known, or not for the caller."""

    model_config = ConfigDict(frozen=True)

    entry_id: UUID = Field(title="审计记录编号 / Entry of the audit trail")
    name: str | None = Field(default=None, title="姓名 / Name")
    id_number: str | None = Field(default=None, title="身份证号码 / ID number")
    phone: str | None = Field(default=None, title="电话 / Phone")


@router.post("/reveal", summary="查看明文 / Reveal", responses=documented(400, 404, 415, 429))
async def reveal_personal_data(
    *, caller: Annotated[Caller, Allowed(Action.reveal_personal_data)], wanted: RevealRequest, shared: Shared
) -> RevealAnswer:
    """Each time is recorded with its purpose, counted against a daily limit and told to the person concerned.

    每次查看连同用途记入审计日志，计入每日上限，并向本人公示（GET /api/v1/me/accesses）。
    """
    key = EnrollmentKey(
        PlatformCode(wanted.platform), ClassGroupId(wanted.class_group_id), LearnerId(wanted.learner_id)
    )
    # Not confined to the caller's rows: what was revealed before is counted in the trail. `reach` bounds it.
    async with transaction(shared.database) as session:
        revealed = await reveal(
            session,
            shared.key_ring,
            caller,
            key=key,
            wanted={PersonalKind(field) for field in wanted.fields},
            why=wanted.why(),
            most_a_day=shared.settings.reveals_per_day,
            at=clock.now(),
        )
    return RevealAnswer(
        entry_id=revealed.entry_id, **{kind.value: text for kind, text in revealed.values.items()}
    )
