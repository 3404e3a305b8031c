"""`/api/v1/compliance/class-groups/{…}/history`: what has happened to one, with the ledger entries of it."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field

from app.accounts.authorisation import Action, Caller
from app.api.deps import Allowed, Snapshot
from app.api.pagination import Listing, Page
from app.api.parameters import ClassGroupPath, OnlyKnown, PlatformPath
from app.api.problems import documented
from app.api.standings import Shown
from app.core.ids import ClassGroupKey
from app.eligibility.answers_class_groups import known_class_group
from app.records.class_history import EventKind, class_history
from app.records.selection import Selection

router = APIRouter(prefix="/api/v1/compliance", tags=["合规 / Compliance"], dependencies=[OnlyKnown])


class EventItem(Shown):
    """班级的一条经过。Something that happened to the class group."""

    kind: EventKind = Field(
        title="类别 / Kind", description="batch 批次，assessment 结班后的评定，waiver 豁免。"
    )
    happened_at: datetime = Field(title="时间 / At")
    event_id: UUID = Field(
        title="编号 / Id", description="批次、评定或豁免的编号。Of the batch, the run or the waiver."
    )
    about: str = Field(
        title="内容 / About",
        description="批次为数据集，评定为政策及版本，豁免为规则。"
        "The feed of a batch, policy and version of an assessment, the rule of a waiver.",
        examples=["attendance"],
    )
    accepted: int | None = Field(
        title="接受条数 / Accepted", description="整个批次，含其他班级。Of the whole batch."
    )
    rejected: int | None = Field(title="拒绝条数 / Rejected", description="同上。Likewise.")
    learner_id: str | None = Field(
        title="学员 / Learner", description="豁免所涉学员；null 为班级本身。Whom a waiver concerns."
    )
    reason: str | None = Field(title="豁免理由 / Why it was waived")
    ended_at: datetime | None = Field(title="豁免终止时间 / When the waiver ended")
    is_after_closing: bool | None = Field(
        title="结班后上报 / After closing",
        description="结班后收到的批次：更正或迟报。A batch that came after closing: a correction, or late.",
    )
    ledger_index: int | None = Field(
        title="账本序号 / Ledger index", description="尚未分配时为 null。Null until it has one."
    )


@router.get(
    "/class-groups/{platform}/{class_group_id}/history",
    summary="班级的经过 / History of a class group",
    responses=documented(400, 404),
)
async def history_of_class_group(
    *,
    caller: Annotated[Caller, Allowed(Action.read_compliance)],
    session: Snapshot,
    platform: PlatformPath,
    class_group_id: ClassGroupPath,
    page: Page,
) -> Listing[EventItem]:
    """The newest first: batches with records for it, final assessments, waivers.

    最新的在前：含该班级记录的批次、结班后的评定、豁免。
    """
    key = ClassGroupKey(platform, class_group_id)
    await known_class_group(session, Selection(*key).within(caller.reach))
    behind = page.after(datetime, UUID)
    before = None
    if behind is not None and isinstance(behind[0], datetime) and isinstance(behind[1], UUID):
        before = behind[0], behind[1]
    found = await class_history(session, key, before=before, limit=page.limit + 1)
    rows, next_cursor = page.cut(found, key=lambda event: (event.happened_at, event.event_id))
    return Listing(items=[EventItem.model_validate(row) for row in rows], next_cursor=next_cursor)
