"""Corrections and objections as they are submitted and told."""

from datetime import date, datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from app.api.parameters import LocalId
from app.api.standings import CLASS_GROUP_NAME, PLATFORM_NAME
from app.core import clock
from app.core.ids import ClassGroupId, LearnerId, PlatformCode
from app.core.vocabulary import Feed
from app.rights.schemas import (
    About,
    Addressee,
    Content,
    EnrollmentKey,
    Request,
    RequestKind,
    RequestState,
)

PLAIN = r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$"
"""Without control characters but line ends."""
Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=4, max_length=4000, pattern=PLAIN)]
Name = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$")]
OWN_FEEDS = Literal[
    "enrollments",
    "attendance",
    "learning-records",
    "verifications",
    "quiz-answers",
    "exam-scores",
    "evaluations",
]


class _OfEnrollment(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    platform: LocalId = Field(title="平台 / Platform", examples=["live-a"])
    class_group_id: LocalId = Field(title="班级 / Class group", examples=["C2026-001"])
    learner_id: LocalId = Field(title="学员 / Learner", examples=["L0001"])

    @property
    def key(self) -> EnrollmentKey:
        return EnrollmentKey(
            PlatformCode(self.platform), ClassGroupId(self.class_group_id), LearnerId(self.learner_id)
        )


class CorrectionRequest(_OfEnrollment):
    """更正请求。Asks for a record to be put right."""

    feed: OWN_FEEDS = Field(title="数据集 / Feed", examples=["attendance"])
    record_key: dict[Name, LocalId] = Field(
        default_factory=dict,
        max_length=4,
        title="记录的其余键 / What else names the record",
        examples=[{"lesson_id": "S01"}],
    )
    field: Name | None = Field(
        default=None, title="字段 / Field", description="缺少整条记录时为空。Null: the record is missing."
    )
    right_value: Annotated[str, Field(max_length=500, pattern=PLAIN)] | None = Field(
        default=None, title="正确内容 / What is right", examples=["present"]
    )
    reason: Words = Field(title="理由 / Why", examples=["当日全程在线，有截图。"])

    @property
    def about(self) -> About:
        return About(Feed(self.feed), self.record_key, self.field)

    @property
    def content(self) -> Content:
        return Content(self.reason, self.right_value)


class ObjectionRequest(_OfEnrollment):
    """异议。Objects to a decision or a finding."""

    decision_id: UUID | None = Field(default=None, title="决定 / Decision")
    finding_id: UUID | None = Field(default=None, title="预警 / Finding")
    reason: Words = Field(title="理由 / Why", examples=["考试成绩漏记。"])

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.decision_id is None) == (self.finding_id is None):
            raise ValueError("name a decision or a finding")
        return self

    @property
    def about(self) -> About:
        return About(decision_id=self.decision_id, finding_id=self.finding_id)

    @property
    def content(self) -> Content:
        return Content(self.reason)


class RightsAnswer(BaseModel):
    """答复。Answers a request, once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request_id: UUID = Field(title="请求编号 / Request")
    outcome: Literal["accepted", "declined"] = Field(
        title="结果 / Outcome",
        description="accepted 不会自动更改数据：由平台以新修订版上报。"
        "Accepting changes no figure: the platform pushes a new revision.",
    )
    reason: Words = Field(title="说明 / Reason", examples=["经核对签到记录，予以更正。"])


class RightsRequestItem(BaseModel):
    """一个更正或异议请求。A correction or an objection as it stands."""

    model_config = ConfigDict(frozen=True)

    request_id: UUID = Field(title="请求编号 / Request")
    kind: RequestKind = Field(title="类型 / Kind")
    addressee: Addressee = Field(title="受理方 / Who answers")
    platform: str = Field(title="平台 / Platform")
    platform_name: str | None = PLATFORM_NAME
    class_group_id: str = Field(title="班级 / Class group")
    class_group_name: str | None = CLASS_GROUP_NAME
    learner_id: str = Field(title="学员 / Learner")
    feed: Feed | None = Field(title="数据集 / Feed")
    record_key: dict[str, str] | None = Field(title="记录 / Record")
    field: str | None = Field(title="字段 / Field")
    decision_id: UUID | None = Field(title="决定 / Decision")
    finding_id: UUID | None = Field(title="预警 / Finding")
    statement: str | None = Field(
        title="理由 / Why", description="仅本人与受理方可见。For the person and who answers it only."
    )
    right_value: str | None = Field(title="正确内容 / What is right", description="同上。Likewise.")
    submitted_at: datetime = Field(title="提出时间 / Submitted at")
    due_on: date = Field(title="答复期限 / To be answered by")
    is_overdue: bool = Field(title="已逾期 / Overdue")
    state: RequestState = Field(title="状态 / State")
    reason: str | None = Field(title="答复说明 / Reason of the answer")
    answered_by_role: str | None = Field(title="答复方角色 / Role of who answered")
    answered_at: datetime | None = Field(title="答复时间 / Answered at")


def request_item(request: Request) -> RightsRequestItem:
    told = request.content
    return RightsRequestItem.model_validate(
        {
            **request._asdict(),
            **request.key._asdict(),
            **request.about._asdict(),
            "statement": told and told.statement,
            "right_value": told and told.right_value,
            "is_overdue": request.is_overdue(clock.today()),
        }
    )
